"""Ranges: only the dash becomes a word, the two ends are left to the rules behind."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import BEGIN, END, NUMBER_BEGIN, any_of
from wyoming_kokoro.text.rules.rule import Rule

_NUMBER = r"\d{1,15}(?:[.,:]\d{1,15}){0,3}"


def ranges(language: Language) -> tuple[Rule, ...]:
    currency = f"(?:{any_of(language.currencies)})?"
    symbols = f"{any_of((*language.units, *language.currencies))}|(?i:{any_of(language.halves)})"
    money = rf"(?:{any_of(language.magnitudes)}){END}"  # $5k-$10k
    tail = rf"(?:\s?(?:{symbols}|{money}|[a-z]{{2}}|(?:[a-z]\.){{2}}))?"
    pattern = re.compile(
        rf"((?:{NUMBER_BEGIN}(?<![^\W\d_]-)|{BEGIN}(?=\D))[-\u2212]?{currency}{_NUMBER}{tail})"
        rf"(?:(?<=\d)-|\s?[\u2012-\u2014~]\s?|(?<=\D)-| - )"
        rf"(?=[-\u2212]?{currency}{_NUMBER}(?![-/]?\d))"
    )
    word = f"{language.space}{language.to}{language.space}"
    return (Rule("ranges", pattern, lambda match: match[1] + word),)
