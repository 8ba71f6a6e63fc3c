"""The rules of Spanish, as spoken in Spain."""

import re

from wyoming_kokoro.text.rules import romance, romance_nouns
from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.numbers import digits
from wyoming_kokoro.text.rules.order import in_order
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.spanish_numbers import cardinal, clock, date, feminine, ordinal, roman, short, vulgar
from wyoming_kokoro.text.rules.spanish_words import ABBREVIATIONS, COUNTED, CURRENCIES, SYMBOLS, UNITS
from wyoming_kokoro.text.rules.tables import listed

LANGUAGE = Language(
    cardinal=cardinal,
    point="coma",
    minus="menos",
    plus="más",
    to="a",
    decimals=romance.MARKS,
    groups=romance.GROUPS,
    fraction=romance.fraction(cardinal),
    units=UNITS,
    per="{} por {}",
    currencies=CURRENCIES,
    magnitudes={"millones": "millones", "millón": "millón", "M": "millones"},
    of_magnitude=" de ",
    cents=" con ",
    clock=clock,
    halves={"am": "de la mañana", "pm": "de la tarde"},
    date=date,
    vulgar=vulgar,
    ordinals={r"\.?[ºo]": ordinal, r"\.?ª": feminine, r"\.?er": short},
    version="versión",
    version_point="punto",
    dot="punto",
    abbreviations=ABBREVIATIONS,
    spelled={"CO2": "ce o dos", "CO₂": "ce o dos"},
    letters=frozenset(listed("USB URL IP IA UE ADN API UPS OTA CPU GPU")),
    symbols=SYMBOLS,
)
HALF = {"m": "medio", "f": "media"}
_BEFORE_NOUN = re.compile(r"(?<![\w.,])([13])\.?º(?=\s+(?!de\b|del\b|y\b|en\b|que\b|por\b|a\b|o\b|con\b)[a-zñáéíóú])")
_PHONE = re.compile(
    r"(?<![\w.,:/+-])(?:[6-9]\d\d(?: \d{3}){2}|[6-9]\d\d(?: \d\d){3}|[89]\d \d{3}(?: \d\d){2})(?![ .,:/-]?\d)"
)
_STREET = re.compile(r"(?<!\w)[cC]/ ?(?=[A-ZÁÉÍÓÚ])")
_EQUALS = re.compile(r"\s*=\s*")


def spanish() -> tuple[Rule, ...]:
    own = (
        Rule("phones", _PHONE, _digits),
        *romance.groups(),
        romance.measured(LANGUAGE),
        romance.degrees(LANGUAGE, COUNTED),
        romance.halves(LANGUAGE, HALF, HALF, " y "),
        romance.half_nouns(LANGUAGE, HALF, HALF, " y ", romance.iberian),
        romance.out_of("sobre"),
        romance.crossed("por"),
        romance.short_dates("el|al|del|día", date),
        romance.between("entre", "y"),
        romance.hours(),
        romance.romans(roman),
        Rule("abbreviations", _STREET, lambda _: "calle "),
        Rule("ordinals", _BEFORE_NOUN, lambda match: short(int(match[1]))),
        Rule("symbols", _EQUALS, lambda _: " igual a "),
        romance.counted(LANGUAGE, romance_nouns.spanish),
        romance.periods(
            {name: f"al {name}" for name in ("mes", "día", "año")} | {"hora": "por hora", "semana": "por semana"}
        ),
    )
    return in_order(LANGUAGE, own)


def _digits(match: re.Match[str]) -> str:
    """Telephone numbers with spaces look like great numbers."""
    return ", ".join(digits(LANGUAGE, group) for group in match[0].split())
