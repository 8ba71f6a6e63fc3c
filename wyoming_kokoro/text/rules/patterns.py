"""Pieces of the rules' patterns.

Chinese and Japanese have no spaces: their characters don't end or begin a word for what is written in Latin letters.
"""

import re
from collections.abc import Iterable

_WORD = r"[^\W\u3040-\u30ff\u3400-\u9fff]"
BEGIN = rf"(?<!{_WORD})"
"""No letter and no digit before."""
END = rf"(?!{_WORD})"
NUMBER_BEGIN = rf"(?<!{_WORD})(?<!\d[.,:/'-])(?<!\d[\u2212\u2013])"
"""Not in the middle of a number, version, date or range."""
DASH = r"[-\u2010-\u2015\u2212]"
SIGN = r"(?:(?<![\w.)\]%\u00b0\u2026-])[-\u2212])?"
"""A minus: not the hyphen of COVID-19."""


def any_of(words: Iterable[str]) -> str:
    """A pattern of the words, the longest first; of nothing, where there are none."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"


_LETTER = r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]"
LETTER_BEGIN = rf"(?<!{_LETTER})"
"""No letter before: in 2FA and MP3, the letters are a word."""
LETTER_END = rf"(?!{_LETTER})"
