"""SSML as words, pronunciations, pauses and rates."""

import random

import pytest

from wyoming_kokoro.text.phrases import Mark, Marks, Pause, Rate, Span
from wyoming_kokoro.text.pronounced import take_pronounced
from wyoming_kokoro.text.say_as import said_as
from wyoming_kokoro.text.ssml import MAX_HELD, Ssml


def known(phonemes: str) -> str:
    return phonemes.replace("X", "")


def read(*sentences: str) -> list[list[str | Mark]]:
    """The pieces of each sentence, words without outer white space, and of the rest if there is one."""
    ssml = Ssml(known, "en-US")
    pieces = []
    for sentence in (*sentences, None):
        marks = Marks()
        text = ssml.rest(marks) if sentence is None else ssml.plain(sentence, marks)
        taken = [" ".join(piece.split()) if isinstance(piece, str) else piece for piece in marks.take(text)]
        pieces.append([piece for piece in taken if piece])
    return pieces if pieces[-1] else pieces[:-1]


@pytest.mark.parametrize(
    ("tag", "seconds"),
    [
        ('<break time="500ms"/>', 0.5),
        ("<break time='1.5s'>", 1.5),
        ('<BREAK TIME=" +2S "/>', 2.0),
        ('<break time="99s"/>', 10.0),
        ('<break strength="x-weak"/>', 0.1),
        ('<break strength="weak"/>', 0.2),
        ('<break strength="medium"/>', 0.4),
        ('<break strength="strong"/>', 0.7),
        ('<break strength="x-strong"/>', 1.2),
        ('<break time="soon" strength="strong"/>', 0.7),
        ('<break time="-1s"/>', 0.4),
        ("<break/>", 0.4),
        ("<break></break>", 0.4),
    ],
)
def test_break(tag: str, seconds: float) -> None:
    """A pause is as long as its time, or its strength, says."""
    assert read(f"<speak>a{tag}b</speak>") == [["a", Pause(seconds), "b"]]


def test_no_break() -> None:
    """A pause of nothing is none."""
    assert read('a<break strength="none"/>b<break time="0s"/>c') == [["abc"]]


@pytest.mark.parametrize(
    ("rate", "factor"),
    [
        ("x-slow", 0.5),
        ("slow", 0.75),
        ("fast", 1.25),
        ("x-fast", 1.5),
        ("80%", 0.8),
        ("1.2", 1.2),
        ("+10%", 1.1),
        ("-20%", 0.8),
        ("9", 2.0),
        ("1%", 0.5),
        ("-100%", 0.5),
    ],
)
def test_rate(rate: str, factor: float) -> None:
    """A rate is a name, a factor, a percentage of it or a change, and never beyond what Kokoro can."""
    assert read(f'a <prosody rate="{rate}">b</prosody> c') == [["a", Rate(factor), "b", Rate(1.0), "c"]]


@pytest.mark.parametrize("rate", ["medium", "default", "100%", "quick", "", "nan", "1e3", "٣"])
def test_no_rate(rate: str) -> None:
    """A rate that changes nothing, or can't be read, is none."""
    assert read(f'a <prosody rate="{rate}" pitch="high">b</prosody> c') == [["a b c"]]


def test_rates_nest_over_sentences() -> None:
    """Rates multiply, hold over sentences, and come back where their element is closed."""
    assert read('<prosody rate="0.8">One. <prosody rate="+50%">Two.', "Three</prosody> four.", "</prosody>Five") == [
        [Rate(0.8), "One.", Rate(1.2), "Two."],
        ["Three", Rate(0.8), "four."],
        [Rate(1.0), "Five"],
    ]


