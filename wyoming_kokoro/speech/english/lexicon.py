"""misaki's pronouncing dictionaries: what a word is, as it is written.

`gold` was checked by hand, `silver` was not. A gold entry may have several pronunciations, one for each part of speech.
The data and the rules of look-up are of misaki 0.9.4 (`en.py`, Apache-2.0, https://github.com/hexgrad/misaki).
"""

import json
import string
from importlib.resources import files
from typing import cast

from wyoming_kokoro.speech.english.stress import PRIMARY, spelled, stressed

Entry = str | dict[str, str | None]
"""Phonemes, or part of speech -> phonemes (None: the letters are named), with "DEFAULT" for every other part."""

SYMBOLS = {"%": "percent", "&": "and", "+": "plus", "@": "at"}
_LETTERS = frozenset(string.ascii_letters)
_FAMILIES = (("VB", "VERB"), ("NN", "NOUN"), ("ADV", "ADV"), ("RB", "ADV"), ("ADJ", "ADJ"), ("JJ", "ADJ"))


def family(tag: str | None) -> str | None:
    """VERB for VBD, NOUN for NNP, and so on (tags of the Penn Treebank)."""
    return next((parent for start, parent in _FAMILIES if tag and tag.startswith(start)), tag)


class Lexicon:
    """Both dictionaries of one variety: 42 MiB and 0.1 s (American), read when this is made.

    Raises:
        ImportError, OSError, ValueError: misaki or its data are missing or damaged.
    """

    def __init__(self, *, british: bool) -> None:
        self.british = british
        variety = "gb" if british else "us"
        self._gold, self._silver = _read(f"{variety}_gold.json"), _read(f"{variety}_silver.json")

    def gold(self, word: str) -> Entry | None:
        return _found(self._gold, word)

    def silver(self, word: str) -> Entry | None:
        return _found(self._silver, word)

    def listed(self, word: str) -> bool:
        return self.gold(word) is not None or self.silver(word) is not None

    def knows(self, word: str) -> bool:
        """Whether `said` has an answer: a listed word, a symbol, a letter, or capitals to be spelled."""
        if self.listed(word) or word in SYMBOLS:
            return True
        if not (word and _LETTERS.issuperset(word)):
            return False
        return len(word) == 1 or word[1:] == word[1:].upper()

    def said(self, word: str, tag: str | None, level: float | None, *, final: bool) -> str | None:
        """The phonemes of `word` as a `tag` at the stress `level`; `final`: nothing is spoken right behind it."""
        name = False
        if word == word.upper() and self.gold(word) is None:
            word, name = word.lower(), tag == "NNP"
        entry = self.gold(word)
        if entry is None and not name:
            entry = self.silver(word)
        phonemes = _chosen(entry, tag, final=final)
        if phonemes is None or (name and PRIMARY not in phonemes):
            letters = self.spelled(word)
            if letters is not None:
                return letters
        return None if phonemes is None else stressed(phonemes, level)

    def spelled(self, word: str) -> str | None:
        """The names of its letters, or None if one has no name."""
        names = [self.gold(letter.upper()) for letter in word if letter.isalpha()]
        letters = [name for name in names if isinstance(name, str)]
        return spelled(letters) if len(letters) == len(names) else None


def _read(name: str) -> dict[str, Entry]:
    with files("misaki.data").joinpath(name).open(encoding="utf-8") as file:
        return cast("dict[str, Entry]", json.load(file))


def _found(words: dict[str, Entry], word: str) -> Entry | None:
    """`Kitchen` is found as `kitchen`, and `monday` as `Monday`, but each as itself first."""
    if word in words or len(word) < 2:
        return words.get(word)
    lower = word.lower()
    title = lower.capitalize()
    return words.get(lower) if word == title else words.get(title) if word == lower else None


def _chosen(entry: Entry | None, tag: str | None, *, final: bool) -> str | None:
    if entry is None or isinstance(entry, str):
        return entry
    if final and "None" in entry:
        return entry["None"]
    key = tag if tag in entry else family(tag)
    return entry.get(key or "", entry["DEFAULT"])
