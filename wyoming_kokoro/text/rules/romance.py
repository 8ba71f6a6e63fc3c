"""What Spanish, French, Italian and Portuguese share: half an hour, Roman numerals, and dots that are no decimal marks.

A point before exactly three digits is read as in print, "1.500" is one thousand five hundred, with one exception:
before a unit it is a decimal mark unless the last digit is 0. Home Assistant writes its values so in every language,
"1.234 kWh", and Python's numbers never end in a 0 that means nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from wyoming_kokoro.text.rules.dates import is_date
from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.numbers import spoken, value
from wyoming_kokoro.text.rules.patterns import BEGIN, END, NUMBER_BEGIN, SIGN, any_of
from wyoming_kokoro.text.rules.rule import Rule

GROUPS = ".\u00a0\u202f\u2009 "
MARKS = ",."
_HALF = "(?:\u00bd|1/2)"
_ROMAN = {"X": 10, "V": 5, "I": 1}
_LEAP_YEAR = 2000
_MOST_PARTS = 10
"""3/4 and 7/10 are rather fractions."""
_MILLION = 10**6
_LONGEST_SPOKEN = 3
"""Digits behind the decimal mark that are read as a number: "tres coma catorce"."""


@dataclass(frozen=True)
class Noun:
    """What can be guessed of a noun by its ending."""

    one: str
    gender: str


def fraction(cardinal: Callable[[int, str], str]) -> Callable[[str], str]:
    """Digits behind the decimal mark: the zeros one by one, the rest as a number if it's short."""

    def say(digits: str) -> str:
        rest = digits.lstrip("0")
        zeros = len(digits) - len(rest)
        if zeros + len(rest) > _LONGEST_SPOKEN:
            return " ".join(cardinal(int(digit), "") for digit in digits)
        return " ".join([cardinal(0, "")] * zeros + ([cardinal(int(rest), "")] if rest else []))

    return say


def of_millions(number: int, gender: str, of: str) -> str:
    """Dos millones de libras: the word behind round millions of something."""
    return of if gender and number and not number % _MILLION else ""


def groups() -> tuple[Rule, ...]:
    """1.234.567 is no version, and 1,234.50 is how others write 1.234,50."""
    dots = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:\.\d{3}){2,6}(?!\.?\d)")
    commas = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:,\d{3}){1,6}\.\d{1,6}(?![.,]?\d)")
    both = re.compile(r"(?<![\w.,])[1-9]\d{0,2}(?:\.\d{3}){1,6}(?=,\d)")
    names = ("ranges", "money", "units", "numbers")
    return (
        Rule("versions", dots, lambda match: match[0].replace(".", "")),
        *(Rule(name, both, lambda match: match[0].replace(".", "")) for name in names),
        *(Rule(name, commas, lambda match: match[0].replace(",", "")) for name in names),
    )


def measured(language: Language) -> Rule:
    """1.234 kWh: the point of Home Assistant."""
    symbol = any_of(language.units)
    pattern = re.compile(rf"{NUMBER_BEGIN}([1-9]\d{{0,2}})\.(\d\d[1-9])(?=\s?(?:{symbol})(?![\w/]))")
    return Rule("units", pattern, lambda match: f"{match[1]},{match[2]}")


def halves(language: Language, alone: Mapping[str, str], behind: Mapping[str, str], mixed: str) -> Rule:
    """½ h, 2 ½ h: half an hour, two hours and a half. The words by gender: before a noun, behind it."""
    symbol = any_of(language.units)
    pattern = re.compile(rf"{NUMBER_BEGIN}(?:(\d{{1,3}})[ -]?)?(?<![\d/]){_HALF}\s?({symbol}){END}")

    def say(match: re.Match[str]) -> str:
        unit = language.units[match[2]]
        gender = "f" if unit.gender in ("f", "v") else "m"
        if not match[1]:
            return f"{alone[gender]} {unit.one}"
        name = unit.one if match[1] == "1" else unit.many
        return f"{language.cardinal(int(match[1]), unit.gender)} {name}{mixed}{behind[gender]}"

    return Rule("units", pattern, say)


def half_nouns(
    language: Language, alone: Mapping[str, str], behind: Mapping[str, str], mixed: str, of: Callable[[str], Noun]
) -> Rule:
    """½ taza, 2 ½ tazas: the same with a noun, whose gender can be guessed."""
    pattern = re.compile(rf"(?<![\w/.,])(?:(\d{{1,3}})[ -]?)?(?<![\d/]){_HALF}\s+([^\W\d_]{{3,40}})")

    def say(match: re.Match[str]) -> str:
        noun = of(match[2])
        if not match[1]:
            return f"{alone[noun.gender]} {match[2]}"
        name = noun.one if match[1] == "1" else match[2]
        return f"{language.cardinal(int(match[1]), noun.gender)} {name}{mixed}{behind[noun.gender]}"

    return Rule("fractions", pattern, say)


