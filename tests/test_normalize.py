"""What of a text can be spoken, and whether anything is left."""

import random

import pytest

from wyoming_kokoro.text.normalize import has_speech, speakable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # emoji
        ("It is warm 🙂.", "It is warm."),
        ("Fine 🙂! Go 👍🏽 on", "Fine! Go on"),
        ("on🙂off", "on off"),
        ("🎉🎉 Done 🎉 🎊", "Done"),
        ("A family 👨‍👩‍👧‍👦 from 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and 🇩🇪.", "A family from and."),
        ("❤️ ☀ ☀️ ⭐ ✅ ✔️ ⏰ ⬆️ ▶ ● ℹ️ end", "end"),
        ("1️⃣ First #️⃣ *️⃣", "First"),
        ("❤️\u200d🔥 \U0001fae8 new", "new"),
        ("© 2024, ©️, ™, ↔️", "© 2024,, ™,"),
        ("→ ♯ ① ❶", "→ ♯ ① ❶"),
        # markdown
        ("**friend** 🙂 it's 3.5 °C.", "friend it's 3.5 °C."),
        ("*one* **two** ***three*** _four_ __five__", "one two three four five"),
        ("(**a**), “_b_”.", "(a), “b”."),
        ("**This is bold.", "This is bold."),
        ("So is this.**", "So is this."),
        ("**bold**text", "boldtext"),
        ("Say `light.turn_on`", "Say light.turn_on"),
        ("```python", "python"),
        ("# Heading", "Heading"),
        ("### 1. Heading #1", "1. Heading #1"),
        ("- milk\n* eggs\n  • bread\n+ salt", "milk eggs bread salt"),
        ("- # both", "both"),
        ("- 🙂 smile", "smile"),
        ("snake_case and a__b", "snake_case and a__b"),
        ("3 * 4 = 12, 3*4, 2**3", "3 * 4 = 12, 3*4, 2**3"),
        ("**3** * *4*", "3 * 4"),
        ("#1 and #tag", "#1 and #tag"),
        ("-5 °C, - 5", "-5 °C, - 5"),
        # characters
        ("a\x00b\x07c\x7f", "abc"),
        ("lone \ud83d and \ude00", "lone and"),
        ("soft\u00adhyphen, \ufeffmark, \u202eback\u202c", "softhyphen, mark, back"),
        ("a \t\r\n b\xa0\u3000c", "a b c"),
        ("क्\u200dष و می\u200cخواهم", "क्\u200dष و می\u200cخواهم"),
        ("e\u0301 ñ 日本語。 ¿Qué?", "e\u0301 ñ 日本語。 ¿Qué?"),
        ("50 %, €5, $3.50, 21 °C & <b>tags</b>", "50 %, €5, $3.50, 21 °C & <b>tags</b>"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_speakable(text: str, expected: str) -> None:
    """Emoji, markdown marks and controls go, everything else stays, and white space collapses."""
    assert speakable(text) == expected


@pytest.mark.parametrize("text", ["a", "7", "日", "हि", "ا", "½", "%", "°", "€", "**x**", "- 5", "…ok", "٣", "#1"])
def test_speech(text: str) -> None:
    """A letter or digit of any script, or a symbol with a name, is speech."""
    assert has_speech(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "?!…",
        "🙂",
        "1️⃣",
        "ℹ️",
        "🅰",
        "🇩🇪",
        "👍🏽 !",
        "**",
        "---",
        "- ",
        "###",
        "`",
        "___",
        "«»",
        "。」",
        "\ud83d",
        "\u0301",
    ],
)
def test_no_speech(text: str) -> None:
    """Punctuation, marks and emoji alone are not."""
    assert not has_speech(text)


def test_any_text_passes() -> None:
    """Whatever comes in, no outer or double white space, emoji or control comes out; text without marks is kept."""
    alphabet = "ab1 \n\t.*_`#-+•🙂👨\u200d\ufe0f\u20e3🇩\ud800\x00\u0301°日"
    for seed in range(2_000):
        rng = random.Random(seed)
        spoken = speakable("".join(rng.choices(alphabet, k=rng.randrange(40))))
        assert spoken == " ".join(spoken.split())
        assert not set(spoken) & set("`🙂👨\ufe0f🇩\ud800\x00")
        plain = " ".join("".join(rng.choices("ab1.,é日°%€?! ", k=20)).split())
        assert speakable(plain) == plain


@pytest.mark.parametrize(
    "unit", ["*", "_", "`", "🙂", "🙂 ", "- ", "# ", "a_", "1*", " ", "\n", "1\ufe0f", "\u200d", "x "]
)
def test_long_runs_end(unit: str) -> None:
    """A long run of one thing, the worst case of a regular expression that backtracks, ends and loses no letter."""
    spoken = speakable(unit * 20_000 + "a")
    assert [spoken.count(char) for char in "a1x"] == [(unit * 20_000 + "a").count(char) for char in "a1x"]
