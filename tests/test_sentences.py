"""Sentences out of a stream of text: where they end, when they leave, and what bad text costs."""

import random
from itertools import pairwise
from typing import SupportsIndex

import pytest

from wyoming_kokoro.text.sentences import LOOKBACK, MAX_SENTENCE, SentenceSplitter

# In the tables a bar stands between two sentences; it is not part of the text.

RECORDED = [  # what a Home Assistant sent
    "Dr. Smith paid $3.50 at 10 a.m. on Jan. 5th, e.g. for tea.| Then he left.",
    " \nHello there,|\n\n**friend** 🙂 it's 3.5 °C.|\n\n ",
    "The oven is warm.| Now wait a bit.| Done.",
    (
        "Good morning, and welcome back to the house.| The kitchen lights are on, and the front door is locked.| "
        "Outside it is sixteen degrees with a light breeze from the west, and rain is expected after four in the "
        "afternoon.| You have two meetings today, the first one at half past nine with the design team.| "
        "Shall I start the coffee machine and read the news while you get ready?| Just tell me when you want to begin."
    ),
]

ENGLISH = [
    # short answers
    "Done.",
    "Yes.| It is on.",
    "Ok.| Turning it off.",
    "No.| The door is open.",
    "Hi.| How are you?",
    "No end here",
    "Really?| Yes!| Good.",
    "Really?| yes, it is.",
    # numbers with dots
    "It is 21.5 degrees.| 3 lights are on.",
    "The time is 10.30 now.| Good night.",
    "Version 3.12.4 is out.| Update now.",
    "Turn on light.kitchen_lamp, then visit example.com for more.| Bye.",
    "The server is at 192.168.1.1.| It answers.",
    "Pi is 3. 14 with a space.",
    "It is 21.| The heating is off.",
    "That was in 2024.| 5 people came.",
    "-5 °C outside.| -3 °C in the garage.",
    # names and abbreviations
    "J. R. R. Tolkien wrote it.| C.S. Lewis did not.",
    "Mr. and Mrs. Brown met Prof. Green in St. Ives.| They talked.",
    "It is red vs. Blue today.| Blue won.",
    "See No. 5, i.e. The last one, at approx. 3 o'clock.| Good.",
    "Use nuts, seeds, etc. in the dough.| Bake it.",
    "There are lamps, fans, etc.| The list is long.",
    "It starts at 10 a.m.| Monks pray.",
    "(E.g. Tea.)| Then coffee.",
    "The U.S. Senate met.| It voted.",
    "It starts at 10 a.m. Monday.| Be there.",
    "It starts at 10 a.m.| The door opens at nine.",
    "It starts at 10 A.M. sharp, from 9 p.m. - 10 p.m. it ends.",
    "It ends on Sat. Jan. 5.| Then we rest.",
    "The cat sat.| The dog ran.",
    "I don't.| It's fine.",
    "It is 21 C.| The window is open.",
    "You know more than I.| That is fine.",
    "I. Newton saw it.| So did we.",
    "the end—Dr. Who came back.",
    # ellipses and runs
    "Well... maybe.| Yes.",
    "Well...| Maybe.",
    "Wait… what?| Nothing…| Fine.",
    "What?!| No way!!!| Ok.",
    "What? !| Fine.",
    "It goes . . . on.",
    "Red vs...| Blue?",
    # quotes, brackets, markdown, emoji
    '"No."| Why!| why not?',
    '"Stop!" he said.| "Why?"| She left.',
    "“Stop!” he said.| “Why?”| She left.",
    "He came (why?) and left.| (Nobody knows.)| So it is.",
    "He said 'no.'| 'Yes,' she said.",
    "**It is done.**| *Thanks!*| Bye.",
    "`light.on`.| _Next._| Fine.",
    "Great!| 🙂 Next one.",
    "Great!🎉| Next one.| Nice.👍🏽| Bye.",
    "See [here](http://a.example/x?y=1.5).| Then go.",
    "It costs 5 dollars.| $7 is too much.",
    "He left.\u200f| Then I did. \u200f|So it was.",
    # lines
    "1. First item|\n2. Second item|\n10) Tenth item",
    "Buy this:|\n- milk|\n- eggs.| Two|\n\nThat is all.",
    "Buy this:|\n* **milk**|\n• eggs|\n  + brown|\nThat is all.",
    "- 1. both|\n- 2.5 litres",
    "### 1. The title|\nText of it.|\n#1 is first.",
    "**1. Bold**: yes|\n**2. Bold**: no",
    "This text is\nhard-wrapped at every\nline.| And\n5 more\n**words**.",
    "Mr.\nSmith is\nin St.\r\nIves.|\r\nHe waits.",
    "One\r\ntwo|\r\n\r\nthree",
    "It was late.|\nthen it was early",
    "10.|\nThat is the sum.",
    "At 10 a.m.|\nMonday",
    "A heading|\n \t\nand text",
    "\n\n  \n- |\n- x",
    "- |\nand then\nthis",
    "Done.|\n1. One|\n2. Two",
    "日本 is Japan.| 中国 is China.",
]

