"""Fractions: 1/2, ½, 2 ½."""

import re
from unicodedata import normalize

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import BEGIN, NUMBER_BEGIN
from wyoming_kokoro.text.rules.rule import Rule

_ONE = "[\u00bc-\u00be\u2150-\u215e\u2189]"
"""½ and the like, with numerator and denominator."""
FRACTION = rf"(?:(?:\d{{1,3}} ?)?{_ONE}|(?:\d{{1,3}}[ -])?\d{{1,2}}[/\u2044]\d{{1,3}}(?![/\d\u2044]|[.,]\d))"
_PARTS = re.compile(rf"(?:(\d+)?[ -]?({_ONE})|(?:(\d+)[ -])?(\d+[/\u2044]\d+))")


def fractions(language: Language) -> tuple[Rule, ...]:
    if not language.vulgar:
        return ()
    pattern = re.compile(rf"(?:{NUMBER_BEGIN}|{BEGIN}(?={_ONE})){FRACTION}")
    return (Rule("fractions", pattern, lambda match: spoken_fraction(language, match[0]) or match[0]),)


def spoken_fraction(language: Language, written: str) -> str:
    """The words for a fraction; empty where it is none: 24/7, 3.5."""
    parts = _PARTS.fullmatch(written)
    if parts is None or language.vulgar is None:
        return ""
    above, below = normalize("NFKD", parts[2] or parts[4]).replace("\u2044", "/").split("/")
    whole = int(parts[1] or parts[3] or 0)
    return language.vulgar(whole, int(above), int(below)) if int(below) else ""


def is_above_one(written: str) -> bool:
    """Whether there is a whole number before the fraction: what is counted stands in the plural."""
    parts = _PARTS.fullmatch(written)
    return parts is not None and (parts[1] or parts[3]) is not None
