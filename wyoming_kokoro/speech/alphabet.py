"""Kokoro's alphabet, and how espeak-ng's phonemes are written in it.

Source: misaki 0.9.4 `espeak.py` (Apache-2.0, https://github.com/hexgrad/misaki), for Kokoro v1.0 (`version=None`):
what the model was trained on. The tables are applied from top to bottom, for later rows read what earlier ones wrote.
"""

import re

from kokoro_onnx.config import DEFAULT_VOCAB

VOCABULARY = frozenset(DEFAULT_VOCAB)
"""The characters that the model has a token for; it takes everything else for silence of no length."""

TIE = "^"
"""What espeak-ng is asked to put between the letters of one phoneme, so that t^ʃ is told from t and ʃ."""

Table = tuple[tuple[str, str], ...]

_OTHERS: Table = (
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("d^z", "ʣ"),
    ("d^ʒ", "ʤ"),
    ("e^ɪ", "A"),
    ("o^ʊ", "O"),
    ("s^s", "S"),
    ("t^s", "ʦ"),
    ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"),
    ("ə^ʊ", "Q"),
    (TIE, ""),
    ("-", ""),
)

_ENGLISH: Table = (
    ("ʔˌn\u0329", "ʔn"),
    ("ʔn\u0329", "ʔn"),
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("d^ʒ", "ʤ"),
    ("e^ɪ", "A"),
    ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"),
    ("ə^l", "ᵊl"),
    ("ʲo", "jo"),
    ("ʲə", "jə"),
    ("e", "A"),
    ("ʲ", ""),
    ("ɚ", "əɹ"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ç", "k"),
    ("ɐ", "ə"),
    ("ɬ", "l"),
    ("\u0303", ""),
)
_BRITISH: Table = (("e^ə", "ɛː"), ("iə", "ɪə"), ("ə^ʊ", "Q"))
_AMERICAN: Table = (("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""))
TAPS: Table = (("ɾ", "T"), ("ʔ", "t"))
"""The flap of "water" and the glottal stop of "button", as v1.0 knows them."""
_ENGLISH_LAST: Table = (("o", "ɔ"), *TAPS, (TIE, ""))

_IPA: Table = (
    ("͡", ""), ("͜", ""),
    *((old.replace(TIE, ""), new) for old, new in _OTHERS if TIE in old and old != TIE and old != "s^s"),
    ("ɝ", "ɜɹ"), ("ɚ", "əɹ"), ("g", "ɡ"), ("'", "ˈ"),
)  # fmt: skip
"""International Phonetic Alphabet; of what isn't here the most letters are Kokoro's own."""

_SYLLABIC = re.compile("(\\S)\u0329")

# What phonemizer and espeak-ng leave alone as punctuation: parentheses travel as angles, angles become quotes.
TO_ESPEAK = str.maketrans({"«": "“", "»": "”", "(": "«", ")": "»"})
FROM_ESPEAK = str.maketrans({"«": "(", "»": ")"})


def known(phonemes: str) -> str:
    """`phonemes` without what isn't in the vocabulary."""
    return "".join(phoneme for phoneme in phonemes if phoneme in VOCABULARY)


def from_ipa(phonemes: str) -> str:
    """What dictionaries write, such as təˈmeɪtoʊ, as far as it can be said."""
    return known(replaced(phonemes, _IPA))


def replaced(phonemes: str, table: Table) -> str:
    for old, new in table:
        phonemes = phonemes.replace(old, new)
    return phonemes


def english(phonemes: str, *, british: bool) -> str:
    """espeak-ng's English with ties -> Kokoro's."""
    phonemes = _SYLLABIC.sub(r"ᵊ\1", replaced(phonemes, _ENGLISH)).replace("\u0329", "")
    return replaced(replaced(phonemes, _BRITISH if british else _AMERICAN), _ENGLISH_LAST)


def other(phonemes: str) -> str:
    """espeak-ng's Spanish, French, Hindi, Italian or Portuguese with ties, from text that went through TO_ESPEAK."""
    return replaced(phonemes, _OTHERS).translate(FROM_ESPEAK)
