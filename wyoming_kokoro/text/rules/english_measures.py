"""English units and amounts that only their surroundings tell: 5'10", 1h20m, 1920x1080, 10.30 am."""

import re
from collections.abc import Mapping

from wyoming_kokoro.text.rules.english_money import CURRENCIES
from wyoming_kokoro.text.rules.english_numbers import cardinal, two_digits
from wyoming_kokoro.text.rules.language import Unit
from wyoming_kokoro.text.rules.patterns import BEGIN, END, NUMBER_BEGIN, any_of
from wyoming_kokoro.text.rules.rule import Rule

_FEET = re.compile(
    rf"{NUMBER_BEGIN}(\d{{1,3}})(?:\s?['\u2019\u2032]\s?|\s?ft\.?\s)(\d{{1,2}})"
    r"(?:\s?(?:[\"\u201d\u2033]|''|in\b))?(?![\w'.]\w|\w)"
)
_QUOTES = re.compile(
    rf"{NUMBER_BEGIN}(\d{{1,4}}(?:\.\d{{1,3}}|/\d{{1,2}})?)([\"\u201d\u2033\u2032'])(?=\s|$|[.,;:!?)x×-])"
)
_DESCRIBED = re.compile(r"\s(?!(?:across|\w{1,4})\b)[A-Za-z]|\s(?:TV|pipe|tube|disk|bolt|hose|rack)\b")
"""A thing behind the length: 65" TV."""
_QUOTED = {'"': '"', "\u201d": "\u201c", "'": "'"}
_CLOCK_PARTS = re.compile(
    rf"{NUMBER_BEGIN}(?:(\d{{1,3}})\s?h\s?)?(\d{{1,4}})\s?m\s?(\d{{1,2}})\s?s{END}"
    rf"|{NUMBER_BEGIN}(\d{{1,3}})(?:h\s?|\sh\s(?=\d{{1,2}}\s?m{END}))(\d{{1,2}})(?:\s?m(?:in)?)?{END}"
)
_MINUTES = re.compile(rf"{NUMBER_BEGIN}(\d{{1,2}})m(?=\s(?:ago|left|remaining|timer)\b)")
_RESOLUTION = re.compile(rf"{NUMBER_BEGIN}(240|360|480|720|1080|1440|2160|4320)([pi]){END}")
_BY = re.compile(r"(?:(?<=\d)(?<!\b0)\s?x|(?<=[a-z\"] )x)\s?(?=\d)")
_PIXELS = re.compile(rf"{NUMBER_BEGIN}(\d\d)(\d\d)\s?[x×]\s?(\d?\d)(\d\d){END}")
_NO_COMPOUND = frozenset(("in", "C", "F", "K", "B", "t", "st", "d"))
"""Too often a word or a letter: 4 in 1, Vitamin 3-C."""
_NO_AMOUNT = "(?<![\\d/\u00bc-\u00be])(?<![\\d\u00bc-\u00be]\\s)"
_PLACES = r"(?i:room|suite|flat|apartment|apt\.?|bus|gate|stop|unit|seat|row|section|platform|door)"
_LETTERED = re.compile(rf"\b({_PLACES}) (\d{{1,4}})([A-F]){END}")
_LETTERED_APART = re.compile(
    rf"\b((?i:room|suite|flat|apartment|apt\.?|bus|gate|seat|row|section|platform|size|class|grade|vitamin)"
    rf" \d{{1,4}} [ABDEGHJK]){END}"
)
"""Room 5 K, size 8 B: after these words letters are no units. Not C and F: "living room 21 C"."""
_THINGS = (
    "batter(?:y|ies)|bulbs?|lamps?|lights?|supply|supplies|adapters?|chargers?|bottles?|tanks?|heaters?|strips?|motors?"
    "|inverters?|fuses?|breakers?|outlets?|sockets?|panels?|arrays?|systems?|disks?|drives?|cards?|sticks?|cables?|pipes?"
    "|tubes?|hoses?|pools?|walk|ride|dash|sprint|timers?|delays?|breaks?|naps?|meetings?|videos?|films?|flights?"
    "|speakers?|bands?|networks?|pans?|pots?|containers?|bags?|cans?|packs?|kettles?|ovens?|pumps?|resistors?|rails?"
    "|lines?|limits?|zones?|races?|marathons?|monitors?|relays?|jacks?|plugs?|screws?|nozzles?|transformers?|appliances?"
)


def _count(amount: str, name: str) -> str:
    return f"{amount} {name if int(amount) == 1 else name + 's'}"


def _apart(place: str) -> str:
    """The number in words: what is none can't have a unit."""
    name, number, letter = place.rsplit(" ", 2)
    return f"{name} {cardinal(int(number))} {letter}"


def _feet(match: re.Match[str]) -> str:
    if int(match[2]) > 11:
        return match[0]
    feet = "foot" if int(match[1]) == 1 else "feet"
    return f"{match[1]} {feet} {match[2]} {'inch' if int(match[2]) == 1 else 'inches'}"


