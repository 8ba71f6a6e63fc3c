"""Abbreviations, whose full stop is no pause."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import BEGIN, END, any_of
from wyoming_kokoro.text.rules.rule import Rule

_CLOSING = " \"')]\u201d\u2019\u00bb"


def abbreviations(language: Language) -> tuple[Rule, ...]:
    if not language.abbreviations:
        return ()
    pattern = re.compile(rf"{BEGIN}(?<![.&])(?:{any_of(language.abbreviations)})(?:(?<!\w)|{END})")

    def say(match: re.Match[str]) -> str:
        return with_stop(match, language.abbreviations[match[0]])

    return (Rule("abbreviations", pattern, say),)


def with_stop(match: re.Match[str], words: str) -> str:
    """The words, and the full stop if it ends the sentence too."""
    ends = match[0].endswith(".") and not match.string[match.end() :].strip(_CLOSING)
    return words + "." if ends else words
