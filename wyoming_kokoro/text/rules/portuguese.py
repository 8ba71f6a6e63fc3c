"""The rules of Portuguese, as spoken in Brazil."""

import re

from wyoming_kokoro.text.rules import romance, romance_nouns
from wyoming_kokoro.text.rules.language import Language, below_two_is_one
from wyoming_kokoro.text.rules.order import in_order
from wyoming_kokoro.text.rules.portuguese_numbers import (
    MONTHS,
    cardinal,
    clock,
    date,
    feminine,
    ordinal,
    roman,
    vulgar,
)
from wyoming_kokoro.text.rules.portuguese_words import ABBREVIATIONS, COUNTED, CURRENCIES, SYMBOLS, UNITS
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.tables import listed

LANGUAGE = Language(
    cardinal=cardinal,
    point="vírgula",
    minus="menos",
    plus="mais",
    to="a",
    decimals=romance.MARKS,
    groups=romance.GROUPS,
    fraction=romance.fraction(cardinal),
    is_one=below_two_is_one,
    units=UNITS,
    per="{} por {}",
    currencies=CURRENCIES,
    magnitudes={"milhões": "milhões", "milhão": "milhão", "bilhões": "bilhões", "bilhão": "bilhão", "mi": "milhões"},
    of_magnitude=" de ",
    cents=" e ",
    clock=clock,
    hour_mark="h",
    date=date,
    vulgar=vulgar,
    ordinals={r"\.?º": ordinal, r"\.?ª": feminine, rf"°(?=\s+(?:{COUNTED.replace(' ', '|')})\b)": ordinal},
    version="versão",
    version_point="ponto",
    dot="ponto",
    abbreviations=ABBREVIATIONS,
    spelled={"CO2": "cê ó dois", "CO₂": "cê ó dois"},
    letters=frozenset(listed("USB URL IP IA UE EUA API OTA CPU GPU")),
    symbols=SYMBOLS,
)
HALF = {"m": "meio", "f": "meia"}
_EQUALS = re.compile(r"\s*=\s*")


def portuguese() -> tuple[Rule, ...]:
    own = (
        *romance.groups(),
        romance.named_first(MONTHS, " de ", "primeiro"),
        romance.short_dates("dia|em|até", date),
        romance.between("entre", "e"),
        romance.hours(),
        romance.measured(LANGUAGE),
        romance.degrees(LANGUAGE, COUNTED),
        romance.halves(LANGUAGE, HALF, HALF, " e "),
        romance.half_nouns(LANGUAGE, HALF, HALF, " e ", romance.iberian),
        romance.out_of("sobre"),
        romance.crossed("por"),
        romance.suffixed(ABBREVIATIONS),
        romance.romans(roman),
        Rule("symbols", _EQUALS, lambda _: " igual a "),
        romance.counted(LANGUAGE, romance_nouns.portuguese),
        romance.periods({name: f"por {name}" for name in ("mês", "dia", "ano", "hora", "semana", "noite")}),
    )
    return in_order(LANGUAGE, own)
