"""Phone numbers, digit by digit, with a comma's pause between the groups."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.numbers import digits
from wyoming_kokoro.text.rules.patterns import END, any_of
from wyoming_kokoro.text.rules.rule import Rule

_GAP = r"[ .\u00a0-]"
_NO_DATE = r"(?!\d\d(?P<mark>[/-])\d\d(?P=mark)(?:\d\d){1,2}(?![\d/-]))"
"""05/11/2026"""
_NUMBERS = (
    rf"\+\d{{1,3}}{_GAP}?(?:\(\d{{1,4}}\){_GAP}?)?\d{{1,5}}(?:{_GAP}?\d{{2,5}}){{1,5}}",  # +1 (555) 123-4567
    rf"\(\d{{2,5}}\){_GAP}?\d{{2,5}}(?:{_GAP}\d{{2,5}}){{1,4}}",  # (030) 123 456
    r"(?:1-)?\d{3}([-.])\d{3}\1\d{4}",  # 555-123-4567
    rf"{_NO_DATE}0\d{{1,4}}(?:[ /-]\d{{2,8}}){{1,5}}",  # 0800 123 456
)
_SHORT = r"\d{3}-(?!\d{3}0)\d{4}"
"""555-1234: digits of a range, such as 500-1000 W, are rounder, or have a unit."""
_LEAST_DIGITS = 7


def phones(language: Language) -> tuple[Rule, ...]:
    no_unit = rf"(?!\s?(?:{any_of(language.units)}){END})"
    pattern = rf"(?<![\w.,:/+-])(?:{'|'.join(_NUMBERS)}|{_SHORT}{no_unit})(?![-.,:/]?\d){END}"

    def say(match: re.Match[str]) -> str:
        groups = re.findall(r"\d+", match[0])
        if sum(map(len, groups)) < _LEAST_DIGITS:
            return match[0]
        said = ", ".join(digits(language, group) for group in groups)
        return language.joined(language.plus if match[0].startswith("+") else "", said)

    return (Rule("phones", re.compile(pattern), say),)
