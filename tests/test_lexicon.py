"""The user's lexicon: what it replaces, and what is wrong with it."""

import random
from pathlib import Path
from typing import Any

import pytest
from kokoro_onnx.config import DEFAULT_VOCAB

from wyoming_kokoro import config
from wyoming_kokoro.errors import ConfigError
from wyoming_kokoro.text import lexicon
from wyoming_kokoro.text.lexicon import Lexicon
from wyoming_kokoro.text.phrases import Mark, Marks, Span


def load(entries: dict[str, Any] | Path) -> Lexicon:
    return Lexicon.load(config.Text.model_validate({"lexicon": entries}), DEFAULT_VOCAB)


def apply(entries: dict[str, Any], text: str, language: str = "en-US") -> list[str | Mark]:
    marks = Marks()
    return list(marks.take(load(entries).apply(text, language, marks)))


@pytest.mark.parametrize(
    ("entries", "text", "said"),
    [
        (
            {"Hass": "home assistant"},
            "Hass, HASS and hass's Hassle",
            "home assistant, home assistant and home assistant's Hassle",
        ),
        ({"US": {"say": "you ess", "case": True}}, "US us Us", "you ess us Us"),
        ({"US": {"say": "you ess", "case": True}, "us": "uz"}, "US us", "you ess uz"),
        ({"home": "HOME", "Home Assistant": "hass"}, "home  assistant home\nassistants", "hass HOME assistants"),
        ({"a": "b", "b": "a"}, "a b", "b a"),
        ({"kit": {"say": "set", "whole": False}}, "toolkit kitchen", "toolset setchen"),
        ({"5": "five", "1.5": "x"}, "5 15 5.1 3.5 5. 5,5 1.5 (5)", "five 15 5.1 3.5 five. 5,5 x (five)"),
        ({"don": "dawn"}, "don don't don's Don", "dawn don't dawn's dawn"),
        ({"eau": "o"}, "l'eau", "l'o"),
        ({"C++": "see plus plus", "c": "see"}, "C++ c C", "see plus plus see see"),
        ({"東京": "とうきょう"}, "東京都は東京です", "とうきょう都はとうきょうです"),
        ({"テスト": "T"}, "テストのテストラン", "Tのテストラン"),
        ({"नमस्ते": "n"}, "नमस्ते नमस्तेजी", "n नमस्तेजी"),
        ({"e\u0301": "E"}, "é", "E"),
        ({"İ": "x", "ß": "y"}, "İ ẞ ß a", "x y y a"),
        ({"a": "b"}, "\ue000a\ue001 a\ue002", "\ue000b\ue001 b\ue002"),
        ({"cat": "chat"}, "cat_1 _cat", "cat_1 _cat"),
    ],
)
def test_respelling(entries: dict[str, Any], text: str, said: str) -> None:
    """Whole words are replaced, the longest first, and what was put in is left alone."""
    assert "".join(piece for piece in apply(entries, text) if isinstance(piece, str)) == said


def test_phonemes() -> None:
    """Phonemes stand for the words as they are written, and are those of the vocabulary."""
    assert apply({"nevada": "/nəˈvɑːdə/"}, "To Nevada!") == ["To ", Span("Nevada", "nəˈvɑːdə"), "!"]
    assert apply({"x": "/ãç/"}, "X") == [Span("X", "a\u0303ç")]


@pytest.mark.parametrize(
    ("language", "tag", "fits"),
    [
        ("en", "en-US", True),
        ("en", "en-GB", True),
        ("en-GB", "en-US", False),
        ("pt_br", "pt-BR", True),
    ],
)
def test_language(language: str, tag: str, fits: bool) -> None:
    """An entry for a language fits its regions, and no other language."""
    assert apply({"cat": {"say": "chat", "language": language}}, "cat", tag) == ["chat" if fits else "cat"]


def test_empty() -> None:
    """Without entries the text is as it was."""
    assert apply({}, "a  b") == ["a  b"]
    assert len(load({})) == 0 and len(load({"a": "b", "A": {"say": "c", "case": True}})) == 2


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            {"gig": "/gɪg/"},
            "text.lexicon.gig: /gɪg/ has 'g' (U+0067 LATIN SMALL LETTER G) at position 1, .* mean 'ɡ' .U.0261",
        ),
        (
            {"a": "/bı/"},
            "text.lexicon.a: /bı/ has 'ı' .U.0131 .* at position 2, which Kokoro has no sound for. The phonemes are",
        ),
        ({"a": ""}, "text.lexicon.a: what is said is empty. Write"),
        ({"a": "//"}, "text.lexicon.a: there are no phonemes between the slashes. Write"),
        ({" ": "a"}, "text.lexicon. : the word is empty"),
        ({"a": "b\ue000"}, r"text.lexicon.a: what is said has the character '\\ue000' \(U\+E000\). Remove"),
        ({"a": "b", "A": "c"}, "text.lexicon.A: says the same as 'a', but for capitals. Remove one"),
    ],
)
def test_wrong_entry(entries: dict[str, Any], message: str) -> None:
    """What is wrong is named by its key, with what to do."""
    with pytest.raises(
        ConfigError, match=message.replace("(U+0067", r"\(U\+0067").replace("LETTER G)", r"LETTER G\)")
    ) as caught:
        load(entries)
    assert caught.value.key == ("text", "lexicon", list(entries)[-1])


