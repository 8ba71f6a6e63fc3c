"""Units and currencies as tables of text, which is how they are read and checked best."""

from collections.abc import Iterator

from wyoming_kokoro.text.rules.language import Currency, Unit

SIGNS = {
    "\u2103": "°C",
    "\u2109": "°F",
    "ºC": "°C",
    "ºF": "°F",
    "º C": "°C",
    "º F": "°F",
    "° C": "°C",
    "° F": "°F",
    "\uff05": "%",
    "m2": "m²",
    "m3": "m³",
    "km2": "km²",
    "cm2": "cm²",
    "W/m2": "W/m²",
    "\u33a1": "m²",
    "\u33a5": "m³",
    "\u338f": "kg",
    "\u338e": "mg",
    "\u339c": "mm",
    "\u339d": "cm",
    "\u339e": "km",
    "\u3397": "dl",
    "\u3396": "ml",
    "\u33c4": "ml",
    "\u2113": "L",
    "l": "L",
    "mL": "ml",
    "Kelvin": "K",
    "KB": "kB",
    "Mbps": "Mbit/s",
    "µg/m3": "µg/m³",
    "μg/m³": "µg/m³",
    "μg/m3": "µg/m³",
    "mg/m3": "mg/m³",
    "hr": "h",
    "sec": "s",
}
"""Other ways to write a unit: one character for all of it, digits for exponents, a Greek mu."""
SILENT = dict.fromkeys("/*\\\u2022\u00b7\u203b", "")
"""Punctuation that espeak-ng would name."""
_NO_ELISION = r"(?!['\u2019])"
"""No metre and no litre: "5 m'ont dit", "5 l'altro"."""


def units(text: str, **only: str) -> dict[str, Unit]:
    """Units from lines such as "L l = litro | litros | m": symbols, name of one, of many, gender.

    A name of many that is missing is the same as the name of one. `only` gives patterns behind symbols, see `Unit`.
    """
    table: dict[str, Unit] = {}
    for symbols, names in _lines(text):
        one, many, gender = [*names, *[""] * (3 - len(names))]
        for symbol in symbols:
            behind = only.get(symbol, "") + (_NO_ELISION if len(symbol) == 1 and symbol.isalpha() else "")
            table[symbol] = Unit(one, many or one, gender, only=behind)
    return table | {sign: table[symbol] for sign, symbol in SIGNS.items() if symbol in table and sign not in table}


def currencies(text: str) -> dict[str, Currency]:
    """Currencies from lines such as "€ EUR = euro | euros | m | céntimo | céntimos | m"."""
    table: dict[str, Currency] = {}
    for symbols, names in _lines(text):
        one, many, gender, small_one, small_many, small_gender = [*names, *[""] * (6 - len(names))]
        for symbol in symbols:
            table[symbol] = Currency(one, many or one, small_one, small_many or small_one, gender, small_gender)
    return table


def words(text: str) -> dict[str, str]:
    """Pairs from lines such as "Sr. = señor"; several ways to write it are separated by " / "."""
    pairs = (line.rsplit(" = ", 1) for line in text.strip().splitlines())
    return {written.strip(): said.strip() for left, said in pairs for written in left.split(" / ")}


def listed(text: str) -> tuple[str, ...]:
    """Words with spaces between them."""
    return tuple(text.split())


def _lines(text: str) -> Iterator[tuple[list[str], list[str]]]:
    for line in text.strip().splitlines():
        symbols, names = line.split(" = ")
        yield symbols.split(), [name.strip() for name in names.split("|")]
