"""What a mark that can end a sentence does, by the words before it and the character behind it."""

import re
from unicodedata import category

from wyoming_kokoro.text.abbreviations import AFTER_P, BEFORE_ORDINAL, RULES, End
from wyoming_kokoro.text.marks import AT_ONCE, STRONG

_START_CATEGORIES = frozenset({"Ps", "Pi", "Pd", "Sc", "Sm", "So", "Sk"})
_START_CHARACTERS = frozenset("\"'¿¡*_#@•§")
_LEADING = "([{\"'“‘„‚«»‹›¿¡*_`"
_WIDE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff10-\uff9f"
"""Kana, ideographs and full-width letters: scripts without white space between words."""
_JOINT = re.compile(rf"[–—]|['’](?=\w\w)|(?<=[{_WIDE}])(?=[A-Za-z])")
"""Where an abbreviation can start inside a word: "the end—Dr. Who", "l'Ing. Verdi", "今日はMr. Smith"; not in don't."""
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.-?)+[^\W\d_]{1,2}")
_ACRONYM_PART = 4
"""Characters of one letter's name with its vowel signs, as in Hindi."""
_TWO_WIDE = re.compile(rf"[{_WIDE}]{{2}}")
_UNFINISHED = re.compile(r"\d\Z|[/@]|\Awww")
"""A number or an address, that a full stop with nothing behind it may be inside of."""
_QUOTED_ON = re.compile("[」』”][とっをので]")
"""Behind a Japanese closing bracket these go on with the sentence around it: 「はい。」と言った。"""


def end_of(terminators: str, before: str, behind: str) -> End:
    """What the terminators do between the text `before`, of which the last two words count, and one character."""
    if not AT_ONCE.isdisjoint(terminators):
        return End.AT_ONCE
    if not STRONG.isdisjoint(terminators):
        return End.AT_ONCE if _TWO_WIDE.fullmatch(before[-1:] + behind) else End.BEFORE_ANY
    if terminators != ".":
        return End.BEFORE_START
    return _end_of_word(*_last_words(before))


def ends_at_pause(before: str, behind: str, end: End) -> bool:
    """Whether `end` after the text `before` is one if no text comes; `behind` is its terminator and what follows it.

    Only where to end is likelier than to go on: after "10 a.m.", "Jan." and "fig." more is to come, but "No." by
    itself is an answer.
    """
    previous, word = _last_words(before)
    if not any(char.isalnum() for char in before) or (behind == "." and _UNFINISHED.search(word)):
        return False
    if end is End.BEFORE_WORD:
        return not previous
    if end is End.BEFORE_NO_DATE:
        return word[-1:].isdecimal()
    return end in {End.BEFORE_START, End.BEFORE_ANY, End.AT_ONCE}


def goes_on(closer: str, char: str) -> bool:
    """Whether `char`, behind an end without white space and `closer`, still belongs to the sentence."""
    return _QUOTED_ON.fullmatch(closer + char) is not None


def starts_sentence(char: str, end: End, is_closed: bool) -> bool:
    """Whether `char`, the first behind the white space, starts a sentence; `is_closed`: quotes or brackets closed."""
    if end is End.GIVEN:
        return True
    if end is End.BEFORE_ANY:
        return char not in "!?؟…|" and not (is_closed and char.islower())
    if end is End.BEFORE_NO_DATE or char.islower() or char == "|":  # the next cell of a table
        return False
    if char.isnumeric():
        return end is End.BEFORE_START
    return char.isalpha() or char in _START_CHARACTERS or category(char) in _START_CATEGORIES


def is_capital(char: str) -> bool:
    """Or a letter of a script without case."""
    return char.isalpha() and not char.islower()


def _last_words(before: str) -> tuple[str, str]:
    """The last, less what stands before it without white space, and in small letters the one before it."""
    previous, word = ["", "", *before.split()][-2:]
    return previous.lower(), _JOINT.split(word)[-1].lstrip(_LEADING)


def _end_of_word(previous: str, word: str) -> End:
    """What a single full stop does after `word`."""
    if word.isdecimal() and len(word) <= 2:
        return End.NEVER if previous in BEFORE_ORDINAL else End.BEFORE_NO_DATE
    if (word == "m" and previous in {"a.", "p."}) or (word in {"a", "p"} and previous[-1:].isdecimal()):
        return End.BEFORE_NO_DATE
    if rule := RULES.get(word) or RULES.get(word[:1].lower() + word[1:]):
        return rule
    if _is_initial(previous, word) or _is_acronym(word) or (previous == "p." and word in AFTER_P):
        return End.NEVER
    return End.BEFORE_START


def _is_initial(previous: str, word: str) -> bool:
    """'J. Smith', 'z. B.', 'a. m.'; but not '21 C.', a unit, and not 'So do I.'."""
    if len(word) != 1 or word.lower() == word.upper():
        return False
    return not previous if word == "I" else not previous[-1:].isdigit()


def _is_acronym(word: str) -> bool:
    """'U.S', 'EE.UU', 'J.-P'; in letters without case any short parts: कि.मी."""
    if word.lower() != word.upper():
        return word.isupper() and _ACRONYM.fullmatch(word) is not None
    parts = word.split(".")
    return len(parts) > 1 and all(part[:1].isalpha() and len(part) <= _ACRONYM_PART for part in parts)
