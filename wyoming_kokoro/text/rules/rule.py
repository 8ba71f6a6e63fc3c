"""One thing that is written otherwise than it is said."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    name: str
    """The key under `text.rules` that switches it off, with others of its kind."""
    pattern: re.Pattern[str]
    """Needs no more than linear time, nearly: a sentence has at most 1,000 characters."""
    say: Callable[[re.Match[str]], str]
    """The words for what was found. `match[0]` where it is none after all."""


def apply(text: str, rules: Iterable[Rule]) -> str:
    """The text with the rules applied in their order; what one has turned into words the next ones see as words."""
    for rule in rules:
        text = rule.pattern.sub(rule.say, text)
    return text
