"""Numbers, times and dates in Spanish words."""

import re

from num2words import num2words

from wyoming_kokoro.text.rules import romance
from wyoming_kokoro.text.rules.tables import listed

MONTHS = listed("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
_ORDINALS = listed(
    "cero primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo "
    "decimotercero decimocuarto decimoquinto decimosexto decimoséptimo decimoctavo decimonoveno vigésimo"
)
_PARTS = {2: "medio", 3: "tercio", **dict(enumerate(_ORDINALS[4:11], start=4))}


def cardinal(number: int, gender: str = "") -> str:
    """Before a masculine noun ("m": veintiún grados), before a feminine one ("f": doscientas libras), or alone."""
    said = re.sub(r"veintiuno(?= m)", "veintiún", num2words(number, lang="es"))
    said = re.sub(r"\buno(?= m)", "un", said)
    said += romance.of_millions(number, gender, " de")
    if gender == "f":
        millions, comma, rest = said.rpartition("llones ")
        rest = re.sub(r"(cient|quinient)os\b", r"\1as", re.sub(r"uno$", "una", rest))
        return millions + comma + rest
    if gender == "m":
        return re.sub(r"\buno$", "un", re.sub(r"veintiuno$", "veintiún", said))
    return said


def ordinal(number: int) -> str:
    return _ORDINALS[number] if number < len(_ORDINALS) else str(num2words(number, lang="es", to="ordinal"))


def feminine(number: int) -> str:
    return re.sub(r"o\b", "a", ordinal(number))


def short(number: int) -> str:
    """Before a masculine noun: primer, tercer."""
    return re.sub(r"(prime|terce)ro$", r"\1r", ordinal(number))


def clock(hour: int, minute: int, second: int | None) -> str:
    said = cardinal(hour, "f")
    if not minute and not second:
        return said if hour % 24 else f"{said} horas"
    quarter = {15: "cuarto", 30: "media"}.get(minute) if 1 <= hour <= 12 and second is None else None
    said = f"{said} y {quarter or cardinal(minute)}"
    return said if second is None else f"{said} y {cardinal(second, 'm')} segundo{'s' * (second != 1)}"


def date(day: int, month: int, year: int | None) -> str:
    said = f"{cardinal(day)} de {MONTHS[month - 1]}"
    return said if year is None else f"{said} de {cardinal(year)}"


def vulgar(whole: int, above: int, below: int) -> str:
    if (above > below > 4) or (below not in _PARTS and above >= below):
        return ""
    if below not in _PARTS:
        said = f"{cardinal(above)} sobre {cardinal(below)}"
    elif whole and (above, below) == (1, 2):
        said = "medio"
    else:
        said = f"{cardinal(above, 'm')} {_PARTS[below]}{'s' * (above != 1)}"
    return f"{cardinal(whole)} y {said}" if whole else said


def roman(number: int) -> str:
    """Felipe VI, siglo XXI: ordinal up to ten."""
    return ordinal(number) if number <= 10 else cardinal(number)
