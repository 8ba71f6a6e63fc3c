"""Units by their symbols, in English."""

from wyoming_kokoro.text.rules.language import Unit

_BEFORE_CELL = r"(?!\s(?:batter|cell|student|grade|level|class|team|player)|[-'\u2019.]\w)"
"""Not "4 C batteries", nor "5 A students"."""
_BEFORE_SCREEN = (
    r"(?!\s(?:TV|tv|video|movie|monitor|display|screen|resolution|camera|stream|Blu|run|race)|[-'\u2019.]\w)"
)
"""Not "a 4 K TV"."""
_MEASURED = "wide|long|tall|high|deep|thick|across|by|of (?:rain|snow|ice|water)"
_INCHES = rf"(?:(?<=\din)|(?=\.?\s*$|\.?\s(?:{_MEASURED})\b|\.?\s?[x×,;:!?()]|/(?:h|hr|d|day|min|s)\b"
_INCHES += r"|\s{1,2}(?:by|and|or|to)\s\d{1,4}(?:\.\d{1,3})?\s?in\b))"
"""Glued to the number, or with a sign that it isn't the word."""


def _each(names: dict[str, str]) -> dict[str, Unit]:
    """Units whose plural ends with an s; a slash divides other plurals."""
    units = {}
    for symbol, name in names.items():
        one, _, many = name.partition("/")
        units[symbol] = Unit(one, many or f"{one}s")
    return units


def _scaled(prefixes: dict[str, str], symbol: str, name: str) -> dict[str, str]:
    """Names such as kilowatt; a space stands between words only."""
    one, _, many = name.partition("/")
    return {
        prefix + symbol: f"{scale}{one}" + (f"/{scale}{many}" if many else "") for prefix, scale in prefixes.items()
    }


_POWER = {"": "", "m": "milli", "k": "kilo", "M": "mega", "G": "giga", "T": "tera"}
_DATA = {"": "", "k": "kilo", "K": "kilo", "M": "mega", "G": "giga", "T": "tera"}
_GRAMS = {"": "", "m": "milli", "k": "kilo", "\u00b5": "micro", "\u03bc": "micro"}
_AMPERES = {"": "", "m": "milli", "\u00b5": "micro", "\u03bc": "micro"}
_METERS = {"": "", "k": "kilo", "c": "centi", "m": "milli", "\u00b5": "micro", "\u03bc": "micro"}
_LITERS = {"": "", "m": "milli", "c": "centi", "d": "deci"}

