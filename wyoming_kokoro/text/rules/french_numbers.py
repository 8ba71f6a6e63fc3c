"""Numbers, times and dates in French words."""

import re

from num2words import num2words

from wyoming_kokoro.text.rules import romance
from wyoming_kokoro.text.rules.tables import listed

MONTHS = listed("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
MOST_PARTS = 100
"""The greatest denominator that has a name of its own; the rest are said as "sur"."""


def cardinal(number: int, gender: str = "") -> str:
    """Before a feminine noun, "f": vingt et une heures."""
    said = str(num2words(number, lang="fr")) + romance.of_millions(number, gender, " de")
    return re.sub(r"\bun$", "une", said) if gender == "f" else said


def ordinal(number: int) -> str:
    said = str(num2words(number, lang="fr", to="ordinal"))
    return re.sub(r"(vingt|cent)sième$", r"\1ième", said)


def first(number: int) -> str:
    """1re; 1ère."""
    return "première" if number == 1 else ordinal(number)


def second(number: int) -> str:
    return "second" if number == 2 else ordinal(number)


def clock(hour: int, minute: int, second: int | None) -> str:
    said = f"{cardinal(hour, 'f')} heure{'s' * (hour > 1)}"
    if second is not None:
        of_minute = f"{cardinal(minute, 'f')} minute{'s' * (minute > 1)}"
        return f"{said} {of_minute} et {cardinal(second, 'f')} seconde{'s' * (second > 1)}"
    return f"{said} {cardinal(minute, 'f')}" if minute else said


def date(day: int, month: int, year: int | None) -> str:
    said = f"{'premier' if day == 1 else cardinal(day)} {MONTHS[month - 1]}"
    return said if year is None else f"{said} {cardinal(year)}"


def vulgar(whole: int, above: int, below: int) -> str:
    if above > below > 4 or below == 1:
        return ""
    said = _parts(above, below)
    return f"{cardinal(whole)} et {said.removeprefix('un ')}" if whole and below == 2 else _behind(whole, said)


def _behind(whole: int, said: str) -> str:
    return f"{cardinal(whole)} et {said}" if whole else said


def _parts(above: int, below: int) -> str:
    if below > MOST_PARTS:
        return f"{cardinal(above)} sur {cardinal(below)}"
    name = {2: "demi", 3: "tiers", 4: "quart"}.get(below) or ordinal(below)
    return f"{cardinal(above)} {name}{'s' * (above > 1 and below != 3)}"
