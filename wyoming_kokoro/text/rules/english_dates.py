"""Dates and years in English."""

import re

from wyoming_kokoro.text.rules.dates import is_date
from wyoming_kokoro.text.rules.english_numbers import cardinal, ordinal, two_digits, year
from wyoming_kokoro.text.rules.patterns import DASH, END, NUMBER_BEGIN
from wyoming_kokoro.text.rules.rule import Rule

_MONTHS = "January February March April May June July August September October November December"
MONTHS = tuple(_MONTHS.split())
_MONTH = r"(January|February|March|April|May|June|July|August|September|October|November|December"
_MONTH += r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
_DAY = r"(0?[1-9]|[12]\d|3[01])"
_YEAR = r"(1[1-9]\d\d|20\d\d)"
_NO_AMOUNT = (
    r"(?![\d%\u00b0:]|[.,:/-]\d|\s?(?:[kKMG]?Wh?|[kcm]?m|[ap]\.?m\.?|°[CF]|percent|hours|minutes|times)\b|\s?[%°])"
)
"""What follows neither goes on with the number nor counts it."""
_WEEKDAYS = {"Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Fri": "Friday"}
_WEEKDAYS |= {"Sat": "Saturday", "Sun": "Sunday"}
_WEEKDAY = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:s|r|rs)?\b"
_TENS = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
_PLACES = "(?i:room|suite|flight|apartment|apt|bus|train|route|highway|gate|extension|unit)"
_WHEN = (
    "(?i:in|since|by|of|from|until|till|before|after|during|around|circa|year(?: is| was)?|the|this|next|last"
    "|spring|summer|autumn|fall|winter|early|late|mid|\u00a9|copyright)"
)
_LEAP_YEAR = 2000
_NO_THINGS = r"(?!\s(?!(?:was|is|has|does|this|as|its|his|plus|versus)\b)[a-z]+s\b)"
"""A plural is counted: "of 1905 items"."""


def american_date(day: int, month: int, in_year: int | None) -> str:
    return f"{MONTHS[month - 1]} {ordinal(day)}" + (f", {year(in_year)}" if in_year else "")


def short_date(*, british: bool) -> Rule:
    """On 5/6, Mon 11/24: a date and no fraction, where a word says so and nothing is measured."""
    words = "on|by|until|till|since|due|before|after|today is|tomorrow is"
    days = "(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?:day|nesday|urday)?\\.?,?"
    behind = r"(?=\s?[.,;:!?)]?\s*$|\s?[,;:)](?!\d)|\s(?:at|from|and|we|I|you|it)\b)"
    pattern = re.compile(rf"\b((?:(?i:{words})|{days})\s)(?!24/7|9/11)(\d{{1,2}})/(\d{{1,2}}){behind}")

    def say(match: re.Match[str]) -> str:
        first, second = int(match[2]), int(match[3])
        month, day = (second, first) if (british and second <= 12) or first > 12 else (first, second)
        if not is_date(day, month, _LEAP_YEAR):
            return match[0]
        return match[1] + (british_date if british else american_date)(day, month, None)

    return Rule("dates", pattern, say)


def british_date(day: int, month: int, in_year: int | None) -> str:
    return f"the {ordinal(day)} of {MONTHS[month - 1]}" + (f" {year(in_year)}" if in_year else "")


def _month(written: str) -> str:
    return next(month for month in MONTHS if month.startswith(written[:3]))


def _ordinals(first: str, last: str | None) -> str:
    return f"{ordinal(int(first))} to {ordinal(int(last))}" if last else ordinal(int(first))


def _month_day(match: re.Match[str]) -> str:
    """Nov 24-26, 2026"""
    said = f"{_month(match[1])} {_ordinals(match[2], match[3])}"
    return said + (f", {year(int(match[4]))}" if match[4] else "")


def _day_month(match: re.Match[str]) -> str:
    """24 Nov 2026; the article is there where it is written already."""
    article = "" if re.search(r"\bthe $", match.string[: match.start()], re.IGNORECASE) else "the "
    said = f"{article}{_ordinals(match[1], match[2])} of {_month(match[3])}"
    return said + (f" {year(int(match[4]))}" if match[4] else "")


def _decade(match: re.Match[str]) -> str:
    century, tens = match[2] or "", int(match[3])
    if not century:
        return _TENS[tens - 2] if tens >= 2 else match[0]
    if tens == 0:
        return "two thousands" if century == "20" else f"{cardinal(int(century))} hundreds"
    return f"{cardinal(int(century))} {_TENS[tens - 2] if tens > 1 else 'tens'}"


def _season(match: re.Match[str]) -> str:
    """2019-20; 2019-11 is a month, which other rules have taken."""
    first = int(match[1])
    last = first - first % 100 + int(match[2])
    return f"{year(first)} to {year(last)}" if last > first else match[0]


def _place(match: re.Match[str]) -> str:
    """Room 1905: in pairs, as the number of a room is said."""
    high, low = divmod(int(match[2]), 100)
    if low == 0 and high % 10 == 0:
        return f"{match[1]} {cardinal(high * 100)}"
    return f"{match[1]} {cardinal(high)} {two_digits(low) if low else 'hundred'}"


def _of_many(match: re.Match[str]) -> str:
    return f"{match[1]} {cardinal(int(match[2]))} of {cardinal(int(match[3]))}"


def _hundred_hours(match: re.Match[str]) -> str:
    """0700 hours, at 1905 hours."""
    hour, minute = int(match[1]), int(match[2])
    return f"{two_digits(hour) if match[1][0] == '0' else cardinal(hour)} {two_digits(minute) if minute else 'hundred'}"


