"""What is to be said, once the text has been understood: words, given phonemes, pauses and a rate.

Text rules work on plain strings. What isn't words travels through them as one character each, of the private use area,
which no text has: `Marks` gives the characters out and takes them back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

FIRST_MARK = 0xE000
MOST_MARKS = 0x1900
"""Characters of the private use area; a sentence has at most 1,000."""


@dataclass(frozen=True)
class Span:
    """A piece of a phrase, with the white space around it."""

    words: str
    phonemes: str | None = None
    """Kokoro's phonemes for these words, where the user gave them; None: the words are to be phonemized."""


@dataclass(frozen=True)
class Phrase:
    """What is spoken in one go, and the silence that was asked for behind it. Without spans it is silence alone."""

    spans: tuple[Span, ...]
    rate: float = 1.0
    """Factor on the voice's speed."""
    pause: float = 0.0
    """Seconds on top of the pause that the text itself makes."""

    @property
    def words(self) -> str:
        return "".join(span.words for span in self.spans)


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Rate:
    """What follows is spoken by this factor faster."""

    factor: float


Mark = Span | Pause | Rate


@dataclass
class Marks:
    """The marks of one sentence."""

    _given: list[Mark] = field(default_factory=list)

    def put(self, mark: Mark) -> str:
        """The character that stands for the mark in the text; empty where there are too many."""
        if len(self._given) >= MOST_MARKS:
            return ""
        self._given.append(mark)
        return chr(FIRST_MARK + len(self._given) - 1)

    def take(self, text: str) -> Iterator[str | Mark]:
        """The text in pieces: words, and what its marks stand for."""
        start = 0
        for position, char in enumerate(text):
            if 0 <= ord(char) - FIRST_MARK < len(self._given):
                if start < position:
                    yield text[start:position]
                yield self._given[ord(char) - FIRST_MARK]
                start = position + 1
        if start < len(text):
            yield text[start:]


def plainly(words: str) -> list[Phrase]:
    """What is written as it is said already."""
    return [Phrase((Span(words),))]
