"""What the rules need to know of one language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Unit:
    """Names of a unit. A name with `{}` is a template for the number ("{}摄氏度"), any other follows it."""

    one: str
    many: str
    gender: str = ""
    """Given to `Language.cardinal`, for languages whose numbers agree with what is counted."""
    only: str = ""
    """A pattern right behind the symbol without which it is no unit: "5 in wide", but not "5 in stock"."""
    apart: str = r"\s?"
    """A pattern between number and symbol: a K for kelvin stands apart, else it means thousand."""


@dataclass(frozen=True)
class Currency:
    one: str
    many: str
    small_one: str = ""
    """Name of a hundredth. Without it, 1.50 is read as a decimal number."""
    small_many: str = ""
    gender: str = ""
    small_gender: str = ""


def one_is_one(value: float) -> bool:
    return abs(value) == 1


def below_two_is_one(value: float) -> bool:
    """French and Portuguese: 1,5 is singular."""
    return abs(value) < 2


@dataclass(frozen=True)
class Language:
    """Data for the common rules. What is left empty makes no rule; what is peculiar, a language adds as its own rules.

    Numbers of one language are recognised in the script of any: digits are those of `str.isdecimal`.
    """

    cardinal: Callable[[int, str], str]
    """Words for a number from 0 to 10**15, for a gender; "" stands alone, as in counting."""
    point: str
    """The decimal mark in words."""
    minus: str
    plus: str
    to: str
    """Between the ends of a range."""
    decimals: str = "."
    """Characters that are decimal marks. Home Assistant's own values have "." in any language: give it too."""
    groups: str = ","
    """Characters between groups of three digits; may be among `decimals` too ("3.500", but "3.5")."""
    space: str = " "
    """Between words: empty for Chinese and Japanese."""
    fraction: Callable[[str], str] | None = None
    """Words for the digits behind the decimal mark; None: one by one."""
    year: Callable[[int], str] | None = None
    """Where years are said otherwise than other numbers."""
    is_one: Callable[[float], bool] = one_is_one

    units: Mapping[str, Unit] = field(default_factory=dict)
    """By symbol, as written."""
    per: str = ""
    """Template of a unit with a slash that is not itself in `units`: "{} per {}", from any two that are."""

    currencies: Mapping[str, Currency] = field(default_factory=dict)
    """By what is written, before or behind the amount: $ and USD."""
    magnitudes: Mapping[str, str] = field(default_factory=dict)
    """What may stand between amount and currency or behind both, in words: million, M -> million."""
    of_magnitude: str = " "
    """Between magnitude and currency: " de "."""
    cents: str = " "
    """Between the currency and its hundredths: " and "."""

    clock: Callable[[int, int, int | None], str] | None = None
    """Words for hour (0 to 24), minute and second."""
    hour_mark: str = ""
    """A letter that stands for the colon: h in 14h30."""
    halves: Mapping[str, str] = field(default_factory=dict)
    """am and pm, without dots, in words."""

    date: Callable[[int, int, int | None], str] | None = None
    """Words for day, month (1 to 12) and year."""
    month_first: bool = False
    """11/24/2026, not 24/11/2026. 2026-11-24 is understood in every language."""

    vulgar: Callable[[int, int, int], str] | None = None
    """Words for whole number (0: none), numerator and denominator; empty where they are no fraction to be said."""

    ordinals: Mapping[str, Callable[[int], str]] = field(default_factory=dict)
    """By the pattern right behind the digits: "º", "ª", "st|nd|rd|th"."""

    version: str = "version"
    dot: str = "dot"
    """In the address of a device: 192.168.1.20."""
    version_point: str = ""
    """Between the parts of a version; empty: `point`."""
    release: str = ""
    """Pattern of the words behind which 3.12 is a version, as in "Python 3.12"."""

    abbreviations: Mapping[str, str] = field(default_factory=dict)
    """As written, case and full stops included, in words."""
    acronyms: frozenset[str] = frozenset()
    """In capitals, said as a word: NASA."""
    spelled: Mapping[str, str] = field(default_factory=dict)
    """As written, with how it is spelled: CO2 -> C O two."""
    letters: frozenset[str] = frozenset()
    """Initialisms with a vowel, which look like words: USB. Those without any are known by that."""
    plural: str = ""
    """The ending of an initialism in the plural: the s of TVs, said with an apostrophe, else the s is spelled too."""

    symbols: Mapping[str, str] = field(default_factory=dict)
    """Single characters in words; empty: dropped, as is any other symbol."""

    def joined(self, *words: str) -> str:
        return self.space.join(word for word in words if word)
