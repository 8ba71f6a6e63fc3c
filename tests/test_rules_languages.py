"""How things are said in Spanish, French, Italian, Portuguese, Hindi, Japanese and Chinese."""

import random
import re

import pytest
from word_tables import TABLES

from wyoming_kokoro.config import Rules
from wyoming_kokoro.text.phrases import FIRST_MARK
from wyoming_kokoro.text.rules import (
    french_numbers,
    italian_numbers,
    portuguese_numbers,
    spanish_numbers,
)
from wyoming_kokoro.text.rules.languages import rules_for
from wyoming_kokoro.text.rules.numbers import MOST_DIGITS
from wyoming_kokoro.text.rules.rule import Rule, apply
from wyoming_kokoro.text.sentences import MAX_SENTENCE

TAGS = {name: tag for name, tag in TABLES.items() if not name.startswith("english")}
CARDINALS = {
    "spanish": spanish_numbers.cardinal,
    "french": french_numbers.cardinal,
    "italian": italian_numbers.cardinal,
    "portuguese": portuguese_numbers.cardinal,
}
NASTY = [
    *"0123456789", *"0123456789", *".,:/-+%°º'’ hmsdKAVW", "½", "1/2", "€", "$", "R$", "₹", "¥", "°C", "kWh", "µg/m³",
    "२", "１", "℃", "㎥", "％", "〜", "−", "–", "\u00a0", "\u202f", "XIV", "CO2", "light.a_b", "時", "分", "日", "个",
    "点", "年", "ª", "er", "p. ej.", "M.", "बजे", "वां", "\ue000", "\u0301", "\u200f", "😀", "²", "٣", "a", "É",
]  # fmt: skip


def say(tag: str, text: str, rules: tuple[Rule, ...] | None = None) -> str:
    return " ".join(apply(text, rules_for(tag) if rules is None else rules).split())


def nasty(seed: int, length: int) -> str:
    return "".join(random.Random(seed).choices(NASTY, k=length))[:length]


@pytest.mark.parametrize("tag", TAGS.values())
def test_any_text_is_said(tag: str) -> None:
    """Nothing raises, and every mark of what isn't words comes out as it went in."""
    for seed in range(300):
        text = nasty(seed, 60)
        assert say(tag, text).count("\ue000") == text.count("\ue000")
        assert "{}" not in say(tag, text)


@pytest.mark.parametrize("tag", TAGS.values())
def test_marks_are_no_letters(tag: str) -> None:
    """Something that isn't words may stand right beside a number."""
    mark = chr(FIRST_MARK + 7)
    assert say(tag, f"{mark}5 kg{mark}") == mark + say(tag, "5 kg") + mark


@pytest.mark.parametrize("tag", TAGS.values())
def test_rules_have_switches(tag: str) -> None:
    """Each rule is switched off by a key of the configuration; without any the text stays."""
    assert {rule.name for rule in rules_for(tag)} <= set(Rules.model_fields)
    assert say(tag, "5 kg, 10:05 & 3-4", ()) == "5 kg, 10:05 & 3-4"


@pytest.mark.parametrize("tag", TAGS.values())
@pytest.mark.parametrize(
    "char", ["1", "1 ", "1.", "1,", "1/", "-1", "X", "½ ", "0 1 ", "a_", "a.b_", "1h", "第1", "1-"]
)
def test_long_sentences_end(tag: str, char: str) -> None:
    """The longest sentence of one kind of thing comes out, and isn't lost."""
    assert say(tag, (char * MAX_SENTENCE)[:MAX_SENTENCE])


@pytest.mark.parametrize("language", CARDINALS)
def test_cardinals_up_to_the_largest(language: str) -> None:
    """Any number that isn't read digit by digit has words, and they're the words of no other."""
    rng = random.Random(language)
    numbers = {*range(1_200), *(rng.randrange(10 ** rng.randint(4, MOST_DIGITS)) for _ in range(800)), 10**MOST_DIGITS}
    said = {CARDINALS[language](number, gender) for number in numbers for gender in ("",)}
    assert len(said) == len(numbers)
    assert not [words for words in said if re.search(r"\d", words)]


@pytest.mark.parametrize(
    ("language", "number", "gender", "words"),
    [
        ("spanish", 21_000, "", "veintiún mil"),
        ("spanish", 31_031, "m", "treinta y un mil treinta y un"),
        ("spanish", 200_201, "f", "doscientas mil doscientas una"),
        ("spanish", 2_000_000, "f", "dos millones de"),
        ("french", 80, "", "quatre-vingts"),
        ("french", 81, "f", "quatre-vingt-une"),
        ("french", 11, "f", "onze"),
        ("italian", 1, "v", "un'"),
        ("italian", 103, "", "centotré"),
        ("portuguese", 2_200, "f", "duas mil e duzentas"),
        ("portuguese", 1_234, "", "mil duzentos e trinta e quatro"),
        ("portuguese", 2_000_002, "f", "dois milhões e duas"),
    ],
)
def test_agreement(language: str, number: int, gender: str, words: str) -> None:
    """A number agrees with what it counts."""
    assert CARDINALS[language](number, gender) == words


def test_every_language_has_the_units_of_home_assistant() -> None:
    """The units of the issue, and the single characters for them, exist in all languages."""
    wanted = (
        "°C °F K % W kW Wh kWh V mV A mA Hz kHz hPa mbar lx lm ppm ppb µg/m³ m³ L ml km/h mph m/s mm cm km m in ft kg "
        "g lb dB dBm B kB MB GB Mbit/s s min h d ℃ ℉ ㎡ ㎥ ㎏ ㎜ ㎝ ㎞ ％"
    )
    for tag in TAGS.values():
        silent = [unit for unit in wanted.split() if unit in re.split(r"[\s\d]+", say(tag, f"7 {unit}"))]
        assert not silent, f"{tag} has no words for {silent}"


@pytest.mark.parametrize("tag", TAGS.values())
def test_units_need_a_number(tag: str) -> None:
    """Letters alone are no units."""
    assert say(tag, "m kg h") == "m kg h"


def test_a_point_before_three_digits() -> None:
    """It groups, but before a unit it's Home Assistant's decimal mark, unless the number ends in 0."""
    assert say("es-ES", "1.234") == "mil doscientos treinta y cuatro"
    assert say("es-ES", "1.234 kWh") == "uno coma doscientos treinta y cuatro kilovatios hora"
    assert say("es-ES", "1.500 kWh") == "mil quinientos kilovatios hora"
    assert say("it-IT", "0.125") == "zero virgola centoventicinque"
    assert say("fr-FR", "1.234") == "un virgule deux cent trente-quatre"


def test_counters_of_japanese_agree() -> None:
    """What the front end reads wrongly stands in kana, what it reads rightly stays."""
    assert say("ja-JP", "4時間と7分、8個") == "よじかんと7ふん、ハッコ"
    assert say("ja-JP", "3月3日と21日") == "3月みっかと21日"
    assert say("ja-JP", "5分の1と5分の休み") == "5分の1と5ふんの休み"


def test_two_in_chinese() -> None:
    """Two of something is liǎng, but not in an ordinal, in twelve or in a decimal number."""
    assert say("zh-CN", "2个，第2个，12个，1.2个") == "两个，第2个，12个，1.2个"
