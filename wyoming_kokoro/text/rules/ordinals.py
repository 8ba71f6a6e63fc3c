"""Ordinals in digits: 21st, 3º."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import END, NUMBER_BEGIN
from wyoming_kokoro.text.rules.rule import Rule


def ordinals(language: Language) -> tuple[Rule, ...]:
    return tuple(_rule(language, ending) for ending in language.ordinals)


def _rule(language: Language, ending: str) -> Rule:
    ordinal = language.ordinals[ending]
    group = f"[{re.escape(language.groups)}]" if language.groups else "(?!)"
    pattern = re.compile(rf"{NUMBER_BEGIN}(\d{{1,3}}(?:{group}\d{{3}}){{1,3}}|\d{{1,9}})(?:{ending}){END}")

    def say(match: re.Match[str]) -> str:
        return ordinal(int("".join(char for char in match[1] if char.isdecimal())))

    return Rule("ordinals", pattern, say)
