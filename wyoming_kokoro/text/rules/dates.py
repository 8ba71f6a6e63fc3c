"""Dates in digits: 2026-11-24, 24/11/2026, 24.11.2026."""

import re
from calendar import monthrange

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import END, NUMBER_BEGIN
from wyoming_kokoro.text.rules.rule import Rule

_ISO = re.compile(rf"{NUMBER_BEGIN}(\d{{4}})([-/])(\d{{1,2}})\2(\d{{1,2}})(?![-/.]?\d)(?:T(?=\d\d:)|{END})")
"""Also before the time in 2026-11-24T10:05:00."""
_STAMP = re.compile(r"(?<=\d\dT)(\d\d:\d\d)(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\w)")
"""The time behind it, whose seconds and zone nobody wants to hear."""
_LOCAL = re.compile(rf"{NUMBER_BEGIN}(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}})(?![-/.]?\d){END}")


def dates(language: Language) -> tuple[Rule, ...]:
    if not language.date:
        return ()
    date = language.date

    def said(match: re.Match[str], day: str, month: str, year: str) -> str:
        if not is_date(int(day), int(month), int(year)):
            return match[0]
        return date(int(day), int(month), int(year)) + (language.space if match[0].endswith("T") else "")

    def say_local(match: re.Match[str]) -> str:
        first, second = match[1], match[3]
        month_first = (language.month_first or int(second) > 12) and int(first) <= 12
        return said(match, *((second, first) if month_first else (first, second)), match[4])

    stamp = Rule("dates", _STAMP, lambda match: match[1])
    return (stamp, Rule("dates", _ISO, lambda m: said(m, m[4], m[3], m[1])), Rule("dates", _LOCAL, say_local))


def is_date(day: int, month: int, year: int) -> bool:
    return 1 <= month <= 12 and year >= 1 and 1 <= day <= monthrange(year, month)[1]
