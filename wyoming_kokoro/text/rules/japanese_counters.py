"""How Japanese counters are read: misaki's front end says "go bun" for 5分, "yon ji" for 4時 and "ichi nin" for 1人.

What it reads wrongly is written in kana; what it reads rightly stays.
"""

import re
from collections.abc import Callable

from wyoming_kokoro.text.rules.rule import Rule

_KANA = ("ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_TENS = ("", "じゅう", *(f"{digit}じゅう" for digit in _KANA[2:]))
_DAYS = {
    2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか", 8: "ようか", 9: "ここのか",
    10: "とおか", 14: "じゅうよっか", 20: "ハツカ", 24: "にじゅうよっか",
}  # fmt: skip
_THINGS = ("", "ひとつ", "ふたつ", "みっつ", "よっつ", "いつつ", "むっつ", "ななつ", "やっつ", "ここのつ")
_STOPPED = {1: "いっ", 6: "ろっ", 8: "ハッ"}
"""Before k, h and p. In katakana what begins with は, which is also a particle."""
_HA = 8
_MONTHS = {4: "しがつ", 7: "しちがつ", 9: "くがつ"}
_PEOPLE = {1: "ひとり", 2: "ふたり"}
_CODE = re.compile(r"(?<![\d.点,])(?:0\d{1,30}|\d{10,30})(?!\d)")
_PHONE = re.compile(r"(?<![\w-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-])")
_ALONE = r"(?<![\d.点,])"


def counters() -> tuple[Rule, ...]:
    """To be applied behind all other rules."""
    return (
        _counter("時(?!速)(間?)", _hour, most=9999),
        _counter("分(?!の\\d)()", _minute, most=9999),
        _counter("日(?!本)(間?)", _day, r"(?<!月)"),
        _counter("日()", _date, r"(?<=月)"),
        _counter("月()", lambda count, _: _MONTHS.get(count, "")),
        _counter("人(?!工)()", _people),
        _counter("つ()", lambda count, _: _THINGS[count] if count < len(_THINGS) else ""),
        _counter("本()", lambda count, _: _stopped(count, "ぽん", "さんぼん"), most=9999),
        _counter("階()", lambda count, _: _stopped(count, "かい", "さんがい")),
        _counter("回()", lambda count, _: _stopped(count, "かい"), most=9999),
        _counter("個()", lambda count, _: _stopped(count, "こ"), most=9999),
        Rule("numbers", _CODE, lambda match: in_kana(match[0])),
    )


def phones() -> Rule:
    """090-1234-5678"""
    return Rule("phones", _PHONE, lambda match: "、".join(in_kana(group) for group in match[0].split("-")))


def in_kana(digits: str) -> str:
    return "".join(_KANA[int(digit)] for digit in digits)


def _counter(pattern: str, read: Callable[[int, str], str], before: str = "", most: int = 99) -> Rule:
    found = re.compile(rf"{_ALONE}{before}([1-9]\d{{0,3}}){pattern}")

    def say(match: re.Match[str]) -> str:
        hundreds, rest = divmod(int(match[1]), 100)
        said = read(rest, match[2]) if rest and int(match[1]) <= most else ""
        return f"{hundreds}00{said}" if said and hundreds else said or match[0]

    return Rule("numbers", found, say)


def _hour(count: int, span: str) -> str:
    last = {4: "よ", 7: "しち", 9: "く"}.get(count % 10)
    return f"{_tens(count)}{last}じ{'かん' if span else ''}" if last else ""


def _minute(count: int, _: str) -> str:
    if count % 10 == 4:
        return f"{_tens(count)}よんぷん"
    return _stopped(count, "ぷん", "さんぷん") or f"{count}ふん"


def _day(count: int, span: str) -> str:
    return _DAYS.get(count, "いちにち" if count == 1 else "") + ("かん" if span else "") if count in (1, *_DAYS) else ""


def _date(count: int, _: str) -> str:
    return "ついたち" if count == 1 else _DAYS.get(count, f"{count}にち")


def _people(count: int, _: str) -> str:
    if count % 10 == 4:
        return f"{_tens(count)}よにん"
    return _PEOPLE.get(count, "")


def _stopped(count: int, ending: str, three: str = "") -> str:
    """いっぷん, ろっぷん, じゅっぷん; さんぼん. Empty where nothing is peculiar."""
    tens, last = divmod(count, 10)
    if not last:
        return f"{_KANA[tens] if tens > 1 else ''}じゅっ{ending}"
    if last == 3 and three:
        return _tens(count) + three
    if last not in _STOPPED:
        return ""
    return f"{_tens(count)}{_STOPPED[last]}{_katakana(ending) if last == _HA else ending}"


def _katakana(hiragana: str) -> str:
    return "".join(chr(ord(char) + 0x60) for char in hiragana)


def _tens(count: int) -> str:
    return _TENS[count // 10]