def test_unbalanced() -> None:
    """A close without an open is nothing; a close closes what was left open inside."""
    assert read('</prosody>a<voice><prosody rate="2">b</voice>c') == [["a", Rate(2.0), "b", Rate(1.0), "c"]]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('<sub alias="World Wide Web">WWW</sub> is', "World Wide Web is"),
        ("<sub>WWW</sub><sub alias=''>X</sub>", "WWWX"),
        ('<sub alias="A &amp; B"><b>x</b></sub>', "A & B"),
        ('<say-as interpret-as="characters">ab 3</say-as>.', "A B 3."),
        ("<p>First</p><p><s>Second?</s><s>Third</s></p>", "First. Second? Third."),
        ("<p>日本</p>x", "日本。 x"),
        ("<emphasis>a</emphasis> <voice name='x'>b</voice> <lang xml:lang='fr'>c</lang><mark name='m'/>", "a b c"),
        ("<audio src='x.mp3'>a <desc>bell</desc></audio>", "a bell"),
        ("<?xml version='1.0'?><!DOCTYPE speak><!-- no > way --><amazon:effect name='x'>a</amazon:effect>", "a"),
        ("<![CDATA[a <b> & c]]>", "a <b> & c"),
        ("5 &lt; 6 &amp; 7 &gt; 3 &#176;", "5 < 6 & 7 > 3 °"),
        ("5 < 6 & 7 > 3 <3 <> R&D;", "5 < 6 & 7 > 3 <3 <> R&D;"),
        ("<script>var x;</script>a<style>b{}</style>", "a"),
        ("<a b='c>d <a \"> e", "d e"),
        ("&#xE000;a&#0;b", "a b"),
    ],
)
def test_words(written: str, said: str) -> None:
    """Aliases, spelled letters, ends of sentences and entities; of any other element the words."""
    assert read(written) == [[said]]


def test_phonemes() -> None:
    """A pronunciation in IPA stands for its words, as far as it is known; the words are said where nothing is."""
    assert read('a <phoneme alphabet="ipa" ph="tXəˈmeɪtoʊ">tomato</phoneme>.') == [
        ["a", Span("tomato", "təˈmeɪtoʊ"), "."]
    ]
    assert read('<phoneme ph="XX">a</phoneme> <phoneme alphabet="x-sampa" ph="t@">b</phoneme>') == [["a b"]]


def test_expletive() -> None:
    """An expletive is a short silence."""
    assert read('Oh <say-as interpret-as="expletive">no</say-as>!') == [["Oh", Pause(0.4), "!"]]


@pytest.mark.parametrize(
    ("words", "kind", "layout", "language", "said"),
    [
        ("a1-b", "spell-out", "", "en", "A 1 - B"),
        ("straße", "characters", "", "de", "S T R A ß E"),
        ("2024", "digits", "", "fr", "2 0 2 4"),
        ("1", "ordinal", "", "en-GB", "1st"),
        ("12", "ordinal", "", "en", "12th"),
        ("103", "ordinal", "", "en", "103rd"),
        ("3", "ordinal", "", "es-ES", "3.º"),
        ("3", "ordinal", "", "fr-FR", "3e"),
        ("3", "ordinal", "", "ja-JP", "第3"),
        ("3", "ordinal", "", "hi-IN", "3"),
        ("III", "ordinal", "", "en", "III"),
        ("12/31/2024", "date", "mdy", "en", "2024-12-31"),
        ("31.1.2024", "date", "dmy", "en", "2024-01-31"),
        ("31.1.", "date", "dm", "en", "31.1."),
        ("555-12", "telephone", "", "en", "5 5 5, 1 2"),
        ("+1 (555) 123", "telephone", "", "en", "+1, 5 5 5, 1 2 3"),
        ("1'21\"", "time", "", "en", "1 min 21 s"),
        ("20261124", "date", "yyyymmdd", "en", "2026-11-24"),
        ("24.11.2026", "date", "dd.mm.yyyy", "en", "2026-11-24"),
        ("3/4", "fraction", "", "en", "3/4"),
    ],
)
def test_say_as(words: str, kind: str, layout: str, language: str, said: str) -> None:
    """What the rules of the language can't tell is made plain; the rest is left to them."""
    assert said_as(words, kind, layout, language) == said


def test_cut_tags() -> None:
    """A tag, comment or alias that is cut by the end of a sentence is read with its other half."""
    assert read("a <break", 'time="1s"/> b <sub alias="x', 'y">Q.', "R</sub>. <!-- c", "--> d") == [
        ["a"],
        [Pause(1.0), "b"],
        [],
        ["x y."],
        ["d"],
    ]


