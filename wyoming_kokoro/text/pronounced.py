"""Words with a pronunciation behind them, as Kokoro's users write it: [Kokoro](/kˈOkəɹO/)."""

import re
from collections.abc import Callable

from wyoming_kokoro.text.phrases import Marks, Span

_PRONOUNCED = re.compile(r"\[([^\[\]\n]{1,200})\]\(/([^/()\[\]\n]{1,500})/\)")
_STRESSED = re.compile(r"\[([^\[\]\n]{1,200})\]\(([+-]?(?:\d(?:\.\d{1,3})?|\.\d{1,3})|#[^()#\n]{0,20}#)\)")
"""misaki's marks for more or less stress and for features."""


def take_pronounced(text: str, marks: Marks, known: Callable[[str], str]) -> str:
    """The text with a mark in place of each pronunciation; `known` gives the phonemes that the engine has.

    Where it hasn't all of them the words are left, as they are before marks of stress.
    """

    def taken(match: re.Match[str]) -> str:
        if known(match[2]) != match[2]:  # the address of a page
            return match[1]
        return pronounced(match[1], match[2], marks, known)

    return _STRESSED.sub(r"\1", _PRONOUNCED.sub(taken, text))


def pronounced(words: str, phonemes: str, marks: Marks, known: Callable[[str], str]) -> str:
    """The mark that says `words` by those of the phonemes that are known; the words if there are none."""
    phonemes = known(phonemes).strip()
    return (marks.put(Span(words, phonemes)) if any(map(str.isalpha, phonemes)) else "") or words
