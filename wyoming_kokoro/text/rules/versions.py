"""Versions (3.12.4, v2.0) and addresses of devices (192.168.1.20)."""

import re

from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.numbers import digits, integer
from wyoming_kokoro.text.rules.patterns import BEGIN, END, NUMBER_BEGIN
from wyoming_kokoro.text.rules.rule import Rule

_AFTER = rf"(?!\.?\d){END}"
_STAGE = r"((?:[ .-]?(?:alpha|beta|rc|dev|a|b)\.?\d{0,9})?)"
_STAGES = {"a": "alpha", "b": "beta", "rc": "R C"}


def versions(language: Language) -> tuple[Rule, ...]:
    dot = rf"(?:\.| {language.dot} )"  # the latter: of an address whose dots have been said already
    address = re.compile(rf"{NUMBER_BEGIN}\d{{1,3}}(?:{dot}\d{{1,3}}){{3}}{_AFTER}")
    marked = re.compile(rf"{BEGIN}[vV]\.? ?({_parts(0)}){_STAGE}{_AFTER}")
    plain = re.compile(rf"{NUMBER_BEGIN}({_parts(2)}){_STAGE}{_AFTER}")
    named = re.compile(rf"{BEGIN}(?P<name>{language.release or '(?!)'}) ({_parts(1)}){_STAGE}{_AFTER}")

    def say_address(match: re.Match[str]) -> str:
        parts = (digits(language, part) for part in re.findall(r"\d+", match[0]))
        return f"{language.space}{language.dot}{language.space}".join(parts)

    def say_marked(match: re.Match[str]) -> str:
        before = match.string[: match.start()].rstrip().lower()
        return language.joined("" if before.endswith(language.version) else language.version, _said(language, match, 1))

    return (
        Rule("versions", address, say_address),
        Rule("versions", marked, say_marked),
        Rule("versions", plain, lambda match: _said(language, match, 1)),
        Rule("versions", named, lambda match: language.joined(match["name"], _said(language, match, 2))),
    )


def _parts(least: int) -> str:
    return rf"\d{{1,15}}(?:\.\d{{1,15}}){{{least},6}}"


def _said(language: Language, match: re.Match[str], group: int) -> str:
    first, *rest = match[group].split(".")
    is_year = language.year and len(first) == 4 and first.startswith("20")
    said = [language.year(int(first)) if is_year and language.year else integer(language, first)]
    said += [integer(language, part) for part in rest]
    point = language.version_point or language.point
    return language.joined(f"{language.space}{point}{language.space}".join(said), _stage(language, match[group + 1]))


def _stage(language: Language, written: str) -> str:
    letters = "".join(char for char in written if char.isalpha())
    number = "".join(char for char in written if char.isdecimal())
    return language.joined(_STAGES.get(letters, letters), integer(language, number) if number else "")
