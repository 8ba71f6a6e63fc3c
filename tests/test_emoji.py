"""Emoji left out, or said by their names."""

import random

import pytest

from wyoming_kokoro.text import emoji


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is warm 🙂.", "It is warm."),
        ("Fine 🙂! Go 👍🏽 on", "Fine! Go on"),
        ("on🙂off", "on off"),
        ("🎉🎉 Done 🎉 🎊", "Done"),
        ("A family 👨‍👩‍👧‍👦 from 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and 🇩🇪.", "A family from and."),
        ("❤️ ☀ ☀️ ⭐ ✅ ✔️ ⏰ ⬆️ ▶ ● ℹ️ end", "end"),
        ("1️⃣ First #️⃣ *️⃣", "First"),
        ("❤️\u200d🔥 \U0001fae8 new", "new"),
        ("© 2024, ©️ ™️ ®, ↔️", "© 2024, © ™ ®,"),
        ("→ ♯ ① ❶ 12 * # 50 %", "→ ♯ ① ❶ 12 * # 50 %"),
        ("\ue000🙂\ue001 \ue002\ufe0f", "\ue000 \ue001 \ue002"),
    ],
)
def test_drop(text: str, said: str) -> None:
    """Emoji go with one space and without hurting punctuation, words, digits, signs and marks."""
    assert emoji.drop(text).strip() == said


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("Done 🎉🎉.", "en-US", "Done party popper."),
        ("Done 🎉 🎉 🎊!", "en-GB", "Done party popper, confetti ball!"),
        ("Go 👍🏽 on👍🏿👍", "en", "Go thumbs up on thumbs up"),
        ("I ❤️ it, I ❤ it", "en", "I red heart it, I red heart it"),
        ("👨‍👩‍👧‍👦", "en", "family man woman girl boy"),
        ("🇩🇪🇫🇷", "en", "Germany, France"),
        ("1️⃣ and 2⃣", "en", "1 and 2"),
        ("x ● y ━━ z", "en", "x y z"),
        ("© ™ → 12 \ue000", "en", "© ™ → 12 \ue000"),
        ("🎉", "es-ES", "cañón de confeti"),
        ("🎉", "fr-FR", "cotillons"),
        ("🎉", "it-IT", "spara coriandoli"),
        ("🎉", "pt-BR", "cone de festa"),
        ("🎉", "ja-JP", "クラッカー"),
        ("🎉", "zh-CN", "拉炮彩带"),
        ("🎉", "hi-IN", "party popper"),
    ],
)
def test_name(text: str, language: str, said: str) -> None:
    """The names come in the language, once for a run of the same, without skin tones; signs stay signs."""
    assert " ".join(emoji.name(text, language).split()) == said


def test_any_text_passes() -> None:
    """No emoji is left, in whatever order their parts come; letters and marks are."""
    alphabet = "ab1 .!🙂👨❤🇩🏽🎉\u200d\ufe0f\ufe0e\u20e3\U000e0067\ud800\u0301°日\ue000♀●"
    for seed in range(2_000):
        text = "".join(random.Random(seed).choices(alphabet, k=30))
        for said in (emoji.drop(text), emoji.name(text, "ja-JP")):
            assert not set(said) & set("🙂👨🇩🏽🎉❤\ufe0f\ufe0e♀●")
            assert [said.count(char) for char in "ab日\ue000"] == [text.count(char) for char in "ab日\ue000"]


@pytest.mark.parametrize("unit", ["🙂", "🙂 ", " ", "1\ufe0f", "\u200d", "🇩", "👨\u200d", "°\ufe0f "])
def test_long_runs_end(unit: str) -> None:
    """A long run of one thing, the worst case of an expression that backtracks, ends and loses no letter."""
    for said in (emoji.drop(unit * 20_000 + "a"), emoji.name(unit * 5_000 + "a", "en")):
        assert said.endswith("a")
