"""The order of the rules: what is written with others' characters comes before them."""

from collections.abc import Callable, Iterable

from wyoming_kokoro.text.rules.abbreviations import abbreviations
from wyoming_kokoro.text.rules.dates import dates
from wyoming_kokoro.text.rules.entities import entities
from wyoming_kokoro.text.rules.fractions import fractions
from wyoming_kokoro.text.rules.initialisms import initialisms
from wyoming_kokoro.text.rules.language import Language
from wyoming_kokoro.text.rules.money import money
from wyoming_kokoro.text.rules.numbers import numbers
from wyoming_kokoro.text.rules.ordinals import ordinals
from wyoming_kokoro.text.rules.phones import phones
from wyoming_kokoro.text.rules.ranges import ranges
from wyoming_kokoro.text.rules.rule import Rule
from wyoming_kokoro.text.rules.symbols import symbols
from wyoming_kokoro.text.rules.times import times
from wyoming_kokoro.text.rules.units import units
from wyoming_kokoro.text.rules.versions import versions

_BUILDERS: tuple[Callable[[Language], tuple[Rule, ...]], ...] = (
    entities,
    phones,
    dates,
    versions,
    ranges,
    times,
    money,
    units,
    fractions,
    ordinals,
    abbreviations,
    initialisms,
    numbers,
    symbols,
)


def in_order(language: Language, own: Iterable[Rule] = ()) -> tuple[Rule, ...]:
    """The rules of a language: the common ones from its data, and before those of the same name its own."""
    own = tuple(own)
    ordered: list[Rule] = []
    for builder in _BUILDERS:
        ordered += [rule for rule in own if rule.name == builder.__name__]
        ordered += builder(language)
    return tuple(ordered)