def _by_quotes(match: re.Match[str]) -> str:
    """12" is a length, but not where the mark closes a quotation."""
    opening = _QUOTED.get(match[2])
    if opening and len(re.findall(rf"(?<!\d){opening}", match.string[: match.start()])) % 2:
        return match[0]
    feet = match[2] in "'\u2032"
    one, many = ("foot", "feet") if feet else ("inch", "inches")
    is_one = match[1] == "1" or "/" in match[1] or _DESCRIBED.match(match.string[match.end() :])
    return f"{match[1]} {one if is_one else many}"


def _parts(match: re.Match[str]) -> str:
    """1h20m, 5m 30s: beside an hour or a second, the m is a minute."""
    hours, minutes, seconds = match[1] or match[4], match[2] or match[5], match[3]
    said = [_count(hours, "hour")] if hours else []
    said.append(_count(minutes, "minute"))
    return " ".join(said + ([_count(seconds, "second")] if seconds else []))


def _pixels(match: re.Match[str]) -> str:
    """1920x1080: in pairs."""
    pairs = [(int(match[1]), int(match[2])), (int(match[3]), int(match[4]))]
    said = [
        f"{cardinal(high)} {two_digits(low) if low else 'hundred'}" if high else cardinal(low) for high, low in pairs
    ]
    return " by ".join(said)


_NOTES = {"$": "dollar", "\u20ac": "euro", "\u00a3": "pound"}
PRICED = Rule(
    "money",
    re.compile(rf"{BEGIN}([$\u20ac\u00a3])(\d{{1,4}})(?= (?:bill|note|coin|gift|coupon|voucher|fee|fine|deposit)\b)"),
    lambda match: f"{match[2]} {_NOTES[match[1]]}",
)
"""What describes something is singular: a $20 bill."""


def bare_units(units: Mapping[str, Unit]) -> Rule:
    """Units without a number that can be nothing else: "the price per kWh"."""
    known = [symbol for symbol in units if len(symbol) > 1 and re.search(r"[a-z][A-Z]|[²³°Ωµμ]|[A-Z]Wh|bit$", symbol)]
    over = rf"(?:/({any_of(units)}))?"
    money = any_of([symbol for symbol in CURRENCIES if len(symbol) < 4])
    pattern = re.compile(
        rf"{BEGIN}{_NO_AMOUNT}(?:({money})/({any_of(units)})|({any_of([*known, 'km', 'm', 'mg', 'l'])}){over}){END}"
    )

    def say(match: re.Match[str]) -> str:
        if match[1]:
            return f"{CURRENCIES[match[1]].many} per {units[match[2]].one}"
        symbol, below = match[3], match[4]
        if symbol not in known and not below:
            return match[0]
        one = re.search(r"\b(?:per|an?|one|each) $", match.string[: match.start()])
        name = units[symbol].one if one else units[symbol].many
        return f"{name} per {units[below].one}" if below else name

    return Rule("units", pattern, say)


MEASURES: tuple[Rule, ...] = (
    Rule("units", _LETTERED, lambda match: f"{match[1]} {cardinal(int(match[2]))} {match[3]}"),
    Rule("units", _LETTERED_APART, lambda match: _apart(match[1])),
    Rule("units", _MINUTES, lambda match: _count(match[1], "minute")),
    Rule("units", _FEET, _feet),
    Rule("units", _QUOTES, _by_quotes),
    Rule("units", _CLOCK_PARTS, _parts),
    Rule("units", _RESOLUTION, lambda match: f"{_line_count(match[1])} {match[2]}"),
    Rule("units", _PIXELS, _pixels),
    Rule("units", _BY, lambda _: " by "),
)


def compounds(units: Mapping[str, Unit]) -> tuple[Rule, ...]:
    """A unit that describes what follows is singular: a 60 W bulb, the 12 V battery, the 5-min timer."""
    symbols = any_of(symbol for symbol in units if symbol not in _NO_COMPOUND)
    amount = r"(\d{1,4}(?:\.\d{1,3})?)"
    described = re.compile(rf"(?:(?<=\b[Aa] )|(?<=\b[Aa]n )){amount}\s?({symbols}){END}(?=\s[a-z])")
    of_things = re.compile(rf"{NUMBER_BEGIN}{amount}\s?({symbols}){END}(?=\s(?:{_THINGS})\b)")
    hyphened = re.compile(rf"{NUMBER_BEGIN}{amount}-({symbols}|in){END}(?!-)")

    def say(match: re.Match[str]) -> str:
        return f"{match[1]} {units[match[2]].one}"

    return (Rule("units", described, say), Rule("units", of_things, say), Rule("units", hyphened, say))


def _line_count(lines: str) -> str:
    return f"{cardinal(int(lines[:-2]))} {cardinal(int(lines[-2:]))}"