def counted(language: Language, gender: Callable[..., str]) -> Rule:
    """21 luces, 1 minuto: the number agrees with what is counted, as far as `gender` knows it."""
    group = f"[{re.escape(language.groups)}]"
    pattern = re.compile(
        rf"{NUMBER_BEGIN}({SIGN}(?:[1-9]\d{{0,2}}(?:{group}\d{{3}}){{1,2}}|\d{{1,6}}))(?= ([^\W\d_]{{2,30}}))"
    )

    def say(match: re.Match[str]) -> str:
        if match[1].startswith("0"):
            return match[0]
        of = gender(match[2].lower(), many=abs(value(language, match[1])) != 1)
        return spoken(language, match[1], of) if of else match[0]

    return Rule("numbers", pattern, say)


def periods(said: Mapping[str, str]) -> Rule:
    """3 €/mes"""
    pattern = re.compile(rf"(?<=[^\W\d_])/({any_of(said)}){END}")
    return Rule("symbols", pattern, lambda match: f" {said[match[1]]}")


def iberian(noun: str) -> Noun:
    """Tazas, litros, in Spanish and Portuguese."""
    return Noun(noun.removesuffix("s"), "f" if noun.endswith(("a", "as")) else "m")


def out_of(over: str) -> Rule:
    """9.5/10"""
    pattern = re.compile(rf"{NUMBER_BEGIN}(\d{{1,3}}[.,]\d{{1,3}})/(?=\d)")
    return Rule("fractions", pattern, lambda match: f"{match[1]} {over} ")


def crossed(by: str) -> Rule:
    """3x4 m, but not 0x4F."""
    pattern = re.compile(r"(?<=[1-9])\s?[x×]\s?(?=\d)|(?<=\d0)\s?[x×]\s?(?=\d)")
    return Rule("ranges", pattern, lambda _: f" {by} ")


def between(words: str, conjunction: str) -> Rule:
    """Between 5-10: a dash that is an "and"."""
    pattern = re.compile(rf"{BEGIN}((?i:{words})\s+\d{{1,15}}(?:[.,:]\d{{1,15}})?)\s?[-\u2010-\u2015]\s?(?=\d)")
    return Rule("ranges", pattern, lambda match: f"{match[1]} {conjunction} ")


def hours(mark: str = r"h(?:s|rs|oras?)?") -> Rule:
    """14:30 h: the h is not said; 14h30: it is the colon, but not in 2 h 30 min."""
    pattern = re.compile(rf"{NUMBER_BEGIN}(\d{{1,2}})(?:[:.]([0-5]\d)\s?{mark}|h([0-5]\d)(?!\s?m)){END}")
    return Rule("times", pattern, lambda match: f"{match[1]}:{match[2] or match[3]}")


def suffixed(abbreviations: Mapping[str, str]) -> Rule:
    """Dott.ssa, before the common rule finds Dott. in it."""
    inside = [written for written in abbreviations if "." in written and written[-1].isalnum()]
    pattern = re.compile(rf"{BEGIN}(?:{any_of(inside)}){END}")
    return Rule("abbreviations", pattern, lambda match: abbreviations[match[0]])


def romans(say: Callable[[int], str], ending: str = "") -> Rule:
    """Siglo XXI. Without L, C, D and M, which make other words: CD, DC, LCD."""
    pattern = re.compile(rf"{BEGIN}(?=[IVX]{{2}})(X{{0,3}}(?:IX|IV|V?I{{0,3}})){ending}{END}")
    return Rule("initialisms", pattern, lambda match: say(_arabic(match[1])))


def named_first(months: Iterable[str], of: str, first: str) -> Rule:
    """1 maggio: the first of a month is an ordinal."""
    pattern = re.compile(rf"{NUMBER_BEGIN}1(?:º|°|er|\.º)?(?={of}(?i:{any_of(months)}){END})")
    return Rule("dates", pattern, lambda _: first)


def short_dates(words: str, date: Callable[[int, int, int | None], str]) -> Rule:
    """El 24/11: a date and no fraction, where a word says so."""
    pattern = re.compile(rf"{BEGIN}((?i:{words})\s+)(\d{{1,2}})/(\d{{1,2}})(?![/\d]|[.,]\d)")

    def say(match: re.Match[str]) -> str:
        day, month = int(match[2]), int(match[3])
        if not is_date(day, month, _LEAP_YEAR) or day < month <= _MOST_PARTS:
            return match[0]
        return match[1] + date(day, month, None)

    return Rule("dates", pattern, say)


def degrees(language: Language, counted: str) -> Rule:
    """-5º, 21,5º and 30º are no ordinals, but "25º aniversario" is: nouns that are counted."""
    number = r"[-\u2212]\d{1,3}(?:[.,]\d{1,3})?|\d{1,3}[.,]\d{1,3}|1[3-9]|[2-4]\d"
    nouns = counted.replace(" ", "|")
    pattern = re.compile(rf"(?<![\w.,)-])({number})\s?[º°](?!\w)(?!\s+(?:{nouns}){END})")
    unit = language.units["°"]

    def say(match: re.Match[str]) -> str:
        one = language.is_one(value(language, match[1]))
        return f"{spoken(language, match[1], unit.gender)} {unit.one if one else unit.many}"

    return Rule("units", pattern, say)


def _arabic(roman: str) -> int:
    values = [_ROMAN[letter] for letter in roman]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))
