"""Numbers: cardinal, decimal, negative, and digits that are a code."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import SIGN
from wyoming_kokoro.text.rules.rule import Rule

MOST_DIGITS = 15
"""What is longer is an identifier: nobody understands quadrillions by ear."""


def number(language: Language) -> str:
    """The pattern of a number without its sign. It may begin anywhere: what is before it is the caller's."""
    return rf"{_whole(language)}(?:[{re.escape(language.decimals)}]\d+)?"


def digits(language: Language, text: str) -> str:
    """The digits one by one."""
    return language.joined(*(language.cardinal(int(char), "") for char in text if char.isdecimal()))


def value(language: Language, written: str) -> float:
    """About how much it is: enough to choose between singular and plural. 1.0 is a bit more than 1: it is plural."""
    whole, fraction = _parts(language, written.lstrip("-\u2212"))
    return float(f"{whole[:MOST_DIGITS]}.{fraction[:9]}1" if fraction else whole[:MOST_DIGITS])


def spoken(language: Language, written: str, gender: str = "") -> str:
    """The words for a number as the pattern finds it, with or without a minus."""
    unsigned = written.lstrip("-\u2212")
    minus = language.minus if unsigned != written else ""
    whole, fraction = _parts(language, unsigned)
    if not fraction:
        return language.joined(minus, integer(language, whole, gender))
    words = integer(language, whole)
    behind = language.fraction(fraction) if language.fraction else digits(language, fraction)
    return language.joined(minus, words, language.point, behind)


def integer(language: Language, whole: str, gender: str = "") -> str:
    """The words for digits; 007 keeps its zeros."""
    if len(whole) > MOST_DIGITS or (len(whole) > 1 and int(whole[0]) == 0):
        return digits(language, whole)
    return language.cardinal(int(whole), gender)


def numbers(language: Language) -> tuple[Rule, ...]:
    """Every number that no other rule has turned into words."""
    pattern = re.compile(rf"((?<=[^\W\d_])-(?=\d)|{SIGN})({number(language)})")

    def say(match: re.Match[str]) -> str:
        before, after = match.string[: match.start()], match.string[match.end() :]
        if before[-1:].isalpha():  # B12, COVID-19
            return language.space + spoken(language, match[2]) + (language.space if after[:1].isalpha() else "")
        return spoken(language, match[0]) + (language.space if after[:1].isalpha() else "")

    return (Rule("numbers", pattern, say),)


def _whole(language: Language) -> str:
    group = f"[{re.escape(language.groups)}]" if language.groups else "(?!)"
    return rf"(?:[1-9]\d{{0,2}}(?:{group}\d{{3}}){{1,6}}(?!\d)|\d+)"


def _parts(language: Language, unsigned: str) -> tuple[str, str]:
    """The digits before and behind the decimal mark, without separators."""
    fraction = ""
    if not re.fullmatch(_whole(language), unsigned):
        cut = max(unsigned.rfind(mark) for mark in language.decimals)
        unsigned, fraction = unsigned[:cut], unsigned[cut + 1 :]
    return "".join(char for char in unsigned if char.isdecimal()), fraction