_NAMES: dict[str, str] = {
    "%": "percent/percent",
    "\u2030": "per mille/per mille",
    **dict.fromkeys(("°", "º"), "degree/degrees"),
    **dict.fromkeys(("°C", "ºC", "° C", "℃"), "degree Celsius/degrees Celsius"),
    **dict.fromkeys(("°F", "ºF", "° F", "℉"), "degree Fahrenheit/degrees Fahrenheit"),
    **_scaled(_POWER, "W", "watt"),
    **_scaled(_POWER, "Wh", "watt hour"),
    **_scaled({"": "", "\u00b5": "micro", "\u03bc": "micro", "m": "milli", "k": "kilo"}, "V", "volt"),
    **_scaled(_AMPERES, "A", "amp"),
    **_scaled({"": "", "m": "milli"}, "Ah", "amp hour"),
    **_scaled({"": "", "k": "kilo", "M": "mega", "G": "giga"}, "Hz", "hertz/hertz"),
    **_scaled({"": "", "h": "hecto", "k": "kilo", "M": "mega"}, "Pa", "pascal"),
    **_scaled(_DATA, "bit", "bit"),
    **_scaled({scale: name for scale, name in _DATA.items() if scale}, "B", "byte"),
    **_scaled({"Ki": "kibi", "Mi": "mebi", "Gi": "gibi", "Ti": "tebi"}, "B", "byte"),
    **_scaled({"k": "kilo", "M": "mega", "G": "giga"}, "J", "joule"),
    **_scaled({"": "", "k": "kilo"}, "cal", "calorie"),
    **_scaled({"m": "milli", "\u00b5": "micro", "\u03bc": "micro"}, "Sv", "sievert"),
    "k\u03a9": "kilohm",
    "M\u03a9": "megohm",
    **_scaled({"\u00b5": "micro", "\u03bc": "micro", "n": "nano", "p": "pico"}, "F", "farad"),
    **_scaled({"\u00b5": "micro", "\u03bc": "micro", "n": "nano"}, "s", "second"),
    **_scaled(_GRAMS, "g", "gram"),
    **_scaled(_METERS, "m", "meter"),
    **_scaled(_LITERS, "L", "liter"),
    **_scaled(_LITERS, "l", "liter"),
    **{
        f"{m}{two}": f"square {name}"
        for m, name in (("m", "meter"), ("km", "kilometer"), ("cm", "centimeter"), ("mm", "millimeter"))
        for two in "²2"
    },
    **{f"{m}{three}": f"cubic {name}" for m, name in (("m", "meter"), ("cm", "centimeter")) for three in "³3"},
    **{f"ft{two}": "square foot/square feet" for two in "²2"},
    **{f"ft{three}": "cubic foot/cubic feet" for three in "³3"},
    **dict.fromkeys(("KWh", "kwh", "KWH", "Kwh"), "kilowatt hour"),
    **dict.fromkeys(("KW", "kw"), "kilowatt"),
    **dict.fromkeys(("KG", "Kg"), "kilogram"),
    **dict.fromkeys(("KM", "Km"), "kilometer"),
    "MPH": "mile per hour/miles per hour",
    "VA": "volt amp",
    "kVA": "kilovolt amp",
    "var": "var",
    "kvar": "kilovar",
    "\u03a9": "ohm",
    "mbar": "millibar",
    "bar": "bar/bar",
    "psi": "P S I/P S I",
    "inHg": "inch of mercury/inches of mercury",
    "mmHg": "millimeter of mercury/millimeters of mercury",
    "lx": "lux/lux",
    "lm": "lumen",
    "ppm": "part per million/parts per million",
    "ppb": "part per billion/parts per billion",
    "dB": "decibel",
    "dBA": "D B A/D B A",
    "dBm": "D B M/D B M",
    "mph": "mile per hour/miles per hour",
    "rpm": "R P M/R P M",
    "bpm": "beat per minute/beats per minute",
    "fps": "frame per second/frames per second",
    "kph": "kilometer per hour/kilometers per hour",
    "kbps": "kilobit per second/kilobits per second",
    "Mbps": "megabit per second/megabits per second",
    "Gbps": "gigabit per second/gigabits per second",
    "m/s²": "meter per second squared/meters per second squared",
    **{
        f"{fuel}/100{space}km": f"{one} per hundred kilometers/{one}s per hundred kilometers"
        for fuel, one in (("L", "liter"), ("l", "liter"), ("kWh", "kilowatt hour"))
        for space in ("", " ")
    },
    "Bq": "becquerel",
    "mmol": "millimole",
    "Nm": "newton meter",
    "BTU": "B T U/B T U",
    **dict.fromkeys(("fl oz", "fl. oz"), "fluid ounce"),
    "kn": "knot",
    "ft": "foot/feet",
    "yd": "yard",
    "mi": "mile",
    "gal": "gallon",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "tsp": "teaspoon",
    "tbsp": "tablespoon",
    "Tbsp": "tablespoon",
    "ms": "millisecond",
    "s": "second",
    "sec": "second",
    "secs": "second",
    "min": "minute",
    "mins": "minute",
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "yr": "year",
    "yrs": "year",
}

AMERICAN: dict[str, Unit] = {
    **_each(_NAMES),
    "C": Unit("degree Celsius", "degrees Celsius", only=_BEFORE_CELL),
    "F": Unit("degree Fahrenheit", "degrees Fahrenheit", only=_BEFORE_CELL),
    "A": Unit("amp", "amps", only=_BEFORE_CELL),
    "K": Unit("kelvin", "kelvin", only=_BEFORE_SCREEN, apart=r"(?:\s|(?<=\d{4}))"),
    "J": Unit("joule", "joules", apart=r"\s"),
    "ha": Unit("hectare", "hectares", apart=r"\s"),
    "B": Unit("byte", "bytes", only=_BEFORE_CELL, apart=r"\s"),
    "t": Unit("tonne", "tonnes", apart=r"\s"),
    "st": Unit("stone", "stone", apart=r"\s"),
    "d": Unit("day", "days", only=r"(?=\s?\d|\s+ago\b|\s*$|\s*[.,;:!?()])"),
    "in": Unit("inch", "inches", only=_INCHES),
}
"""Case matters: mW and MW. What may be a word as well needs a sign that it is not."""


def _in_british(name: str) -> str:
    return name.replace("meter", "metre").replace("liter", "litre")


BRITISH: dict[str, Unit] = {
    symbol: Unit(_in_british(unit.one), _in_british(unit.many), only=unit.only, apart=unit.apart)
    for symbol, unit in AMERICAN.items()
}
