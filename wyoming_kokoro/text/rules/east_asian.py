"""What Japanese and Chinese share: characters of double width, and signs beside characters that are letters to `re`."""

import re
from collections.abc import Mapping
from unicodedata import normalize

from wyoming_kokoro.text.rules.patterns import BEGIN, END
from wyoming_kokoro.text.rules.rule import Rule

CJK = r"[\u3005\u3040-\u30ff\u3400-\u9fff]"
_WIDE = re.compile(
    r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff05\uff0b\uff1d\uff06\uff20\uff03\uffe5]+"
    r"|(?<=[\d%])[\uff0e\uff0c\uff1a\uff0f](?=\d)|[\uff0d\u2212](?=\d)"
)
_DASH = re.compile(rf"(\d{CJK}{{1,3}})[-\u2212](?=\d)|(?<={CJK})[-\u2212](?=\d)")
_HALF = re.compile(rf"{BEGIN}(\d{{1,2}}:[0-5]\d)\s?(?i:([ap])\.?m\.?){END}")


def narrow() -> Rule:
    """２１．５ -> 21.5, before all other rules."""
    return Rule("numbers", _WIDE, lambda match: normalize("NFKC", match[0]).replace("\u2212", "-"))


def minus(word: str, to: str) -> Rule:
    """気温は-5度, 5分-10分: behind a character, where others have a hyphen."""
    return Rule("numbers", _DASH, lambda match: match[1] + to if match[1] else word)


def waves(word: str) -> Rule:
    """18〜21度"""
    pattern = re.compile(rf"(?<=[\d°℃C%]|{CJK})\s?[\u301c\uff5e~]\s?(?=[\d-])")
    return Rule("ranges", pattern, lambda _: word)


def day_halves(morning: str, afternoon: str) -> Rule:
    """10:05 pm: the half comes first."""
    return Rule("times", _HALF, lambda match: (morning if match[2] in "aA" else afternoon) + match[1])


def operators(words: Mapping[str, str]) -> Rule:
    """2+2=4, without spaces."""
    pattern = re.compile(rf"\s?([{re.escape(''.join(words))}])\s?")
    return Rule("symbols", pattern, lambda match: words[match[1]])


def carbon_dioxide(word: str) -> Rule:
    return Rule("initialisms", re.compile(rf"{BEGIN}CO[2\u2082]{END}"), lambda _: word)
