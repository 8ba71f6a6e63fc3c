"""Times of day, and durations that are written like them."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.patterns import END, NUMBER_BEGIN
from wyoming_kokoro.text.rules.rule import Rule


def times(language: Language) -> tuple[Rule, ...]:
    if not language.clock:
        return ()
    clock = language.clock
    half = _half(language)
    mark = f"[:{language.hour_mark}]"
    exact = re.compile(
        rf"{NUMBER_BEGIN}(\d{{1,2}}){mark}([0-5]\d)(?::([0-5]\d)(?:\.\d{{1,6}})?)?(?![\d:])(?:\s?{half}|{END})"
    )
    full = re.compile(rf"{NUMBER_BEGIN}(\d{{1,2}})\s?{half}")

    def full_hour(match: re.Match[str]) -> str:
        return language.joined(language.cardinal(int(match[1]), ""), _half_said(language, match))

    def say_exact(match: re.Match[str]) -> str:
        if int(match[1]) > 24:
            return match[0]
        if match["half"] and not int(match[2]) and not match[3]:  # ten A M, not ten o'clock A M
            return full_hour(match)
        words = clock(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
        return language.joined(words, _half_said(language, match))

    return (Rule("times", exact, say_exact), *([Rule("times", full, full_hour)] if language.halves else []))


def _half(language: Language) -> str:
    """Pattern of am, a.m., AM, A.M. and "a. m."; the last full stop is another group: it may end the sentence."""
    dotted = (r"\.?\s?".join(re.escape(letter) for letter in name) for name in language.halves)
    return rf"(?P<half>(?i:{'|'.join(dotted) or '(?!)'}))(?:(?P<stop>\.)(?!\w)|{END})"


def _half_said(language: Language, match: re.Match[str]) -> str:
    if not match["half"]:
        return ""
    letters = "".join(char for char in match["half"].lower() if char.isalpha())
    ends = match["stop"] and not match.string[match.end() :].strip(" \"')]\u201d\u2019")
    return language.halves[letters] + ("." if ends else "")
