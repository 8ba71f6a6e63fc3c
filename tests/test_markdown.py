"""Markdown and HTML tags as the text that is meant."""

import random
import re
import sys

import pytest

from wyoming_kokoro.text.markdown import Markdown

FENCE = "`" * 3


def plain(*sentences: str, markdown: bool = True, html: bool = True, language: str = "en-US") -> list[str]:
    reader = Markdown(markdown, html, language)
    return [" ".join(reader.plain(sentence).split()) for sentence in sentences]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("*one* **two** ***three*** _four_ __five__ ~~six~~", "one two three four five six"),
        ("(**a**), “_b_”. **bold**text", "(a), “b”. boldtext"),
        ("**「東京」**は", "「東京」は"),
        ("**bold\nover lines** *and\nso*", "bold over lines and so"),
        ("Say `light.turn_on` and ``**kwargs``", "Say light.turn_on and kwargs"),
        ('[text](https://x.y "title") and [https://x.y](https://x.y)', "text and https://x.y"),
        ("<https://z.w> <a@b.c>", "https://z.w a@b.c"),
        ("![a cat](cat.png) [![badge](a.svg)](b)", "a cat badge"),
        ("[a name][ref] and [it][]", "a name and it"),
        ("AT&amp;T&nbsp;5 &lt; 6 &#176; R&D; &copy 2024", "AT&T 5 < 6 ° R&D; &copy 2024"),
        (r"\[not a link\] \# \_", "[not a link] #"),
        # line starts
        ("# Heading ##", "Heading"),
        ("### 1. Heading #1", "1. Heading #1"),
        ("- milk\n* eggs\n  • bread\n+ salt", "milk eggs bread salt"),
        ("- # both", "both"),
        ("- [ ] open\n- [x] closed", "open done: closed"),
        ("> quote\n>> more\n> > and", "quote more and"),
        ("---", ""),
        ("* * *", ""),
        ("Title\n=====", "Title"),
        ("###", ""),
        ('[x]: http://y.z "T"\n[Note]: this', "[Note]: this"),
        ("A fact[^1].\n[^1]: The source", "A fact. The source"),
        # tables
        ("| a | b |\n|---|:--:|\n| 1 |  | 2. |", "a, b. 1, 2."),
        ("a | b\n--|--\n1 | 2", "a, b. 1, 2."),
        (r"| a \| b | **c** |", "a | b, c."),
        ("| Bath | | **Hot!** |\n| *No?* | b |", "Bath, Hot! No? b."),
        ("a|b", "a|b"),
        # blocks of code
        (f"Here:\n{FENCE}python\nx = 2**3\n# *c*\n{FENCE}\nDone *it*", "Here: x = 2**3 c Done it"),
        ("~~~~\n~~~\na\n~~~~", "a"),
        (f"{FENCE}sh", ""),
        # tags
        ("a<br>b <b>c</b> <p>q</p><!-- x --><a href='x'>l</a>", "a b c q l"),
        ("type <your name> or <b and c>", "type your name or b and c"),
        ('<break time="1s"/><prosody rate="slow">Hi</prosody>', "Hi"),
        # what isn't markdown
        ("#1 and #tag C# 5 < 6 and 7 > 3", "#1 and #tag C# 5 < 6 and 7 > 3"),
        ("a_b snake_case a__b ~5 W $5 * 3", "a_b snake_case a__b ~5 W $5 * 3"),
        ("3 * 4 = 12, 3*4, 2**3, 2*3*4", "3 * 4 = 12, 3*4, 2**3, 2*3*4"),
        ("**3** * *4*", "3 * 4"),
        ("C:\\temp [sic] (see [1]) x[1][2] [1][2]", "C:\\temp [sic] (see [1]) x[1][2] [1][2]"),
        ("-5 °C, - 5, >5 and > 5", "-5 °C, - 5, >5 and > 5"),
        ("> 5 kW", "> 5 kW"),
        ("日本語。 ¿Qué?", "日本語。 ¿Qué?"),
    ],
)
def test_plain(written: str, said: str) -> None:
    """Marks go, by the parser or one by one; words stay, and so do signs that only look like marks."""
    assert plain(written) == [said]


