"""English text -> Kokoro's phonemes: misaki's lexicon and rules, and espeak-ng for the words that they don't know.

What misaki asks spaCy's model for, the parts of speech, is guessed from the neighbours (context.py). The order of the
look-up is that of misaki 0.9.4 (`en.py`, Apache-2.0, https://github.com/hexgrad/misaki), written anew: from the last
word to the first, for the sound of a word may depend on the next one.
"""

from collections.abc import Callable

from wyoming_kokoro.speech.alphabet import TAPS, replaced
from wyoming_kokoro.speech.english.context import Place, tag
from wyoming_kokoro.speech.english.lexicon import Lexicon
from wyoming_kokoro.speech.english.stress import compound
from wyoming_kokoro.speech.english.tokens import Token, parts, tokens
from wyoming_kokoro.speech.english.words import PAUSES, Following, Words, following

MOST_PARTS = 13
"""Of one entry: what-you-see-is-what-you-get. The look-up of a word of n parts tries at most 13 n pieces."""
LONGEST_INITIALISM = 5
"""Letters. Unlisted capitals beyond that are a word that is shouted."""
_JUNK = frozenset("',-._/")
"""Says nothing between the parts of a word."""


class English:
    """One variety of English. `fallback` gives the phonemes of a single word that isn't in the lexicon.

    Raises:
        ImportError, OSError, ValueError: misaki or its data are missing or damaged.
    """

    def __init__(self, fallback: Callable[[str], str], *, british: bool) -> None:
        self._fallback = fallback
        self._lexicon = Lexicon(british=british)
        self._words = Words(self._lexicon)

    def phonemes(self, text: str) -> str:
        """The phonemes of `text`, with its marks and spaces. Work grows with the length of the text, no faster."""
        found = tokens(text)
        heard = [token.text.lower() if token.mark is None else "" for token in found if _is_heard(token)]
        place, position = Place(heard, _is_shouting(found)), len(heard)
        behind, spoken = Following(), list[str]()
        for token in reversed(found):
            position -= _is_heard(token)
            if token.mark is None:
                phonemes, behind = self._token(self._in_case(token.text, place), place.at(position), behind)
            else:
                phonemes, behind = token.mark, following(token.mark, token.text, None, behind)
            spoken.append(phonemes + token.space)
        return " ".join(replaced("".join(reversed(spoken)), TAPS).split())

    def _in_case(self, text: str, place: Place) -> str:
        """In lower case if it is a shouted word rather than an initialism."""
        if len(text) < 2 or not text.isupper():
            return text
        is_long = len(text) > LONGEST_INITIALISM and not self._lexicon.listed(text)
        return text.lower() if is_long or (place.shouting and self._lexicon.listed(text.lower())) else text

    def _token(self, text: str, place: Place, behind: Following) -> tuple[str, Following]:
        guess = tag(text, place)
        if any(char.isdigit() for char in text):
            phonemes = self._fallback(text.replace(",", ""))  # at a comma espeak-ng would begin another number
        else:
            phonemes = self._looked_up(text, guess, behind) or self._fallback(text)
        return phonemes, following(phonemes, text, guess, behind)

    def _looked_up(self, text: str, tag: str, behind: Following) -> str | None:
        """Cut into the longest pieces that are listed, from the right; None if any isn't."""
        rest, found = parts(text), list[tuple[str, str]]()
        while rest:
            for start in range(max(0, len(rest) - MOST_PARTS), len(rest)):
                piece = "".join(rest[start:])
                phonemes = self._words.said(piece, tag, behind)
                if phonemes is not None:
                    behind = following(phonemes, piece, tag, behind)
                    break
            else:
                if not _JUNK.issuperset(rest[-1]):
                    return None
                start, piece, phonemes = len(rest) - 1, rest[-1], ""
            found.append((piece, phonemes))
            del rest[start:]
        return _joined(text, found[::-1])


def _joined(text: str, pieces: list[tuple[str, str]]) -> str:
    """Letters alone make one word, with one stress; anything else is read as several."""
    kinds = {char.isalpha() for char in text if char not in _JUNK}
    if "/" in text or "." in text.strip(".") or len(kinds) > 1:
        return " ".join(phonemes for _, phonemes in pieces if phonemes)
    return "".join(compound(pieces))


def _is_heard(token: Token) -> bool:
    return token.mark is None or token.mark in PAUSES


def _is_shouting(found: list[Token]) -> bool:
    letters = [char for token in found for char in token.text if char.isalpha()]
    return len(found) > 1 and len(letters) > LONGEST_INITIALISM and all(map(str.isupper, letters))
