"""The rules of text: tables of what is written and what is said, and what must hold for any text."""

import dataclasses
import importlib
import random
import re
from typing import Any

import pytest
from word_tables import TABLES, cases

from wyoming_kokoro.config import Rules
from wyoming_kokoro.text.rules.languages import rules_for
from wyoming_kokoro.text.rules.rule import Rule, apply

_TAGS = ("en-US", "en-GB", "es-ES", "fr-FR", "it-IT", "pt-BR", "hi-IN", "ja-JP", "zh-CN")
_NASTY = (
    "1 0 ٣ ９ ² ½ - − – . , : / $ € % °C ° kWh in m h s d C F x × # St. Dr. No. am p.m. Nov 24 2026 1905 VIII Henry ' "
    '" U.S. A AB TV TVs _ light. ~ + ^ * ( ) v th st 汉 か é क 🎉 w/ 99 555-1234 99999999999 1e9 0x1 £ ¥ R$ § à º 時 年'
)
_PIECES = (*_NASTY.split(), " ", " ", "\u00a0", "\u202f", "\ue000", "\uf8ff", "\u0301", "\u200d", "\ud800", "\x00")
_SAMPLES = {
    "entities": "turn on light.kitchen_lamp",
    "phones": "call 0800 123 456",
    "versions": "use 3.12.4",
    "dates": "on 2026-11-24",
    "times": "at 10:05",
    "money": "for $5.25",
    "units": "it is 5 kWh",
    "ranges": "for 10-20 people",
    "fractions": "add 1/2 cup",
    "ordinals": "the 21st",
    "numbers": "there are 21 lights",
    "abbreviations": "lights, e.g. lamps",
    "initialisms": "the TV is on",
    "symbols": "a & b",
}
_WORST = (
    *("1", "1,", "1.", "1 ", "1-", "1/", "10:", "111,", "111 ", "a.", "A.", "A", "A ", "-", "$", "$1", "½", "1½ ", "_"),
    *("+1 ", "(11) ", "0 ", "5 in ", "5 m", "1 St ", "the 1 ", "Nov 1 ", "1x", '1"', "#", " ", "light.a", "v1.", "X"),
    *("a_", "I ", "Room 1 ", "9.9.9.9", "5 d ", "1h", "5 in  ", "€1/", "1:1 ", "call 1"),
)


def _said(text: str, tag: str = "en-US") -> str:
    return " ".join(apply(text, rules_for(tag)).split())


def _counting(rules: tuple[Rule, ...], calls: list[str]) -> list[Rule]:
    def counting(rule: Rule) -> Rule:
        def say(match: re.Match[str]) -> str:
            calls.append(match[0])
            return rule.say(match)

        return dataclasses.replace(rule, say=say)

    return [counting(rule) for rule in rules]


@pytest.mark.parametrize("table", ["english", "english_gb"])
def test_what_has_become_words_stays(table: str) -> None:
    """The rules find nothing more in their own words: nothing is left half done."""
    again = {said: _said(said, TABLES[table]) for _, said in cases(table)}
    assert {said: more for said, more in again.items() if said != more} == {}


@pytest.mark.parametrize("tag", _TAGS)
def test_each_rule_has_a_switch(tag: str) -> None:
    """The names are those of the configuration."""
    assert {rule.name for rule in rules_for(tag)} <= set(Rules.model_fields)
    assert rules_for(tag)


@pytest.mark.parametrize("name", _SAMPLES)
def test_a_rule_that_is_off_leaves_its_text(name: str) -> None:
    """Without the rules of a name (and those for whatever digits and symbols are left), its example stays as it is."""
    text = _SAMPLES[name]
    others = [rule for rule in rules_for("en-US") if rule.name not in (name, "numbers", "symbols")]
    assert apply(text, others) == text
    assert apply(text, rules_for("en-US")) != text


def test_an_unknown_language_has_no_rules() -> None:
    """Its texts go to the phonemizer as they are."""
    assert rules_for("xx-XX") == ()


@pytest.mark.parametrize("tag", _TAGS)
def test_random_text_raises_nothing_and_keeps_private_characters(tag: str) -> None:
    """Pieces of numbers, units and marks in any order; each character of the private use area is there as often."""
    rng = random.Random(5)
    for _ in range(600):
        text = "".join(rng.choices(_PIECES, k=rng.randint(1, 14)))
        said = apply(text, rules_for(tag))
        assert [said.count(mark) for mark in "\ue000\uf8ff"] == [text.count(mark) for mark in "\ue000\uf8ff"], text


def test_no_digit_is_left_in_english() -> None:
    """Whatever stands around a number, it is said."""
    rng = random.Random(6)
    for _ in range(1500):
        text = "".join(rng.choices(_PIECES, k=rng.randint(1, 14)))
        assert not any(char.isdecimal() for char in _said(text)), text


@pytest.mark.parametrize("tag", _TAGS)
@pytest.mark.parametrize("piece", _WORST)
def test_the_work_is_bounded(tag: str, piece: str) -> None:
    """A sentence of 1,000 characters makes no rule find more than it has characters, and its words stay finite."""
    text = (piece * 1000)[:1000]
    for rule in rules_for(tag):
        calls: list[str] = []
        said = apply(text, _counting((rule,), calls))
        assert len(calls) <= len(text)
        assert len(said) <= 60 * len(text)


@pytest.mark.parametrize("tag", _TAGS)
def test_no_pattern_repeats_a_repetition(tag: str) -> None:
    """No quantifier without bound inside another, which would take exponential time."""
    parser: Any = importlib.import_module("re._parser")
    for rule in rules_for(tag):
        tree = parser.parse(rule.pattern.pattern, rule.pattern.flags & ~re.UNICODE)
        assert not _nested(tree, False, parser.MAXREPEAT), rule.pattern.pattern


def _nested(node: Any, inside: bool, unbounded: Any) -> bool:
    if type(node).__name__ == "SubPattern":
        return any(_nested(item, inside, unbounded) for item in node)
    if not isinstance(node, tuple | list):
        return False
    if node and str(node[0]) in ("MAX_REPEAT", "MIN_REPEAT"):
        endless = node[1][1] == unbounded
        return (endless and inside) or _nested(node[1][2], inside or endless, unbounded)
    return any(_nested(item, inside, unbounded) for item in node)


@pytest.mark.parametrize("digits", [5_000, 20_000])
def test_more_digits_than_an_int_takes(digits: int) -> None:
    """int() refuses more than 4,300 digits; they are said one by one."""
    assert _said("1" * digits).count("one") == digits
    assert _said("0." + "1" * digits).count("one") == digits


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("21\ue000 °C", "twenty-one\ue000 degrees Celsius"),
        ("\ue000 5 kWh\ue001.", "\ue000 five kilowatt hours\ue001."),
        ("Dr. \ue000 is here.", "Doctor \ue000 is here."),
    ],
)
def test_private_characters_are_no_letters(written: str, said: str) -> None:
    """What is beside them is understood as beside punctuation."""
    assert _said(written) == said