SPANISH = [
    "¡Hola!| ¿Qué tal?| Bien.",
    "El Sr. García y la Sra. López viven en EE.UU. desde enero.| Ella es médica.",
    "Viven en EE. UU. y en España.| Él no.",
    "Son las 10 p. m.| La luz está apagada.",
    "Cuesta 3.50 euros, p. ej. En Madrid.| Gracias.",
    "¿Qué?, dijo ella.| «¡Basta!» gritó.| Nada.",
    "Vive en la avda. Mayor núm. 5.| Llame al tel. 123.",
    "No.| Sí.| Vale.",
]
FRENCH = [
    "Bonjour !| Ça va ?| Oui.",
    "M. Dupont et Mme. Durand sont là.| Ils attendent.",
    "« Arrêtez ! » dit-il.| « Oui ! »| Il part.",
    "« Je pars. »| Il part.",
    "Il fait 21,5 degrés.| À demain.",
    "Quoi ? !| Non…| Peut-être.",
    "Il est né en 50 av. J.-C. à Rome.| Étonnant\u202f!| Oui.",
]
GERMAN = [
    "Hr. Dr. Müller kommt z.B. Montag.| Gut.",
    "Das ist z. B. Tee, d. h. Heißgetränk.| Prost!",
    "Im 2. Stock ist Licht.| Am 3. Mai nicht.",
    "Der 1. Januar ist am 3. 5. nicht.| Klar.",
    "Äpfel, Birnen usw.| Das ist alles.",
    "„Halt!“ rief er.| „Wer da?“| Niemand.",
    "»Halt!« rief er.| Ja!| »Gut.«| Ende.",
    "Es kostet 5 Mio. Euro.| Öl ist teuer.",
]
ITALIAN = [
    "Ciao!| Come stai?| Bene.",
    "Il Sig. Rossi e la Dott.ssa Bianchi sono qui.| Aspettano.",
    "Sono le 10.30.| È tardi.",
    "Pane, latte, ecc.| La lista è lunga.",
    "L'Ing. Verdi abita qui?| No.",
    "«Basta!» disse.| Poi uscì.",
]
PORTUGUESE = [
    "Olá!| Tudo bem?| Sim.",
    "O Sr. Silva e a Sra. Souza chegaram.| Eles esperam.",
    "São 10.30 agora.| É cedo.",
    "Custa R$ 3,50.| Água é grátis.",
    "Fica na pág. 5, aprox. 3 linhas abaixo.| Certo.",
    "Não…| Talvez.| “Pare!” disse ela.",
]
HINDI = [
    "नमस्ते।| आप कैसे हैं?| ठीक।",
    "बत्ती जल रही है।|दरवाज़ा बंद है।",
    "डॉ. शर्मा आए।| वे बैठे।",
    "तापमान 21.5 डिग्री है।| 3 बत्तियाँ जल रही हैं।",
    "श्लोक यहाँ समाप्त॥| अगला श्लोक।",
    '"रुको।"| उसने कहा।',
    "वाह!| बहुत अच्छा.| धन्यवाद।",
]
JAPANESE = [
    "こんにちは。|今日は暑いです。",
    "本当？！|はい。",
    "「止まれ。」|彼は言った。",
    "温度は21.5度です。|照明は3つ点いています。",
    "えっと……そうですね。|はい！|どうぞ。",
    "(終わり。)|次へ。|\nまた。",
    "はい。。。|いいえ",
]
CHINESE = [
    "你好。|今天很热！|真的吗？|是的。",
    "他说：“停。”|然后走了。",
    '他说："停。"|然后走了。',
    "很好。|“走吧。”|他说。",
    '他说"好"了。|"走"吧。',
    "**完成了。**|接着。|**灯**开着。",
    "1. 打开灯|\n2. 关上门|\n温度是21.5度。",
    "好的。|\n再见。",
    "（结束。）。|下一个。",
]
OTHER = [
    "مرحبا.| كيف حالك؟| أنا بخير.",
    "یہ ٹھیک ہے۔| شکریہ۔",
    "Привет!| Как дела?| Хорошо. да.| Всё.",
    "שלום.| מה שלומך?| טוב.",
]
LANGUAGES = [SPANISH, FRENCH, GERMAN, ITALIAN, PORTUGUESE, HINDI, JAPANESE, CHINESE, OTHER]
TABLE = RECORDED + ENGLISH + [case for language in LANGUAGES for case in language]


