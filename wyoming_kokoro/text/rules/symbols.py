"""Symbols: spoken or dropped, each on purpose."""

import re
from unicodedata import category

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.rule import Rule

_SYMBOL = re.compile(r"[^\w\s.,;:!?'\"()\ue000-\uf8ff-]")
_OPENING = "(\"'\u201c\u2018"
_CLOSING = ".,;:!?)\"'\u201d\u2019"
"""No space stands behind the ones, before the others."""


def symbols(language: Language) -> tuple[Rule, ...]:
    """Every symbol. Punctuation that the language has no word for is left to the phonemizer."""

    def say(match: re.Match[str]) -> str:
        words = language.symbols.get(match[0])
        if words is None and category(match[0])[0] != "S":
            return match[0]
        before, after = match.string[: match.start()], match.string[match.end() :]
        if not words:
            return " " if before[-1:].isalnum() and after[:1].isalnum() else ""
        return f"{'' if before[-1:] in _OPENING else ' '}{words}{'' if after[:1] in _CLOSING else ' '}"

    return (Rule("symbols", _SYMBOL, say),)
