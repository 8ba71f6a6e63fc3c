"""One word in its place -> phonemes: words with rules of their own, the lexicon, endings.

The rules are misaki's (0.9.4 `en.py`, Apache-2.0, https://github.com/hexgrad/misaki), written anew.
"""

from dataclasses import dataclass

from wyoming_kokoro.speech.english.endings import inflected
from wyoming_kokoro.speech.english.lexicon import SYMBOLS, Lexicon
from wyoming_kokoro.speech.english.stress import PRIMARY, SECONDARY, SLIGHT, STRONG, VOWELS

CONSONANTS = frozenset("bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ")
PAUSES = frozenset(";:,.!?—…")
_CAPITALS_ARE_SPELLED_UP_TO = 7


@dataclass(frozen=True)
class Following:
    """What is spoken behind a word."""

    vowel: bool | None = None
    """Whether it begins with a vowel; None: there is a pause, or nothing."""
    to: bool = False
    """It is the word "to"."""


def following(phonemes: str, text: str, tag: str | None, behind: Following) -> Following:
    """What the word before sees, of a word and of what is behind that."""
    vowel = behind.vowel
    for phoneme in phonemes:
        if phoneme in PAUSES:
            vowel = None
        elif phoneme in VOWELS or phoneme in CONSONANTS:
            vowel = phoneme in VOWELS
        else:
            continue
        break
    return Following(vowel, text in ("to", "To") or (text == "TO" and tag in ("TO", "IN")))


class Words:
    """The look-up of words in one variety of English."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def said(self, word: str, tag: str, behind: Following) -> str | None:
        """The phonemes of `word`, or None for one that is neither listed nor made of listed parts."""
        level = None if word == word.lower() else STRONG if word == word.upper() else SLIGHT
        special = self._special(word, tag, level, behind)
        if special is not None:
            return special
        final = behind.vowel is None
        if self._is_shouted(word, tag, level, final=final):
            word = word.lower()
        for form in _forms(word):
            if self._lexicon.knows(form):
                return self._lexicon.said(form, tag, level, final=final)
        return inflected(self._lexicon, word, tag, level, final=final)

    def _is_shouted(self, word: str, tag: str, level: float | None, *, final: bool) -> bool:
        """Written in capitals, or with one, what is a plain word."""
        if len(word) < 2 or level is None or not word.replace("'", "").isalpha() or self._lexicon.listed(word):
            return False
        if tag == "NNP" and len(word) <= _CAPITALS_ARE_SPELLED_UP_TO:
            return False
        if word != word.upper() and word[1:] != word[1:].lower():
            return False
        lower = word.lower()
        return self._lexicon.listed(lower) or bool(inflected(self._lexicon, lower, tag, level, final=final))

    def _special(self, word: str, tag: str, level: float | None, behind: Following) -> str | None:
        if word in SYMBOLS:
            return self._lexicon.said(SYMBOLS[word], None, None, final=behind.vowel is None)
        if _is_dotted(word):
            return self._lexicon.spelled(word)
        if tag == "IN" and word.lower() in ("vs", "vs."):
            return self._lexicon.said("versus", None, None, final=behind.vowel is None)
        if word in ("used", "Used", "USED"):
            return self._lexicon.said("used", "VBD" if tag in ("VBD", "JJ") and behind.to else None, None, final=False)
        return self._particle(word, tag, level, behind)

    def _particle(self, word: str, tag: str, level: float | None, behind: Following) -> str | None:
        """Little words whose sound depends on what follows."""
        capitals = word.isupper()
        match word.lower() if word in (word.lower(), word.capitalize(), word.upper()) else "":
            case "a":
                return "ɐ" if tag == "DT" else "ˈA"
            case "am":
                return self._am(word, tag, level, behind)
            case "an":
                return self._lexicon.spelled(word) if capitals and tag.startswith("NN") else "ɐn"
            case "i" if capitals and tag == "PRP":
                return SECONDARY + "I"
            case "to" if not capitals or tag in ("TO", "IN"):
                return self._lexicon.said("to", None, None, final=True) if behind.vowel is None else _to(behind.vowel)
            case "in" if not capitals or tag != "NNP":
                return ("" if behind.vowel is not None and tag == "IN" else PRIMARY) + "ɪn"
            case "the" if not capitals or tag == "DT":
                return "ði" if behind.vowel else "ðə"
            case _:
                return None

    def _am(self, word: str, tag: str, level: float | None, behind: Following) -> str | None:
        if tag.startswith("NN"):
            return self._lexicon.spelled(word)
        if behind.vowel is None or word != "am" or (level and level > 0):
            return self._lexicon.said("am", None, None, final=False)
        return "ɐm"


def _forms(word: str) -> list[str]:
    """`word`, and for the plural's bare apostrophe what it stands for."""
    if word.endswith("s'"):
        return [word, word[:-2] + "'s", word[:-1]]
    return [word, word[:-1]] if word.endswith("'") else [word]


def _is_dotted(word: str) -> bool:
    """U.S., a.m. and the like."""
    inner = "." in word.strip(".") and word.replace(".", "").isalpha()
    return inner and max(map(len, word.split("."))) < 3


def _to(vowel: bool) -> str:
    return "tʊ" if vowel else "tə"
