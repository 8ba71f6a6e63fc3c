"""Words in capitals: initialisms are spelled, acronyms and shouted words are not."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import BEGIN, END, LETTER_BEGIN, LETTER_END, any_of
from wyoming_kokoro.text.rules.rule import Rule

_CAPITAL = "[A-Z\u00c0-\u00d6\u00d8-\u00de]"
_VOWEL = re.compile("[AEIOUY\u00c0-\u00c6\u00c8-\u00cf\u00d2-\u00d6\u00d9-\u00dd]")
_CAPITALS = re.compile(rf"{LETTER_BEGIN}{_CAPITAL}{{2,}}{LETTER_END}")
_MOST_LETTERS = 6
"""Of an initialism: a longer word without vowels is a noise, such as PSSSSST."""
_MOST_OF_CODE = 3


def initialisms(language: Language) -> tuple[Rule, ...]:
    if not language.spelled and not language.letters:
        return ()
    spelled = re.compile(rf"{BEGIN}(?:{any_of(language.spelled)}){END}")
    plural = re.compile(rf"{LETTER_BEGIN}([A-Z]{{2,{_MOST_LETTERS}}})({language.plural or '(?!)'}){LETTER_END}")

    def say(match: re.Match[str]) -> str:
        word = match[0]
        is_code = len(word) <= _MOST_OF_CODE and match.string[match.end() : match.end() + 1].isdecimal()  # UA1234
        if is_initialism(language, word) or (is_code and word not in language.acronyms):
            return " ".join(word)
        return word if word in language.acronyms else word.lower()

    return (
        Rule("initialisms", spelled, lambda match: language.spelled[match[0]]),
        Rule("initialisms", plural, lambda match: f"{' '.join(match[1])}'{match[2]}"),
        Rule("initialisms", _CAPITALS, say),
    )


def is_initialism(language: Language, word: str) -> bool:
    """Listed as one, or without any vowel and not to be pronounced."""
    if len(word) > _MOST_LETTERS or word in language.acronyms:
        return False
    return word in language.letters or not _VOWEL.search(word)