def split(pieces: list[str]) -> list[str]:
    splitter = SentenceSplitter()
    return [sentence for piece in pieces for sentence in splitter.feed(piece)] + splitter.flush()


def cut_at_random(text: str, seed: int) -> list[str]:
    """Pieces of nought to about seven characters."""
    rng = random.Random(seed)
    cuts = sorted(rng.choices(range(len(text) + 1), k=len(text) // 3))
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]


def without_space(texts: list[str]) -> str:
    return "".join("".join(texts).split())


@pytest.mark.parametrize("case", TABLE)
def test_sentences(case: str) -> None:
    """A text falls into the sentences of the table, whole, in single characters and in pieces of any other size."""
    text = case.replace("|", "")
    expected = [sentence.strip() for sentence in case.split("|") if sentence.strip()]
    assert split([text]) == expected
    assert split(list(text)) == expected
    for seed in range(5):
        assert split(cut_at_random(text, seed)) == expected


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        # (pieces, parted by bars; the number of the piece with which each sentence leaves, one more for flush)
        ("The oven is warm. |Now |wait| a bit|. Done|.", [1, 4, 6]),
        ("Dr.| Smith| left.| Then| he| sat.", [3, 6]),
        ("| |\n|Hello|| there|,\n\n|*|*friend|*|*| |🙂| |it|'|s| 3|.|5| °C|.|\n\n| |", [6, 22]),
        ("Done.", [1]),
        ("Done.| ", [2]),
        ("Done. One. T", [0, 0, 1]),
        ("Done.|\n", [1]),
        ("Done|\n|\n", [2]),
        ("Done|\n|-| |x", [3, 5]),
        ("Done|\n|1|.| |x", [4, 6]),
        ("- x|\n|y", [1, 3]),
        ('"Stop!|"| |H|e', [3, 5]),
        ("Stop!| |h", [2, 3]),
        ("3|.|5| ", [4]),
        ("It is 3|.| |5", [4]),
        ("At 10 a.m.| |T|h|e", [4, 5]),
        ("At 10 a.m.| |N|o| ", [4, 5]),
        ("At 10 a.m.| |M|o|n", [5]),
        ("你好。|”|走", [2, 3]),
        ("你好。|走", [1, 2]),
        ("ठीक।| ", [1]),
        ("Oui ! |»| |I", [3, 4]),
        ("Ja! |»|G", [2, 3]),
        ("x" * (MAX_SENTENCE - 1) + "|x|x", [1, 3]),
    ],
)
def test_when_a_sentence_leaves(pieces: str, expected: list[int]) -> None:
    """A sentence leaves with the piece that makes its end certain, not later; only the last waits for the end."""
    splitter = SentenceSplitter()
    parts = pieces.split("|")
    left = [number for number, piece in enumerate(parts) for _ in splitter.feed(piece)]
    assert left + [len(parts)] * len(splitter.flush()) == expected


def test_flush_makes_it_new() -> None:
    """After flush nothing of the old text is left, in whatever state it ended."""
    for end in ["- item", "No. ", "x.", "10 a.m. Ma", "\n1", "Oui ! »", "x" * 3_000]:
        splitter = SentenceSplitter()
        splitter.feed(end)
        splitter.flush()
        assert splitter.flush() == []
        assert splitter.feed("One. two.\nThree") + splitter.flush() == ["One. two.", "Three"]


def test_an_open_word_is_decided_by_the_end() -> None:
    """At the end of the text a word that could have become a month is taken as it is."""
    assert split(["At 10 a.m. Mon"]) == ["At 10 a.m. Mon"]
    assert split(["At 10 a.m. So"]) == ["At 10 a.m.", "So"]
    assert split(["Text\n1."]) == ["Text", "1."]