def test_rest() -> None:
    """What never ends is text in the end, with its tags read."""
    assert read("a <b and", "c") == [["a"], [], ["<b and c"]]
    assert read('a <sub alias="x">b <break/>c') == [["a"], ['<sub alias="x">b', Pause(0.4), "c"]]


def test_held_is_bounded() -> None:
    """A '<' that never ends holds back no more than MAX_HELD characters, then it is text."""
    ssml = Ssml(known)
    said = ""
    for number in range(20):
        said += ssml.plain(f"<a{'b' * 990}{number:02}", Marks())
        assert len(said) >= 994 * (number + 1) - MAX_HELD - 20
    said += ssml.rest(Marks())
    assert all(f"b{number:02}" in said for number in range(20))


def test_any_text_passes() -> None:
    """Nothing is raised, and letters outside of tags are never lost, however broken the tags are."""
    alphabet = [
        "<",
        ">",
        "/",
        "</",
        "<!--",
        "-->",
        "<p>",
        "</p>",
        "<break",
        " time='1s'",
        "/>",
        '"',
        "<prosody rate='9'>",
    ]
    alphabet += [
        "</prosody>",
        "<say-as interpret-as='digits'>",
        "</say-as>",
        "&#xE001;",
        "&",
        "日",
        "日",
        " ",
        "]]>",
        "\ud800",
        "=",
    ]
    for seed in range(2_000):
        rng = random.Random(seed)
        ssml = Ssml(known)
        tags = (
            "<p>",
            "</p>",
            "<break/>",
            "<prosody rate='2'>",
            "</prosody>",
            "<speak>",
            "<x:y z='1'>",
            "&amp;",
            "< ",
            "日",
            "日",
        )
        marks = Marks()
        said = whole = ""
        for _ in range(3):
            ssml.plain("".join(rng.choices(alphabet, k=12)), Marks())
        ssml.rest(Marks())
        for _ in range(3):
            text = "".join(rng.choices(tags, k=12))
            whole += text
            said += ssml.plain(text, marks)
        assert said.count("日") == whole.count("日")


@pytest.mark.parametrize(
    "unit", ["<!--", "<![CDATA[", "<sub alias='x'>", "<a ", "<a b='", "<", "<p>", "<prosody rate='9'>", "</", "&#"]
)
def test_work_is_bounded(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The markup that is looked at for one more sentence does not grow with the sentences before."""
    seen: list[int] = []
    original = Ssml._markup

    def markup(self: Ssml, text: str, start: int) -> int:
        seen.append(len(text))
        return original(self, text, start)

    monkeypatch.setattr(Ssml, "_markup", markup)
    ssml = Ssml(known)
    counts = []
    for _ in range(30):
        seen.clear()
        ssml.plain((unit * 1_000)[:1_000], Marks())
        counts.append(len(seen))
        assert all(length <= MAX_HELD + 1_001 for length in seen)
    assert max(counts) <= MAX_HELD + 1_001
    assert counts[-1] <= counts[9] + 1_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Say [Kokoro](/kˈOkəɹO/)!", ["Say ", Span("Kokoro", "kˈOkəɹO"), "!"]),
        ("[a b](/a/)[c](/b/)", [Span("a b", "a"), Span("c", "b")]),
        ("[word](/XX/) [word](/ /) [the map](/maX/)", ["word word the map"]),
        ("[a](+1) [b](-2) [c](0.5) [d](-.5) [e](#x#)", ["a b c d e"]),
        ("[a](b) [a](/b/c) [](/a/) [a] (/b/) [sic]", ["[a](b) [a](/b/c) [](/a/) [a] (/b/) [sic]"]),
    ],
)
def test_pronounced(text: str, said: list[str | Mark]) -> None:
    """Pronunciations in the text stand for their words; links are left alone."""
    marks = Marks()
    assert list(marks.take(take_pronounced(text, marks, known))) == said
