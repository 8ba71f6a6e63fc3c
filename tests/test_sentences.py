"""Sentences out of a stream of text: where they end, when they leave, and what bad text costs."""

import random
import re
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, SupportsIndex

import pytest

from wyoming_kokoro.text.sentences import LOOKBACK, MAX_SENTENCE, SentenceSplitter

TABLES = Path(__file__).parent / "sentences"
"""A line for each text; a bar stands between two sentences and is not part of the text, // begins a comment."""
_ESCAPE = re.compile(r"\\(?:[nrt]|x..|u....)")


def table(path: Path) -> dict[str, str]:
    """The cases of a table by the place where they stand."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return {
        f"{path.name}:{number}": _ESCAPE.sub(lambda escape: escape[0].encode().decode("unicode_escape"), line)
        for number, line in lines
        if line and not line.startswith("//")
    }


LANGUAGES = {path.stem: table(path) for path in sorted(TABLES.glob("*.txt"))}
CASES = {place: case for cases in LANGUAGES.values() for place, case in cases.items()}


def sentences_of(case: str) -> list[str]:
    return [sentence.strip() for sentence in case.split("|") if sentence.strip()]


def split(pieces: list[str]) -> list[str]:
    splitter = SentenceSplitter()
    return [sentence for piece in pieces for sentence in splitter.feed(piece)] + splitter.flush()


def split_with_pauses(pieces: list[str]) -> list[str]:
    splitter = SentenceSplitter()
    return [sentence for piece in pieces for sentence in splitter.feed(piece) + splitter.pause()] + splitter.flush()


def cut_at_random(text: str, seed: int) -> list[str]:
    """Pieces of nought to about seven characters."""
    rng = random.Random(seed)
    cuts = sorted(rng.choices(range(len(text) + 1), k=len(text) // 3))
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]


def without_space(texts: list[str]) -> str:
    return "".join("".join(texts).split())


def letters(texts: list[str]) -> list[str]:
    return [char for char in "".join(texts) if char.isalnum()]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_sentences(case: str) -> None:
    """A text falls into the sentences of the table, whole, in single characters and in pieces of any other size."""
    text = case.replace("|", "")
    expected = sentences_of(case)
    assert split([text]) == expected
    assert split(list(text)) == expected
    for seed in range(5):
        assert split(cut_at_random(text, seed)) == expected


@pytest.mark.parametrize(
    "language", ["english", "spanish", "french", "italian", "portuguese", "hindi", "japanese", "chinese"]
)
def test_the_tables_are_read(language: str) -> None:
    """No language of Kokoro goes without its table."""
    assert len(LANGUAGES[language]) >= (60 if language == "english" else 25)


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


@pytest.mark.parametrize(
    "text",
    [
        "Let me check.",
        "Let me check. ",
        "Done! \xa0\t",
        "Really?",
        "Wait...",
        "Wait…",
        "No.",
        '"No."',
        "(Done.)",
        "**Done.**",
        "“Done.”",
        "«¡Hecho!»",
        "Done.🎉",
        "Done!👍🏽 ",
        "It is 3!",
        "It is 3. ",
        "It is 3.) ",
        "It is 3...",
        "It was in 2024. ",
        "It is 21 °C.",
        "- Take one.",
        "Use lamps, fans and so on.",
        "I met Dr. Who.",
        "你好。",
        "“你好。”",
        "你好!",
        "नमस्ते।",
        "「はい。」",
        "مرحبا؟",
    ],
)
def test_pause_gives(text: str) -> None:
    """In a pause a finished sentence leaves, with the marks and white space behind it, once, and nothing is left."""
    for pieces in ([text], list(text)):
        splitter = SentenceSplitter()
        for piece in pieces:
            assert splitter.feed(piece) == []
        assert splitter.pause() == [text.strip()]
        assert splitter.pending == 0
        assert splitter.pause() == []
        assert splitter.flush() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Hello",
        "Hello, ",
        "Hello:\n",
        "Hello 🙂",
        "I met Dr.",
        "I met Dr. ",
        "I met J.",
        "In the U.S.",
        "It is 3.",
        "version 2.",
        "version 2.1.",
        "It was in 2024.",
        "At 10 a.",
        "At 10 a.m.",
        "At 10 a.m. ",
        "At 10 a.m. Mo",
        "On Sat. ",
        "On Jan.",
        "See No.",
        "See fig. ",
        "Apple Inc.",
        "Im 2. ",
        "https://www.",
        "Write to bob@example.",
        "1.",
        "1. ",
        "...",
        "?!",
        "¡",
        "5 कि.मी.",
    ],
)
def test_pause_holds(text: str) -> None:
    """Without an end, or with one that may well be none, a pause gives nothing and changes nothing."""
    for rest in ["", "5 x. Then", "Smith", " Smith. Then", ".", '" he', "\n\nx"]:
        splitter = SentenceSplitter()
        assert splitter.feed(text) == []
        assert splitter.pause() == splitter.pause() == []
        assert splitter.pending == len(text.lstrip("\n"))
        assert splitter.feed(rest) + splitter.flush() == split([text + rest])


@pytest.mark.parametrize(
    "parts",
    [
        # what came before the pause | what came after it | the sentences of that
        "Let me check.| It is on.|It is on.",
        "Let me check.| it is on. Now|it is on.|Now",
        "Let me check.|\n\nIt is on.|It is on.",
        "Let me check.|\n- milk\n- eggs|- milk|- eggs",
        "Let me check. |**Lamp**: on|**Lamp**: on",
        "Let me check. |(It is on.)|(It is on.)",
        "Let me check.| 🎉 Done|🎉 Done",
        'She said "yes.|" Then|Then',
        'She said "yes.|"',
        'She said "yes." |"Yes." |"Yes."',
        "(It is on.|)  \nThen|Then",
        "**It is on.|** Then|Then",
        "Wait.|.. what|what",
        "What?|!! No|No",
        "Quoi ?| ! Non|Non",
        "Done!|🎉👍🏽 Then|Then",
        "Oui ! |» Il|Il",
        "Oui !| »",
        "Ja! |»Gut.« Ende|»Gut.«|Ende",
        "你好。|”走|走",
        "你好。|走|走",
        "“你好。”|“走。”|“走。”",
        "「はい。|」と言った。|と言った。",
        "See example.|com now|com now",
        "It is 3. |5 of 7|5 of 7",
    ],
)
def test_after_a_pause(parts: str) -> None:
    """The marks that belong to what has left go with it; whatever else comes starts a sentence."""
    before, after, *expected = parts.replace("\\n", "\n").split("|")
    for pieces in ([after], list(after)):
        splitter = SentenceSplitter()
        assert splitter.feed(before) + splitter.pause() == [before.strip()]
        assert [sentence for piece in pieces for sentence in splitter.feed(piece)] + splitter.flush() == expected


def test_a_spaced_closer_is_decided_after_the_pause() -> None:
    """A French quote may close or a German one open: the sentence leaves without it, and what comes next tells."""
    for rest, expected in ((" Il part.", ["Il part."]), ("Gut.«", ["»Gut.«"])):
        splitter = SentenceSplitter()
        assert splitter.feed("Oui ! »") + splitter.pause() == ["Oui !"]
        assert splitter.feed(rest) + splitter.flush() == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_pauses_anywhere(language: str) -> None:
    """Wherever in a text the pause is: nothing is lost or said twice, and where it gives nothing it changes nothing."""
    for case in LANGUAGES[language].values():
        text = case.replace("|", "")
        for position in range(len(text)):
            splitter = SentenceSplitter()
            before = splitter.feed(text[:position])
            given = splitter.pause()
            sentences = before + given + splitter.feed(text[position:]) + splitter.flush()
            assert letters(sentences) == letters([text])
            assert given or sentences == sentences_of(case)
            assert all(any(map(str.isalnum, sentence)) for sentence in given)


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


NASTY_SIZE = 20_000
NASTY = {
    name: (unit * (NASTY_SIZE // len(unit) + 1))[:NASTY_SIZE]
    for name, unit in {
        "only white space": " \t\n\r\n\u3000\xa0",
        "no white space": "x",
        "no end": "word ",
        "no clause": "One, " + "word " * 300,
        "full stops": ".",
        "spaced full stops": ". ",
        "abbreviations": "a.m. J ",
        "open month": "1. Septembe ",
        "ideographic stops": "。",
        "quotes": '"',
        "quotes after a stop": '。"',
        "unclosed quotes": 'He said "no. She said “no! 「いいえ。',
        "quotes that go on": "「はい。」と",
        "brackets": "(",
        "stars after a stop": "。" + "*" * NASTY_SIZE,
        "line ends": "x\n",
        "list": "- 1. x\n",
        "list markers": "- ",
        "list markers on lines": "1.\n- ",
        "almost list markers": "**12",
        "spaces after an end": "Hi." + " " * NASTY_SIZE,
        "spaced closers": "Oui ! » ",
        "lone surrogates": "\ud83d. \ude00! A\udc00 ",
        "zalgo": "Z" + "\u0300\u0489\u0316" * 30 + "a. ",
        "marks without a letter": "\u0300",
        "right to left": "שלום עולם. \u202eمرحبا، بك؟\u202c ",
        "controls": "".join(map(chr, range(32))),
        "emoji": "👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿👍🏽",
        "prose": "The oven is warm, it says 3.5. Then Mr. Smith left! ",
    }.items()
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
        assert letters(split_with_pauses(cut_at_random(text, seed))) == letters([text])


class CountedText(str):
    """A str that counts its characters that are read, one by one or in slices, and those that are copied to add it."""

    __slots__ = ()
    reads = 0
    copies = 0

    def __add__(self, other: str) -> "CountedText":
        return CountedText.added(str(self) + str(other))

    def __radd__(self, other: str) -> "CountedText":
        return CountedText.added(str(other) + str(self))

    @classmethod
    def added(cls, text: str) -> "CountedText":
        cls.copies += len(text)
        return cls(text)

    def __getitem__(self, key: SupportsIndex | slice) -> "CountedText":
        part = str.__getitem__(self, key)
        CountedText.reads += len(part)
        return CountedText(part)


def count_work(monkeypatch: pytest.MonkeyPatch, work: Callable[[list[str]], object], pieces: list[str]) -> list[int]:
    """Characters read, characters copied."""
    monkeypatch.setattr(CountedText, "reads", 0)
    monkeypatch.setattr(CountedText, "copies", 0)
    work([CountedText(piece) for piece in pieces])
    return [CountedText.reads, CountedText.copies]


def count_calls(work: Callable[[list[str]], object], pieces: list[str]) -> int:
    """Of functions, also built-in ones."""
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    previous = sys.getprofile()
    sys.setprofile(count)
    try:
        work(pieces)
    finally:
        sys.setprofile(previous)
    return calls


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_work_is_linear(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each character is read and copied a bounded number of times, whole or in single characters, however long the
    text is.
    """
    assert count_work(monkeypatch, split, [text])[0] <= LOOKBACK * len(text)
    reads, copies = count_work(monkeypatch, split, list(text))
    assert len(text) <= reads <= LOOKBACK * len(text)
    assert len(text) <= copies <= MAX_SENTENCE * len(text)
    half_reads, half_copies = count_work(monkeypatch, split, list(text[: len(text) // 2]))
    assert reads <= 2 * half_reads + LOOKBACK * MAX_SENTENCE
    assert copies <= 2 * half_copies + MAX_SENTENCE**2


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_work_of_pauses_is_linear(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause reads no more than what is held, although there is one after each character."""
    text = text[:4_000]
    reads, copies = count_work(monkeypatch, split_with_pauses, list(text))
    assert reads <= MAX_SENTENCE * len(text)
    assert copies <= MAX_SENTENCE * len(text)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_steps_are_linear(text: str) -> None:
    """Nor does the number of steps for a character grow with the text."""
    calls, half_calls = count_calls(split, list(text[:4_000])), count_calls(split, list(text[:2_000]))
    assert 4_000 < calls <= 2 * half_calls + 5 * MAX_SENTENCE


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


def test_each_row_of_a_table_is_a_sentence() -> None:
    """Else the last word of one would run into the first of the next."""
    text = "The rooms:\n\n| Room | Temp. |\n|---|---|\n| Kitchen. | 21.5°C |\nThat is warm."
    rows = ["The rooms:", "| Room | Temp. |", "|---|---|", "| Kitchen. | 21.5°C |", "That is warm."]
    assert split([text]) == split(list(text)) == rows
