"""Units, right behind a number."""

import re

from wyoming_kokoro.text.rules.fractions import FRACTION, is_above_one, spoken_fraction
from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.numbers import number, spoken, value
from wyoming_kokoro.text.rules.patterns import END, NUMBER_BEGIN, SIGN, any_of
from wyoming_kokoro.text.rules.rule import Rule

_DOT = r"(?:\.(?=\s+[a-z]|[,;:]))?"
"""The full stop of an abbreviation, not of the sentence: "5 min. later"."""


def units(language: Language) -> tuple[Rule, ...]:
    if not language.units:
        return ()
    fraction = f"({FRACTION})|" if language.vulgar else "((?!))|"
    over = f"(?:/({any_of(language.units)}){END})?" if language.per else "()"
    pattern = re.compile(
        rf"{NUMBER_BEGIN}(?:{fraction}({SIGN}{number(language)}))(?P<unit>{_symbols(language)}){over}{_DOT}"
    )

    def say(match: re.Match[str]) -> str:
        return _said(language, match[1], match[2], match["unit"].strip(), match[4]) or match[0]

    return (Rule("units", pattern, say),)


def _symbols(language: Language) -> str:
    """Symbols with the same surroundings together: a small pattern is compiled sooner.

    Those that nothing has to follow come last: the ° of °C.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for symbol, unit in language.units.items():
        behind = (END if symbol[-1].isalnum() else "") + unit.only
        alike.setdefault((behind, unit.apart), []).append(symbol)
    ordered = sorted(alike.items(), key=lambda item: item[0][0] == "")
    return "|".join(f"{apart}(?:{any_of(symbols)}){behind}" for (behind, apart), symbols in ordered)


def _said(language: Language, fraction: str | None, amount: str, symbol: str, below: str | None) -> str:
    unit = language.units[symbol]
    if fraction:
        words, singular = spoken_fraction(language, fraction), not is_above_one(fraction)
    else:
        words, singular = spoken(language, amount, unit.gender), language.is_one(value(language, amount))
    if not words:
        return ""
    name = unit.one if singular else unit.many
    if below:
        name = language.per.format(name, language.units[below].one)
    return name.format(words) if "{}" in name else language.joined(words, name)