_COUNTED = "day|step|page|part|item|question|round|stage|level|lap|episode|slide|attempt|phase|image|file|track|disc"
_DAYS = rf"{_DAY}(?:st|nd|rd|th)?(?:\s?{DASH}\s?{_DAY}(?:st|nd|rd|th)?)?{END}"
OWN: tuple[Rule, ...] = (
    Rule(
        "dates",
        re.compile(rf"{NUMBER_BEGIN}(\d{{1,2}}/\d{{1,2}}/)(\d\d){END}(?![/.:-]?\d)"),
        lambda match: f"{match[1]}20{match[2]}",
    ),
    Rule(
        "dates",
        re.compile(rf"\b{_WEEKDAY}\.?\s?{DASH}\s?{_WEEKDAY}"),
        lambda match: f"{_WEEKDAYS[match[1]]} to {_WEEKDAYS[match[2]]}",
    ),
    Rule("dates", re.compile(rf"\b{_WEEKDAY}\.?(?=,? (?:\d|{_MONTH}|the \d))"), lambda match: _WEEKDAYS[match[1]]),
    Rule("dates", re.compile(rf"\b{_MONTH} {_DAYS}{_NO_AMOUNT}(?:,? {_YEAR}{END}{_NO_AMOUNT})?"), _month_day),
    Rule(
        "dates",
        re.compile(rf"{NUMBER_BEGIN}{_DAYS} (?:of )?{_MONTH}(?:,? {_YEAR}{END}{_NO_AMOUNT})?(?![a-z])"),
        _day_month,
    ),
    Rule(
        "dates",
        re.compile(rf"\b{_MONTH} {_YEAR}{END}{_NO_AMOUNT}"),
        lambda match: f"{_month(match[1])} {year(int(match[2]))}",
    ),
    Rule(
        "dates",
        re.compile(rf"{NUMBER_BEGIN}(20\d\d)-(0[1-9]|1[0-2]){END}(?![-.,:/]\d)"),
        lambda match: f"{MONTHS[int(match[2]) - 1]} {year(int(match[1]))}",
    ),
    Rule("dates", re.compile(rf"{NUMBER_BEGIN}()(1[1-9]|20)(\d)0s{END}"), _decade),
    Rule("dates", re.compile(r"((?<!\w)['\u2019]|(?<=[Tt]he )|(?<=mid-))()([2-9])0s\b"), _decade),
    Rule(
        "dates",
        re.compile(rf"{NUMBER_BEGIN}{_YEAR}\s?{DASH}\s?{_YEAR}{END}{_NO_AMOUNT}(?!{DASH})"),
        lambda match: f"{year(int(match[1]))} to {year(int(match[2]))}",
    ),
    Rule(
        "dates",
        re.compile(rf"\b([Bb]etween|[Ff]rom) {_YEAR} (and|to) {_YEAR}{END}{_NO_AMOUNT}{_NO_THINGS}"),
        lambda match: f"{match[1]} {year(int(match[2]))} {match[3]} {year(int(match[4]))}",
    ),
    Rule("dates", re.compile(rf"{NUMBER_BEGIN}{_YEAR}(?=['\u2019]s\b)"), lambda match: year(int(match[1]))),
    Rule("dates", re.compile(r"(?<!\w)['\u2019](\d\d)(?!['\u2019.,]?\w|['\u2019])"), lambda match: match[1]),
    Rule("dates", re.compile(rf"{NUMBER_BEGIN}{_YEAR}[-\u2013](\d\d){END}{_NO_AMOUNT}(?!{DASH})"), _season),
    Rule(
        "dates",
        re.compile(rf"(?<!\w)({_WHEN})[ -]{_YEAR}{END}{_NO_AMOUNT}{_NO_THINGS}"),
        lambda match: match[0][: -len(match[2])] + year(int(match[2])),
    ),
    Rule("dates", re.compile(rf"(?<=\(){_YEAR}(?=\))"), lambda match: year(int(match[1]))),
    Rule(
        "dates",
        re.compile(rf"\b(Q[1-4]) {_YEAR}{END}{_NO_AMOUNT}"),
        lambda match: f"{match[1]} {year(int(match[2]))}",
    ),
    Rule("dates", re.compile(rf"\b({_PLACES}) ([1-9]\d{{3}}){END}{_NO_AMOUNT}"), _place),
    Rule(
        "dates",
        re.compile(rf"\b([Ff]light )([A-Z]{{2}}) ([1-9]\d)(\d\d){END}"),
        lambda match: (
            f"{match[1]}{' '.join(match[2])} {cardinal(int(match[3]))} "
            f"{two_digits(int(match[4])) if int(match[4]) else 'hundred'}"
        ),
    ),
    Rule("dates", re.compile(r"\b([Ff]light )([A-Z]{2})(?= \d)"), lambda match: match[1] + " ".join(match[2])),
    Rule(
        "dates",
        re.compile(r"(?:(?<=\b[Ii]t's )|(?<=\b[Ii]t\u2019s )|(?<=\b[Ii]t is ))(20\d\d)(?=[.,!?;:]?\s*$|[.,!?;:]\s)"),
        lambda match: year(int(match[1])),
    ),
    Rule(
        "dates",
        re.compile(r"\A(1[89]\d\d|20\d\d)(?= (?:is|was|will|has|had)\b)"),
        lambda match: year(int(match[1])),
    ),
    Rule(
        "dates",
        re.compile(
            r"(?<![\w.,:/-])(?:(?=0)|(?<=\b[Aa]t )|(?<=\b[Bb]y )|(?<=until ))([01]\d|2[0-3])([0-5]\d)(?= h(?:ou)?rs\b)"
        ),
        _hundred_hours,
    ),
    Rule("dates", re.compile(rf"\b((?i:{_COUNTED})) (\d{{1,3}})/(\d{{1,3}})(?![/\d]|[.,]\d)"), _of_many),
)
