"""Numbers, times and dates in Italian words."""

import re

from num2words import num2words

from wyoming_kokoro.text.rules import romance
from wyoming_kokoro.text.rules.tables import listed

MONTHS = listed("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre")
_ONE = {"m": "un", "f": "una", "s": "uno", "v": "un'"}
"""By gender; "s" before an s with a consonant, a z or a y, "v" feminine before a vowel."""
MOST_PARTS = 100
"""The greatest denominator that has a name of its own."""


def cardinal(number: int, gender: str = "") -> str:
    if number == 1 and gender:
        return _ONE[gender]
    said = re.sub(r"(?<=\w)tre$", "tré", num2words(number, lang="it"))
    return said + romance.of_millions(number, gender, " di")


def ordinal(number: int) -> str:
    return str(num2words(number, lang="it", to="ordinal"))


def feminine(number: int) -> str:
    return re.sub("o$", "a", ordinal(number))


def clock(hour: int, minute: int, second: int | None) -> str:
    said = cardinal(hour, "f")
    if not minute and not second:
        return said if hour else "zero zero"
    said = f"{said} e {cardinal(minute)}"
    return said if second is None else f"{said} e {cardinal(second, 'm')} second{'o' if second == 1 else 'i'}"


def date(day: int, month: int, year: int | None) -> str:
    said = f"{'primo' if day == 1 else cardinal(day)} {MONTHS[month - 1]}"
    return said if year is None else f"{said} {cardinal(year)}"


def vulgar(whole: int, above: int, below: int) -> str:
    if above > below > 4 or below == 1:
        return ""
    said = _parts(above, below)
    if not whole:
        return said
    return f"{cardinal(whole)} e {'mezzo' if (above, below) == (1, 2) else said}"


def _parts(above: int, below: int) -> str:
    if below > MOST_PARTS:
        return f"{cardinal(above)} su {cardinal(below)}"
    name = "mezzo" if below == 2 else ordinal(below)
    return (
        f"un {name}"
        if above == 1
        else f"{cardinal(above)} {name[:-2] if below == 2 else name[:-1]}{'zi' if below == 2 else 'i'}"
    )
