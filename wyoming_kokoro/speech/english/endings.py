"""Words made of a known stem and -s, -ed or -ing.

The rules are misaki's (0.9.4 `en.py`, Apache-2.0, https://github.com/hexgrad/misaki), written anew.
"""

import re
from collections.abc import Iterator

from wyoming_kokoro.speech.english.lexicon import Lexicon

_FLAPPED_BEHIND = frozenset("AIOWYiuæɑəɛɪɹʊʌ")
"""In American English a t between one of these and a vowel is a flap."""
_DOUBLED = re.compile(r"([bcdgklmnprstvxz])\1ing$|cking$")


def plural(stem: str, *, british: bool) -> str:
    if stem[-1] in "ptkfθ":
        return stem + "s"
    if stem[-1] in "szʃʒʧʤ":
        return stem + ("ɪ" if british else "ᵻ") + "z"
    return stem + "z"


def past(stem: str, *, british: bool) -> str:
    if stem[-1] in "pkfθʃsʧ":
        return stem + "t"
    if stem[-1] == "d":
        return stem + ("ɪ" if british else "ᵻ") + "d"
    if stem[-1] != "t":
        return stem + "d"
    if british or len(stem) < 2:
        return stem + "ɪd"
    return _flapped(stem) + "ᵻd"


def participle(stem: str, *, british: bool) -> str | None:
    """None: Received Pronunciation links such a stem by an r that the stem doesn't have."""
    if british:
        return None if stem[-1] in "əː" else stem + "ɪŋ"
    return _flapped(stem) + "ɪŋ"


def _flapped(stem: str) -> str:
    flap = len(stem) > 1 and stem[-1] == "t" and stem[-2] in _FLAPPED_BEHIND
    return stem[:-1] + "ɾ" if flap else stem


def _plural_stems(word: str) -> Iterator[str]:
    if not word.endswith("ss"):
        yield word[:-1]
    if word.endswith("'s") or (len(word) > 4 and word.endswith("es") and not word.endswith("ies")):
        yield word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        yield word[:-3] + "y"


def _past_stems(word: str) -> Iterator[str]:
    if not word.endswith("dd"):
        yield word[:-1]
    if len(word) > 4 and word.endswith("ed") and not word.endswith("eed"):
        yield word[:-2]


def _participle_stems(word: str) -> Iterator[str]:
    if len(word) > 5:
        yield word[:-3]
    yield word[:-3] + "e"
    if len(word) > 5 and _DOUBLED.search(word):
        yield word[:-4]


def inflected(lexicon: Lexicon, word: str, tag: str | None, level: float | None, *, final: bool) -> str | None:
    """The phonemes of `word`, or None if it isn't a known stem with an ending."""
    if len(word) > 2 and word.endswith("s"):
        stem = _said(lexicon, _plural_stems(word), tag, level, final=final)
        if stem:
            return plural(stem, british=lexicon.british)
    if len(word) > 3 and word.endswith("d"):
        stem = _said(lexicon, _past_stems(word), tag, level, final=final)
        if stem:
            return past(stem, british=lexicon.british)
    if len(word) > 4 and word.endswith("ing"):
        stem = _said(lexicon, _participle_stems(word), tag, 0.5 if level is None else level, final=final)
        if stem:
            return participle(stem, british=lexicon.british)
    return None


def _said(lexicon: Lexicon, stems: Iterator[str], tag: str | None, level: float | None, *, final: bool) -> str | None:
    stem = next((stem for stem in stems if lexicon.knows(stem)), None)
    return None if stem is None else lexicon.said(stem, tag, level, final=final)