@pytest.mark.parametrize(
    ("sentences", "said"),
    [
        (["**This is bold.", "So is this.**"], ["This is bold.", "So is this."]),
        (["_One.", "Two._ `Three.", "Four`"], ["One.", "Two. Three.", "Four"]),
        (["[A link. It", "ends](https://x.y/z) here"], ["[A link. It", "ends here"]),
        ([f"{FENCE}yaml\n- a: *b", "c_", f"{FENCE}\n*d*"], ["a: b", "c", "d"]),
        (["~~~\n*a*\n" + FENCE, "~~~", "> *b*"], ["a", "", "b"]),
        (["| a | Yes.", "Really | b |\n| c | d |", "After.", "e|f"], ["a, Yes.", "Really, b. c, d.", "After.", "e|f"]),
    ],
)
def test_over_sentences(sentences: list[str], said: list[str]) -> None:
    """What is open at the end of a sentence goes on in the next."""
    assert plain(*sentences) == said


def test_code_is_no_markdown() -> None:
    """In a block of code a link or an entity is text."""
    assert plain(f"{FENCE}\n[a](b) &amp; <b>\n{FENCE}\n[a](b)") == ["[a](b) &amp; <b> a"]


def test_switches() -> None:
    """Markdown and tags are left alone where they are switched off."""
    text = "# *a* <b>c</b> &amp; `d`"
    assert plain(text, html=False) == ["a <b>c</b> & d"]
    assert plain(text, markdown=False) == ["# *a* c & `d`"]
    assert plain(text, markdown=False, html=False) == [text]


@pytest.mark.parametrize(("language", "said"), [("fr-FR", "fait: a"), ("ja-JP", "完了: a"), ("de", "done: a")])
def test_ticked(language: str, said: str) -> None:
    """A ticked box is said in the language."""
    assert plain("- [x] a", language=language) == [said]


def test_marks_pass() -> None:
    """Characters that stand for pronunciations and pauses stay where they are, and no entity makes one."""
    assert plain("**\ue000** \ue001_x_ [\uf8ff](y) | &#xE005; &#0; `\ue002`") == ["\ue000 \ue001x \uf8ff | \ue002"]


def test_parser_is_loaded_late() -> None:
    """The parser's import costs 50 ms of the start, so that is when the first text comes."""
    import subprocess

    code = (
        "import sys, wyoming_kokoro.text.markdown as m; m.Markdown(True, True); sys.exit('markdown_it' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_any_text_passes() -> None:
    """Whatever comes in, nothing is raised, no letter is lost outside of tags, and text without marks is kept."""
    alphabet = [
        "a",
        "b",
        "1",
        " ",
        "\n",
        "*",
        "_",
        "`",
        FENCE,
        "~~~",
        "#",
        "-",
        "|",
        "[",
        "]",
        "(",
        ")",
        "!",
        "\\",
        ">",
        ":",
    ]
    alphabet += ["&amp;", "&", "^", "\ue000", "日", "\ud800", "\ufdd0", "\u0301", "](", "| - |", "\t", "=="]
    for seed in range(2_000):
        rng = random.Random(seed)
        reader = Markdown(True, True)
        for _ in range(3):
            text = "".join(rng.choices(alphabet, k=rng.randrange(40)))
            said = reader.plain(text)
            assert said.count("\ue000") <= text.count("\ue000")
            if not re.search(r"`{3}|~{3}|\]\(|\]\[|\[\^|\]:", text):  # words behind a fence or in an address go
                assert [said.count(char) for char in "b1日"] == [text.count(char) for char in "b1日"]
        text = " ".join("".join(rng.choices("ab1.,é日°%€?! ", k=20)).split())
        assert Markdown(True, True).plain(text) == text


def test_any_tags_pass() -> None:
    """Broken tags raise nothing."""
    alphabet = [
        "<",
        ">",
        "</",
        "/>",
        "<!--",
        "-->",
        "<b",
        "<br>",
        "a",
        " ",
        "='",
        '"',
        "?",
        "<![CDATA[",
        "]]>",
        "&#x",
        ";",
    ]
    for seed in range(2_000):
        text = "".join(random.Random(seed).choices(alphabet, k=30))
        assert isinstance(Markdown(seed % 2 == 0, True).plain(text), str)


@pytest.mark.parametrize("unit", ["*", "_", "`", "[", "]", "![", "](", "*a ", "**a*", "~~", "&", "|", "|-", "- ", "> "])
@pytest.mark.parametrize("end", ["", "a", "[a](", "](<", "<a b='", "<!--", "[a]: ", "[^", "[x] ", "x\n", "\\"])
def test_work_is_linear(unit: str, end: str) -> None:
    """Four times the text takes no more than about four times the calls."""

    def calls(length: int) -> int:
        counted = [0]
        sys.setprofile(lambda *_: counted.__setitem__(0, counted[0] + 1))
        try:
            Markdown(True, True).plain(((unit + end) * length)[:length])
        finally:
            sys.setprofile(None)
        return counted[0]

    calls(10)
    assert calls(1_000) <= 6 * calls(250) + 1_000
