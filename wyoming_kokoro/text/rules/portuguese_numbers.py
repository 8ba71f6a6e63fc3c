"""Numbers, times and dates in words of Brazilian Portuguese."""

import re

from num2words import num2words

from wyoming_kokoro.text.rules import romance
from wyoming_kokoro.text.rules.tables import listed

MONTHS = listed("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro")
_PARTS = {2: "meio", 3: "terço"}
MOST_PARTS = 100
"""The greatest denominator that is said as one: three hundred and above are no cook's fractions."""
_FEMININE = {"um": "uma", "dois": "duas"}


def cardinal(number: int, gender: str = "") -> str:
    """Before a feminine noun, "f": duas horas, duzentas libras."""
    said = num2words(number, lang="pt_BR").replace(",", "") + romance.of_millions(number, gender, " de")
    if gender != "f":
        return str(said)
    start = re.match(r"(?:.*(?:ilhão|ilhões)\b)?", said)
    head = start[0] if start else ""
    return head + re.sub(r"entos\b", "entas", re.sub(r"\b(?:um|dois)\b", lambda m: _FEMININE[m[0]], said[len(head) :]))


def ordinal(number: int) -> str:
    return str(num2words(number, lang="pt_BR", to="ordinal"))


def feminine(number: int) -> str:
    return re.sub(r"o\b", "a", ordinal(number))


def roman(number: int) -> str:
    """Dom Pedro II, século XXI: ordinal up to ten."""
    return ordinal(number) if number <= 10 else cardinal(number)


def clock(hour: int, minute: int, second: int | None) -> str:
    said = cardinal(hour, "f")
    if not minute and not second:
        return f"{said} hora{'s' * (hour > 1)}"
    said = f"{said} e {cardinal(minute)}"
    return said if second is None else f"{said} e {cardinal(second)} segundo{'s' * (second > 1)}"


def date(day: int, month: int, year: int | None) -> str:
    said = f"{'primeiro' if day == 1 else cardinal(day)} de {MONTHS[month - 1]}"
    return said if year is None else f"{said} de {cardinal(year)}"


def vulgar(whole: int, above: int, below: int) -> str:
    if above > below > 4 or below == 1 or below > MOST_PARTS:
        return ""
    said = "meio" if (above, below) == (1, 2) else f"{cardinal(above)} {_part(below)}"
    if below <= 10 or below == MOST_PARTS:
        said += "s" * (above > 1)
    return f"{cardinal(whole)} e {said}" if whole else said


def _part(below: int) -> str:
    """Três quartos, três dezesseis avos."""
    if below in _PARTS:
        return _PARTS[below]
    return ordinal(below) if below <= 10 or below == MOST_PARTS else f"{cardinal(below)} avos"
