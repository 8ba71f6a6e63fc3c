"""Tiny sentences spoken together with their neighbours: Kokoro sounds worse below about 10 to 20 tokens."""

from collections.abc import Sequence
from unicodedata import category, east_asian_width

TINY = 12
"""Letters and digits, at about 1.4 tokens each in English with the stress marks, spaces and punctuation: 17 tokens."""
WIDE = 2
"""What an ideograph, kana or Hangul syllable counts: each is about two tokens."""
MOST = 12
"""Sentences together: there may be thousands without a letter."""
MODERATE = 200
"""Letters and digits up to which a tiny last sentence is added: about 280 tokens; above 400 Kokoro sounds worse too."""


def count_together(waiting: Sequence[str]) -> int:
    """How many of the first sentences are spoken as one; at least one, and 0 only where none waits.

    A tiny first sentence takes those that follow until all are no longer tiny. If then only one is left and it is tiny,
    it comes too, unless the sum grows beyond MODERATE. Looks at no more sentences than it counts, and one.
    """
    count = size = 0
    while count < len(waiting) and size < TINY and count < MOST:
        size += _size(waiting[count])
        count += 1
    if len(waiting) == count + 1 and (last := _size(waiting[count])) < TINY and size + last <= MODERATE:
        count += 1
    return count


def _size(sentence: str) -> int:
    return sum(WIDE if _is_wide(char) else 1 for char in sentence if _is_heard(char))


def between(text: str) -> str:
    """What comes between the words of a sentence and those of the next one: a space, but none behind a wide 。

    A sentence without a mark at its end, such as a line of a list, gets the stop that it is heard with.
    """
    last = text[-1:]
    if not last:
        return ""
    if _is_wide(last):
        return "。" if _is_heard(last) else ""
    return ". " if _is_heard(last) else " "


def _is_heard(char: str) -> bool:
    """Letters, digits and the vowel signs of Hindi."""
    return category(char)[0] in "LMN"


def _is_wide(char: str) -> bool:
    return east_asian_width(char) in {"W", "F"} and category(char)[0] != "S"
