"""The rules of French, as spoken in France."""

import re

from wyoming_kokoro.text.rules import romance, romance_nouns
from wyoming_kokoro.text.rules.french_numbers import MONTHS, cardinal, clock, date, first, ordinal, second, vulgar
from wyoming_kokoro.text.rules.french_words import ABBREVIATIONS, CURRENCIES, SYMBOLS, UNITS
from wyoming_kokoro.text.rules.language import Language, below_two_is_one
from wyoming_kokoro.text.rules.numbers import integer
from wyoming_kokoro.text.rules.order import in_order
from wyoming_kokoro.text.rules.patterns import END, NUMBER_BEGIN
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.tables import listed

LANGUAGE = Language(
    cardinal=cardinal,
    point="virgule",
    minus="moins",
    plus="plus",
    to="à",
    decimals=romance.MARKS,
    groups=romance.GROUPS.replace(".", ""),
    fraction=romance.fraction(cardinal),
    is_one=below_two_is_one,
    units=UNITS,
    per="{} par {}",
    currencies=CURRENCIES,
    magnitudes={"millions": "millions", "million": "million", "milliards": "milliards", "M": "millions"},
    of_magnitude=" d'",
    cents=" et ",
    clock=clock,
    hour_mark="h",
    date=date,
    vulgar=vulgar,
    ordinals={"er": ordinal, "[eè]?re": first, "nde?|d": second, "(?:e|è|ème|eme)s?": ordinal},
    version="version",
    version_point="point",
    dot="point",
    abbreviations=ABBREVIATIONS,
    spelled={"CO2": "cé o deux", "CO₂": "cé o deux"},
    letters=frozenset(listed("TVA EDF RATP USB URL IP IA UE ADN API OTA CPU GPU")),
    symbols=SYMBOLS,
)
HALF, HALF_BEHIND = {"m": "un demi", "f": "une demi"}, {"m": "demi", "f": "demie"}
_MASCULINE = frozenset(
    [
        "litre",
        "litres",
        "mètre",
        "mètres",
        "verre",
        "verres",
        "gramme",
        "grammes",
        "siècle",
        "siècles",
        "kilomètre",
        "kilomètres",
    ]
)
_PAIRS = re.compile(r"(?<![\w.,:/-])(?:\+33[ .]?|0)([1-9])((?:[ .-]?\d\d){4})(?![ .,:/-]?\d)")
_SPACED_HOUR = re.compile(rf"{NUMBER_BEGIN}(\d{{1,2}})\s?h\s?([0-5]\d)(?:\s?min)?{END}")
_SIR = re.compile(r"(?<![\w.-])M\.(?=\s+[A-ZÀ-Þ])")
_OF_EURO = re.compile(r"(?<=d['\u2019])\s?€")
_ELISION = re.compile(r"\b(millions?|milliards?) de (?=(?:euro|heure|hectopascal|octet|ampère|hertz|once)s?\b)")
_ALWAYS = re.compile(rf"{NUMBER_BEGIN}(24|7)\s?([hj])/(?=(?:24|7){END})")
_EQUALS = re.compile(r"\s*=\s*")


def french() -> tuple[Rule, ...]:
    own = (
        Rule("phones", _PAIRS, _pairs),
        *romance.groups(),
        romance.named_first(MONTHS, " ", "premier"),
        romance.short_dates("le|au|du", date),
        romance.between("entre", "et"),
        Rule("times", _SPACED_HOUR, lambda match: f"{match[1]}:{match[2]}"),
        romance.hours("h"),
        romance.degrees(LANGUAGE, "étage"),
        romance.halves(LANGUAGE, HALF, HALF_BEHIND, " et "),
        romance.half_nouns(LANGUAGE, HALF, HALF_BEHIND, " et ", _noun),
        romance.out_of("sur"),
        Rule("units", _ALWAYS, lambda match: f"{match[1]} {match[2]} sur "),
        romance.crossed("fois"),
        Rule("abbreviations", _SIR, lambda _: "monsieur"),
        romance.romans(ordinal, "(?:e|ème)"),
        romance.romans(cardinal),
        Rule("symbols", _OF_EURO, lambda _: "euros"),
        Rule("symbols", _ELISION, lambda match: f"{match[1]} d'"),
        Rule("symbols", _EQUALS, lambda _: " égale "),
        romance.counted(LANGUAGE, romance_nouns.french),
        romance.periods({name: f"par {name}" for name in ("mois", "jour", "an", "heure", "semaine", "nuit")}),
    )
    return in_order(LANGUAGE, own)


def _pairs(match: re.Match[str]) -> str:
    """06 12 34 56 78 is said as five numbers, not as ten digits."""
    digits = "".join(char for char in match[2] if char.isdecimal())
    pairs = [integer(LANGUAGE, digits[place : place + 2]) for place in range(0, len(digits), 2)]
    start = "plus trente-trois" if match[0].startswith("+") else cardinal(0)
    return ", ".join([f"{start} {cardinal(int(match[1]))}", *pairs])


def _noun(noun: str) -> romance.Noun:
    """A guess that is right for cups and spoons."""
    feminine = noun.endswith(("e", "es")) and noun not in _MASCULINE
    return romance.Noun(noun.removesuffix("s"), "f" if feminine else "m")
