"""The rules of English, as spoken in America and in Britain."""

import re
from collections.abc import Mapping

from wyoming_kokoro.text.rules import english_context as context
from wyoming_kokoro.text.rules import english_dates, english_measures, english_money, english_units, english_words
from wyoming_kokoro.text.rules.english_numbers import cardinal, clock, ordinal, vulgar, year
from wyoming_kokoro.text.rules.language import Language, Unit
from wyoming_kokoro.text.rules.order import in_order
from wyoming_kokoro.text.rules.patterns import END, NUMBER_BEGIN, any_of
from wyoming_kokoro.text.rules.rule import Rule

_SPECIAL = {
    "24/7": "twenty-four seven",
    "9/11": "nine eleven",
    "50/50": "fifty-fifty",
    "20/20": "twenty twenty",
}
_PENCE = Rule(
    "money",
    re.compile(rf"{NUMBER_BEGIN}(\d{{1,2}})p{END}"),
    lambda match: f"{cardinal(int(match[1]))} {'penny' if match[1] == '1' else 'pence'}",
)
_PRICES: tuple[Rule, ...] = (
    Rule(
        "money",
        re.compile(r"(?<=\u20ac)(\d{1,3}(?:\.\d{3}){1,3}),(?=\d\d(?!\d))"),
        lambda match: match[1].replace(".", "") + ".",
    ),
    Rule("money", re.compile(rf"{NUMBER_BEGIN}(\d{{1,9}}),(?=\d\d\s?€)"), lambda match: f"{match[1]}."),
    Rule(
        "money",
        re.compile(r"(?<=\u20b9)(\d{1,2}(?:,\d\d){1,4},\d{3})(?![.,]?\d)"),
        lambda match: match[1].replace(",", ""),
    ),
    Rule("money", re.compile(r"(?<=\d)\s?c(?=/kWh)"), lambda _: " ct"),
    Rule("money", re.compile(r"(?<=\d)\s?p/kWh"), lambda _: " pence per kilowatt hour"),
    Rule(
        "money",
        re.compile(r"(?<=\b[Aa] )([$\u20ac\u00a3])(\d{1,4}(?:\.\d{1,3})?) (million|billion|trillion)(?= [a-z])"),
        lambda match: f"{match[2]} {match[3]} {english_money.CURRENCIES[match[1]].one}",
    ),
)
_OWN: tuple[Rule, ...] = (
    *context.IDENTIFIERS,
    context.MODELS,
    context.NETWORKS,
    *english_dates.OWN,
    Rule("times", re.compile(rf"{NUMBER_BEGIN}(\d{{1,2}})\.([0-5]\d)(?=\s?[ap]\.?m\b)"), lambda m: f"{m[1]}:{m[2]}"),
    Rule("times", re.compile(rf"{NUMBER_BEGIN}([0-2]?\d:[0-5]\d)\s?h{END}"), lambda m: m[1]),
    Rule(
        "fractions",
        re.compile(rf"{NUMBER_BEGIN}(\d{{1,3}}(?:\.\d)?)/(10|100){END}(?![/.]?\d)"),
        lambda match: f"{match[1]} out of {match[2]}",
    ),
    *context.PHONES,
    *context.RANGES,
    Rule("money", re.compile(r"(?<![\w.])\.(?=\d)"), lambda _: "0."),
    english_measures.PRICED,
    *_PRICES,
    *english_measures.MEASURES,
    Rule("fractions", re.compile(rf"{NUMBER_BEGIN}(?:{any_of(_SPECIAL)}){END}(?!/)"), lambda match: _SPECIAL[match[0]]),
    *context.NUMERALS,
    *context.ABBREVIATIONS,
    *context.INITIALISMS,
    *context.NUMBERS,
    *context.SYMBOLS,
)


def american() -> tuple[Rule, ...]:
    return _english(english_units.AMERICAN, british=False)


def british() -> tuple[Rule, ...]:
    return _english(english_units.BRITISH, british=True)


def _english(units: Mapping[str, Unit], *, british: bool) -> tuple[Rule, ...]:
    language = Language(
        cardinal=cardinal,
        point="point",
        minus="minus",
        plus="plus",
        to="to",
        year=year,
        units=units,
        per="{} per {}",
        currencies=english_money.CURRENCIES,
        magnitudes=english_money.MAGNITUDES,
        cents=" and ",
        clock=clock,
        halves={"am": "A M", "pm": "P M"},
        date=english_dates.british_date if british else english_dates.american_date,
        month_first=not british,
        vulgar=vulgar,
        ordinals={"st|nd|rd|th|ST|ND|RD|TH": ordinal},
        release=r"(?:Python|HA|Core|Assistant|[Vv]ersion|[Rr]elease|OS|Supervisor|Android|Linux|Debian|Ubuntu|ESPHome)",
        abbreviations=english_words.ABBREVIATIONS,
        acronyms=english_words.ACRONYMS,
        spelled=english_words.SPELLED,
        letters=english_words.LETTERS,
        plural="s",
        symbols=english_words.SYMBOLS,
        groups=",\u00a0\u202f",
    )
    pence = (_PENCE,) if british else ()
    return in_order(
        language,
        (
            english_dates.short_date(british=british),
            *_OWN,
            *pence,
            *english_measures.compounds(units),
            english_measures.bare_units(units),
        ),
    )
