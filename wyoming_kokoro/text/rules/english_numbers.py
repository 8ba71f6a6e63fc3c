"""English number words."""

from num2words import num2words

_BELOW = {
    2: "half",
    3: "third",
    4: "quarter",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    12: "twelfth",
    16: "sixteenth",
    32: "thirty-second",
    64: "sixty-fourth",
}


def cardinal(value: int, _gender: str = "") -> str:
    return str(num2words(value)).replace(",", "")


def ordinal(value: int) -> str:
    return str(num2words(value, to="ordinal")).replace(",", "")


def year(value: int) -> str:
    """1905: nineteen oh five; 2005: two thousand five."""
    century, rest = divmod(value, 100)
    if not 1100 <= value <= 2099 or 2000 <= value <= 2009:
        return cardinal(value).replace(" and ", " ")
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {two_digits(rest)}"


def two_digits(value: int) -> str:
    return f"oh {cardinal(value)}" if value < 10 else cardinal(value)


def clock(hour: int, minute: int, second: int | None) -> str:
    if second and hour == 0:  # of a timer
        return f"{cardinal(minute)} minute{'s' * (minute != 1)} and {cardinal(second)} second{'s' * (second != 1)}"
    if second:
        minutes = two_digits(minute) if minute else "hundred"
        return f"{cardinal(hour)} {minutes} and {cardinal(second)} second{'s' * (second != 1)}"
    if minute:
        return f"{cardinal(hour)} {two_digits(minute)}"
    if hour in (0, 24):
        return "midnight"
    return f"{cardinal(hour)} o'clock" if hour <= 12 else f"{cardinal(hour)} hundred"


def vulgar(whole: int, above: int, below: int) -> str:
    """1/2 is a half; 24/7 and 3/25 are no fractions."""
    if below not in _BELOW or not 0 < above < below:
        return ""
    name = _BELOW[below]
    many = "halves" if name == "half" else f"{name}s"
    words = f"{cardinal(above)} {name if above == 1 else many}"
    return f"{cardinal(whole)} and {words.replace('one half', 'a half')}" if whole else words