NASTY = {
    "only white space": " \t\n\r\n\u3000\xa0" * 500,
    "no white space": "x" * 100_000,
    "no end": "word " * 4_000,
    "full stops": "." * 20_000,
    "spaced full stops": ". " * 10_000,
    "abbreviations": "a.m. J " * 3_000,
    "open month": "1. Septembe " * 1_000,
    "ideographic stops": "。" * 20_000,
    "quotes": '"' * 20_000,
    "stars after a stop": "。" + "*" * 20_000,
    "line ends": "x\n" * 10_000,
    "list": "- 1. x\n" * 3_000,
    "spaces after an end": "Hi." + " " * 20_000 + "there",
    "lone surrogates": "\ud83d. \ude00! A\udc00 " * 1_000,
    "zalgo": ("Z" + "\u0300\u0489\u0316" * 30 + "a. ") * 200,
    "marks without a letter": "\u0300" * 10_000,
    "right to left": "שלום עולם. \u202eمرحبا، بك؟\u202c " * 500,
    "controls": "".join(map(chr, range(32))) * 500,
    "emoji": "👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿👍🏽" * 1_000,
    "prose": "The oven is warm, it says 3.5. Then Mr. Smith left! " * 2_000,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_nothing_is_lost(text: str) -> None:
    """Any text passes without an error, the same in any pieces, whole but for white space, in bounded sentences."""
    sentences = split([text])
    assert without_space(sentences) == without_space([text])
    assert all(0 < len(sentence) <= MAX_SENTENCE and sentence == sentence.strip() for sentence in sentences)
    assert split(list(text)) == sentences


def test_any_text_passes() -> None:
    """Text made at random of all that the rules look at keeps the same promises."""
    alphabet = [
        *".!?…。！।؟\n\n  \"'»«”*_()-#1aAñ日x🙂\u200d\ud800\u0301\r",
        "Dr",
        "a.m",
        "May",
        "im ",
        "1. ",
        "- ",
        "x" * 400,
        ", ",
    ]
    for seed in range(1_000):
        rng = random.Random(seed)
        text = "".join(rng.choices(alphabet, k=rng.randrange(60)))
        sentences = split([text])
        assert without_space(sentences) == without_space([text])
        assert all(0 < len(sentence) <= MAX_SENTENCE for sentence in sentences)
        assert split(list(text)) == split(cut_at_random(text, seed)) == sentences


class CountedText(str):
    """A str that counts how many of its characters are read, one by one or in slices."""

    __slots__ = ()
    reads = 0

    def __add__(self, other: str) -> "CountedText":
        return CountedText(str(self) + str(other))

    def __radd__(self, other: str) -> "CountedText":
        return CountedText(str(other) + str(self))

    def __getitem__(self, key: SupportsIndex | slice) -> "CountedText":
        part = str.__getitem__(self, key)
        CountedText.reads += len(part)
        return CountedText(part)


def count_reads(monkeypatch: pytest.MonkeyPatch, pieces: list[str]) -> int:
    monkeypatch.setattr(CountedText, "reads", 0)
    split([CountedText(piece) for piece in pieces])
    return CountedText.reads


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_work_is_linear(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each character is read a bounded number of times, whole or in single characters, however long the text is."""
    half = len(text) // 2
    for pieces in ([text], list(text)):
        reads = count_reads(monkeypatch, pieces)
        assert len(text) <= reads <= LOOKBACK * len(text)
    assert reads <= 2.1 * count_reads(monkeypatch, list(text[:half])) + 2 * MAX_SENTENCE


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_what_is_held_is_bounded(text: str) -> None:
    """Between two pieces no more text is held than one sentence may have."""
    splitter = SentenceSplitter()
    for char in text[:20_000]:
        splitter.feed(char)
        assert len(splitter._text) <= MAX_SENTENCE


def test_a_long_text_is_cut_at_a_clause() -> None:
    """Text without an end is cut after the last clause mark in the second half of the bound."""
    first = "word " * 150 + "clause,"
    assert split([first + " word" * 200])[0] == first


def test_a_decimal_comma_is_no_clause() -> None:
    """A comma inside a number is no place to cut; a Chinese one is, although no white space follows."""
    assert split(["x " * 400 + "3,5 " + "x " * 400])[0].endswith("x")
    assert split(["好" * 700 + "，" + "好" * 700]) == ["好" * 700 + "，", "好" * 700]


def test_a_long_text_is_cut_at_white_space() -> None:
    """Without a clause mark there, it is cut at the last white space, and an early clause mark does not count."""
    sentences = split(["One, " + "word " * 400])
    assert sentences[0] == ("One, " + "word " * 199).strip()
    assert all(sentence.endswith("word") for sentence in sentences)


def test_a_hard_cut_keeps_accents() -> None:
    """Without white space it is cut at the bound, but never between a letter and its combining marks."""
    sentences = split(["x" * (MAX_SENTENCE - 2) + "e\u0301\u0323" + "x" * 10])
    assert sentences == ["x" * (MAX_SENTENCE - 2), "e\u0301\u0323" + "x" * 10]


def test_rules_hold_after_a_cut() -> None:
    """A sentence that was cut ends where it would have ended, and terminators that were cut count in their own part."""
    cut_run = "x" * (MAX_SENTENCE - 5) + "?" + "." * 20 + " then"
    assert split([cut_run]) == split(list(cut_run)) == [cut_run[: MAX_SENTENCE - 1], "." * 17 + " then"]
    long = "word " * 300
    assert split([long + "at 3.5 degrees. Next"])[-2:] == [("word " * 100 + "at 3.5 degrees."), "Next"]
