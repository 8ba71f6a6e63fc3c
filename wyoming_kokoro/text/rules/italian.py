"""The rules of Italian."""

import re

from wyoming_kokoro.text.rules import romance, romance_nouns
from wyoming_kokoro.text.rules.italian_numbers import MONTHS, cardinal, clock, date, feminine, ordinal, vulgar
from wyoming_kokoro.text.rules.italian_words import ABBREVIATIONS, COUNTED, CURRENCIES, SYMBOLS, UNITS
from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.order import in_order
from wyoming_kokoro.text.rules.patterns import BEGIN, END, NUMBER_BEGIN, any_of
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.tables import listed

LANGUAGE = Language(
    cardinal=cardinal,
    point="virgola",
    minus="meno",
    plus="più",
    to="a",
    decimals=romance.MARKS,
    groups=romance.GROUPS,
    fraction=romance.fraction(cardinal),
    units=UNITS,
    per="{} per {}",
    currencies=CURRENCIES,
    magnitudes={"milioni": "milioni", "milione": "milione", "miliardi": "miliardi", "M": "milioni"},
    of_magnitude=" di ",
    cents=" e ",
    clock=clock,
    date=date,
    vulgar=vulgar,
    ordinals={"º": ordinal, "ª": feminine, rf"°(?=\s+(?:{COUNTED.replace(' ', '|')})\b)": ordinal},
    version="versione",
    version_point="punto",
    dot="punto",
    abbreviations=ABBREVIATIONS,
    spelled={"CO2": "ci o due", "CO₂": "ci o due"},
    letters=frozenset(listed("USB URL IP IA UE API OTA CPU GPU")),
    symbols=SYMBOLS,
)
HALF = {"m": "mezzo", "f": "mezza"}
_POINT_TIME = re.compile(
    rf"{BEGIN}((?i:ore|alle|dalle|le)\s+\d{{1,2}})\.([0-5]\d)(?![.,]?\d)(?!\s?(?:{any_of(UNITS)}|[€$]|gradi|euro){END})"
)
_AMOUNT = r"\d{1,15}(?:[.,:]\d{1,15})?"
_RANGE = re.compile(
    rf"(?:{BEGIN}(?P<lead>(?i:dal?|dalle|dai|tra|fra)\s+))?"
    rf"{NUMBER_BEGIN}(?P<low>{_AMOUNT})\s?[-\u2010-\u2015]\s?(?P<high>{_AMOUNT})(?![-/\u2013]?\d)"
)
_ELISION = re.compile(rf"{BEGIN}un' (?=[aeiou])")
_EQUALS = re.compile(r"\s*=\s*")
_NUMBER = re.compile(r"\bn\.(?=\s?\d)")


def italian() -> tuple[Rule, ...]:
    own = (
        *romance.groups(),
        romance.named_first(MONTHS, " ", "primo"),
        romance.short_dates("il|al|dal|del", date),
        Rule("ranges", _RANGE, _range),
        romance.hours(),
        Rule("times", _POINT_TIME, lambda match: f"{match[1]}:{match[2]}"),
        romance.measured(LANGUAGE),
        romance.degrees(LANGUAGE, COUNTED),
        romance.halves(LANGUAGE, HALF, HALF, " e "),
        romance.half_nouns(LANGUAGE, HALF, HALF, " e ", _noun),
        romance.out_of("su"),
        romance.crossed("per"),
        romance.suffixed(ABBREVIATIONS),
        Rule("abbreviations", _NUMBER, lambda _: "numero"),
        romance.romans(ordinal),
        Rule("symbols", _EQUALS, lambda _: " uguale "),
        romance.counted(LANGUAGE, romance_nouns.italian),
        romance.periods(
            {"mese": "al mese", "giorno": "al giorno", "anno": "all'anno", "ora": "all'ora", "settimana": "a settimana"}
        ),
        Rule("symbols", _ELISION, lambda _: "un'"),
    )
    return in_order(LANGUAGE, own)


def _range(match: re.Match[str]) -> str:
    """Da dieci a venti, tra dieci e venti: an Italian range has a word in front."""
    lead = match["lead"] or ""
    if lead.strip().lower() in ("tra", "fra"):
        return f"{lead}{match['low']} e {match['high']}"
    rises = float(re.sub("[,:]", ".", match["low"])) < float(re.sub("[,:]", ".", match["high"]))
    return f"{lead or ('da ' if rises else '')}{match['low']} a {match['high']}"


def _noun(noun: str) -> romance.Noun:
    """Tazza, tazze, litro, litri."""
    feminine = noun.endswith(("a", "e"))
    return romance.Noun(noun[:-1] + ("a" if feminine else "o"), "f" if feminine else "m")