def test_file(tmp_path: Path) -> None:
    """A file has the same entries; words that YAML takes for values are words."""
    path = tmp_path / "words.yaml"
    path.write_text("# mine\non: off\n5: five\nUS: {say: you ess, case: true}\nx: /a/\n", encoding="utf-8")
    marks = Marks()
    said = load(path).apply("on 5 US us x", "en-US", marks)
    assert list(marks.take(said)) == ["off five you ess us ", Span("x", "a")]


@pytest.mark.parametrize("content", ["", "# nothing\n", "---\n"])
def test_empty_file(tmp_path: Path, content: str) -> None:
    """A file without entries is an empty lexicon."""
    (tmp_path / "words.yaml").write_text(content, encoding="utf-8")
    assert len(load(tmp_path / "words.yaml")) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: b\nc: /g/", ":2: c: /g/ has 'g'"),
        ("a: b\n\na: c", ":3: a: stands here and in line 1. Remove one"),
        ("a: b\nA: c", ":2: A: stands here and in line 1. Remove one"),
        ("a: {sai: b}", ":1: a: say: Field required"),
        ("a: {say: b, cases: true}", ":1: a: cases: unknown key, did you mean 'case'"),
        ("a: {say: b, case: maybe}", ":1: a: case: Input should be a valid boolean"),
        ("a: [b]", ":1: a: expected how it is said"),
        ("a: {say: [b]}", ":1: a: say: Input should be a valid string"),
        ("a:", ":1: a: what is said is empty"),
        ("[a]: b", ":1: expected a word before the colon"),
        ("- a", ": expected a line 'word: how it is said'"),
        ("a: b: c", ": not valid YAML: mapping values"),
        ("[" * 500_000, ": not valid YAML: nested more than"),
        ("a: &a {say: *a}", ":1: a: say: Input should be a valid string"),
        (f"{'a' * 201}: b", ":1: a+: longer than 200 characters"),
        ("".join(f"w{number}: x\n" for number in range(10_001)), ":10001: w10000: more than 10000 entries"),
        ("#" * 2_100_000, ": larger than 2097152 bytes"),
    ],
)
def test_wrong_file(tmp_path: Path, content: str, message: str) -> None:
    """What is wrong in a file is named by file, line and word."""
    path = tmp_path / "words.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=f"^{path}{message}"):
        load(path)


@pytest.mark.parametrize(("name", "message"), [("none.yaml", "No such file"), ("", "Is a directory")])
def test_no_file(tmp_path: Path, name: str, message: str) -> None:
    """A file that can't be read is named, with the key to check."""
    with pytest.raises(ConfigError, match=f"{message}.*text.lexicon"):
        load(tmp_path / name)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A file in another encoding is no lexicon."""
    (tmp_path / "words.yaml").write_bytes(b"caf\xe9: x\n")
    with pytest.raises(ConfigError, match="not valid YAML"):
        load(tmp_path / "words.yaml")


def test_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of entries is bounded."""
    monkeypatch.setattr(lexicon, "MAX_ENTRIES", 2)
    with pytest.raises(ConfigError, match="3 entries, more than 2"):
        load({"a": "x", "b": "x", "c": "x"})


class CountingDict(dict[str, Any]):
    looked_up = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.looked_up += 1
        return super().get(key, default)


def test_work_does_not_grow_with_entries() -> None:
    """Ten thousand entries cost a text no more look-ups than the lengths that they have."""
    plain = load({f"word{number}": "x" for number in range(9_999)})
    counting = Lexicon(CountingDict(plain._entries), CountingDict(plain._lengths))
    text = "word wort x " * 80
    assert counting.apply(text, "en", Marks()) == text.strip()
    assert isinstance(counting._entries, CountingDict) and isinstance(counting._lengths, CountingDict)
    assert counting._lengths.looked_up <= 2 * len(text)
    assert counting._entries.looked_up <= 4 * 2 * 80  # "wo", twice in each piece: lengths of word1 to word9998


def test_any_text_passes() -> None:
    """Whatever the text, nothing is raised, and words that are not in the lexicon stay."""
    words = load({"a": "/a/", "b c": "x", "ab": {"say": "y", "whole": False}, "日": "z", "'": "w", "1": "v"})
    alphabet = "abc 1.'’\n日本\ue000\u0301\ud800İßΣ_-"
    for seed in range(2_000):
        text = "".join(random.Random(seed).choices(alphabet, k=30))
        said = words.apply(text, "en-US", Marks())
        assert [said.count(char) for char in "本İßΣ_-"] == [text.count(char) for char in "本İßΣ_-"]
