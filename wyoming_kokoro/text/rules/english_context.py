"""English abbreviations, symbols and numerals that only their surroundings tell: St., No. 5, and/or, Henry VIII."""

import re

from wyoming_kokoro.text.rules.abbreviations import with_stop
from wyoming_kokoro.text.rules.english_numbers import cardinal, ordinal, two_digits
from wyoming_kokoro.text.rules.patterns import BEGIN, END, NUMBER_BEGIN
from wyoming_kokoro.text.rules.rule import Rule

_DIALLED = r"(?i:(?:call|dial|(?:code|pin|password|passcode)(?:\sis|:)?))"
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_BOOKS = "World War|Chapter|Part|Act|Phase|Volume|Super Bowl|Type|Level|Mark|Stage|Tier|Book|Title"
_MONARCHS = (
    "Henry|Louis|George|Charles|Elizabeth|James|Edward|William|Richard|Paul|Napoleon|Philip|Francis|Pius|Benedict|Leo"
    "|Frederick|Nicholas|Catherine|Alexander|Ivan"
)
_NUMERAL = "(X{0,3}(?:IX|IV|V?I{0,3}))"
_BEFORE_NUMBER = {
    "No.": "number", "Nos.": "numbers", "no.": "number", "Fig.": "figure", "fig.": "figure", "p.": "page",
    "pp.": "pages", "Vol.": "volume", "vol.": "volume", "Ch.": "chapter", "ch.": "chapter", "ext.": "extension",
    "Ext.": "extension", "Sec.": "section", "sec.": "section", "Art.": "article", "Eq.": "equation", "ca.": "about",
    "c.": "about", "Rm.": "room", "Rm": "room", "Apt": "apartment", "v.": "version", "Pg.": "page", "pg.": "page",
}  # fmt: skip
_NUMBERED = "|".join(re.escape(written) for written in sorted(_BEFORE_NUMBER, key=len, reverse=True))


def _roman(written: str) -> int:
    values = [_ROMAN[char] for char in written]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))


def _spelled_code(match: re.Match[str]) -> str:
    """AA:0B:CC: letter by letter and digit by digit."""
    return ", ".join(" ".join(_SIGNS.get(char, char.upper()) for char in group) for group in re.split("[:-]", match[0]))


def _model(match: re.Match[str]) -> str:
    """RTX 4090: in pairs; ISO 9001 is not."""
    high, low = divmod(int(match[2]), 100)
    if low < 10 and high % 10 == 0:
        return f"{match[1]} {cardinal(int(match[2]))}"
    return f"{match[1]} {cardinal(high)} {two_digits(low) if low else 'hundred'}"


def _wireless(match: re.Match[str]) -> str:
    """802.11ax"""
    part = f" dot {cardinal(int(match[2]))}" if match[2] else ""
    letters = " ".join(char.upper() for char in (match[3] or "") + (match[4] or ""))
    return f"eight oh two dot {cardinal(int(match[1]))}{part} {letters}".rstrip()


def _episode(match: re.Match[str]) -> str:
    return f"season {cardinal(int(match[1]))} episode {cardinal(int(match[2]))}"


def _power_of_ten(match: re.Match[str]) -> str:
    return f" times ten to the power of {match[1]}" if match[1].startswith("-") else f" times 10^{match[1].lstrip('+')}"


def _book(match: re.Match[str]) -> str:
    return f"{match[1]} {cardinal(_roman(match[2]))}" if match[2] else match[0]


def _monarch(match: re.Match[str]) -> str:
    return f"{match[1]} the {ordinal(_roman(match[2]))}" if match[2] else match[0]


def _street(match: re.Match[str]) -> str:
    """Main St., but St. Louis; Oak Dr., but Dr. Smith."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    is_name = re.match(r"\s[A-Z\ue000-\uf8ff]", after)  # or a word with given phonemes
    is_place = re.search(r"(?:[A-Z][a-z]+|\d(?:st|nd|rd|th)|\b[NSEW]\.?)\s$", before)
    saint, street = ("Saint", "Street") if match[1] == "St" else ("Doctor", "Drive")
    if is_place and (not is_name or any(char.isdecimal() for char in before)):
        return with_stop(match, street)
    return saint if is_name else with_stop(match, street)


def _initials(match: re.Match[str]) -> str:
    return with_stop(match, " ".join(char for char in match[0] if char.isalpha()))


def _code(match: re.Match[str]) -> str:
    """The number of an order, in its groups."""
    groups = (" ".join(cardinal(int(digit)) for digit in group) for group in match[2].split("-"))
    return ("number " if match[1] else "") + ", ".join(groups)


def _dialled(match: re.Match[str]) -> str:
    """Call 911, the code is 4711: digit by digit."""
    groups = (" ".join(cardinal(int(digit)) for digit in group) for group in match[2].split("-"))
    return f"{match[1]} {', '.join(groups)}"


def _us(match: re.Match[str]) -> str:
    """The country, unless all is in capitals: CALL US."""
    return "U S" if any(char.islower() for char in match.string) else match[0]


_SIGNS = {str(digit): cardinal(digit) for digit in range(10)}
_HEX = "[0-9A-Fa-f]"
_IT = "department|team|support|guy|staff|manager|infrastructure|industry|company|admin|services?|security|professional"
IDENTIFIERS: tuple[Rule, ...] = (
    Rule("entities", re.compile(rf"{BEGIN}(?:{_HEX}{{2}}:){{5}}{_HEX}{{2}}(?![:\w])"), _spelled_code),
    Rule(
        "entities",
        re.compile(rf"{BEGIN}{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}(?![-\w])"),
        _spelled_code,
    ),
    Rule("entities", re.compile(r"(?<!\w)~(?=/)"), lambda _: "tilde "),
    Rule("entities", re.compile(r"\b[Ss](\d\d?)[Ee](\d{1,3})\b"), _episode),
    Rule("entities", re.compile(r"\b802\.(\d{1,2})(?:\.(\d))?(?:([a-z])([a-z]?))?\b"), _wireless),
)
"""Before colons, dashes and points in them are taken for something else."""
ABBREVIATIONS: tuple[Rule, ...] = (
    Rule("abbreviations", re.compile(rf"{BEGIN}(St|Dr)\b\.?"), _street),
    Rule(
        "abbreviations",
        re.compile(rf"{BEGIN}({_NUMBERED})\s?(?=\d)"),
        lambda match: _BEFORE_NUMBER[match[1]] + " ",
    ),
    Rule("abbreviations", re.compile(rf"{BEGIN}(?:[A-Z]\.){{2,10}}"), _initials),
    Rule("abbreviations", re.compile(rf"{BEGIN}(?<!\.)([A-HJ-Z])\.(?=\s[A-Z][a-z.])"), lambda match: match[1]),
)
NUMERALS: tuple[Rule, ...] = (
    Rule("ordinals", re.compile(rf"\b({_BOOKS}) {_NUMERAL}{END}"), _book),
    Rule("ordinals", re.compile(rf"\b({_MONARCHS}) (?!I[^\S\n]){_NUMERAL}{END}"), _monarch),
    Rule(
        "ordinals",
        re.compile(rf"\b([A-Z][a-z]+) (I{{2,3}}|IV|VI{{1,3}}|IX|X{{1,2}}(?:IX|IV|I{{1,3}}|VI{{0,3}})){END}"),
        _book,
    ),
    Rule("ordinals", re.compile(rf"\b(Super Bowl) ((?:XL|L?X{{0,3}})(?:IX|IV|V?I{{0,3}})){END}"), _book),
    Rule(
        "ordinals",
        re.compile(rf"{BEGIN}(III?|VI{{2,3}}|XI{{1,3}}|X{{1,2}}(?:IV|VI{{1,3}})){END}"),
        lambda match: cardinal(_roman(match[1])),
    ),
)
INITIALISMS: tuple[Rule, ...] = (
    Rule("initialisms", re.compile("[\u2080-\u2089]"), lambda match: str(ord(match[0]) - 0x2080)),
    Rule("initialisms", re.compile(rf"{BEGIN}US{END}"), _us),
    Rule("initialisms", re.compile(rf"{BEGIN}IT(?= (?:{_IT})\b)"), lambda _: "I T"),
    Rule("initialisms", re.compile(rf"{BEGIN}AM(?= (?:(?:and|or) [FP]M|radio)\b)"), lambda _: "A M"),
    Rule("initialisms", re.compile(rf"{BEGIN}([A-Z])([A-Z])(?=-\d)"), lambda match: f"{match[1]} {match[2]}"),
    Rule(
        "initialisms",
        re.compile(r"\b([A-Z]{1,4}\d{1,6})([A-Z]{2,3})(?![^\W_])"),
        lambda match: f"{match[1]} {' '.join(match[2])}",
    ),
)
RANGES: tuple[Rule, ...] = (
    Rule("ranges", re.compile(r"(?<=[\da-z])\s[-\u2013]\s(?=\d{1,15}(?:\.\d{1,15})?\s?=)"), lambda _: " minus "),
    Rule("ranges", re.compile(r"(?<=\d)[-\u2013](?=\d{1,15}(?:\.\d{1,15})?\s?=)"), lambda _: " minus "),
    Rule("ranges", re.compile(r"(?<=\d) / (?=\d{1,15}(?:\.\d{1,15})?\s?=)"), lambda _: " divided by "),
    Rule(
        "ranges",
        re.compile(r"(?<=\d)\s?[xX*\u00d7]\s?(?=10(?:\^|[\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u207b]))"),
        lambda _: " times ",
    ),
    Rule("ranges", re.compile(r"(?<=\d\.\d)[eE]([-+]?\d{1,3})\b"), _power_of_ten),
    Rule("ranges", re.compile(r"(?<=\d)[eE](-\d{1,3})\b"), _power_of_ten),
    Rule("ranges", re.compile(rf"{NUMBER_BEGIN}50-50{END}"), lambda _: "fifty-fifty"),
    Rule("ranges", re.compile(rf"{NUMBER_BEGIN}(\d{{1,4}}):(?=\d{END}(?!:))"), lambda match: f"{match[1]} to "),
    Rule(
        "ranges",
        re.compile(rf"{BEGIN}([$\u20ac\u00a3])(\d{{1,9}}(?:\.\d\d)?)\s?[-\u2013]\s?(?=\d)"),
        lambda match: f"{match[2]} to {match[1]}",
    ),
)
NETWORKS = Rule(
    "versions",
    re.compile(rf"{NUMBER_BEGIN}(\d{{1,3}}(?:(?:\.| dot )\d{{1,3}}){{3}})/(?=\d{{1,2}}{END})"),
    lambda match: f"{match[1]} slash ",
)
MODELS = Rule("dates", re.compile(rf"\b(RTX|GTX|RX|ISO|RFC) ([1-9]\d{{3}}){END}"), _model)
PHONES: tuple[Rule, ...] = (
    Rule("phones", re.compile(rf"{NUMBER_BEGIN}(# ?)?(\d{{3,9}}(?:-\d{{4,9}}){{2,4}}){END}"), _code),
    Rule(
        "phones", re.compile(rf"\b({_DIALLED}) (\d{{3,8}}|\d{{2,4}}-\d{{2,4}}){END}(?![.,:/-]?\d|\s[\da-z(])"), _dialled
    ),
)
NUMBERS: tuple[Rule, ...] = (
    Rule("numbers", re.compile(rf"{NUMBER_BEGIN}(\d{{1,3}}\.\d{{1,3}})B{END}"), lambda match: f"{match[1]} billion"),
    Rule(
        "numbers",
        re.compile(r"(?<=[^\W\d_])\^\{?([23])\}?(?![\w.])"),
        lambda match: " squared" if match[1] == "2" else " cubed",
    ),
    Rule("numbers", re.compile(r"(?<=[^\W_])\^(?=-?\d|[a-z]\b)"), lambda _: " to the power of "),
    Rule(
        "numbers",
        re.compile(rf"{NUMBER_BEGIN}[1-9]\d{{0,2}}(?: 000){{1,4}}(?! ?\d)"),
        lambda match: match[0].replace(" ", ""),
    ),
    Rule(
        "numbers",
        re.compile(rf"{NUMBER_BEGIN}\d{{1,2}}(?:,\d\d){{1,4}},\d{{3}}(?![.,]?\d)"),
        lambda match: match[0].replace(",", ""),
    ),
    Rule("numbers", re.compile(r"#\s?(?=\d)"), lambda _: "number "),
    Rule(
        "numbers", re.compile(rf"{NUMBER_BEGIN}(\d{{1,3}}(?:\.\d{{1,3}})?)M{END}"), lambda match: f"{match[1]} million"
    ),
    Rule("numbers", re.compile(r"(?<=\d)/(?=\d)"), lambda _: " slash "),
    Rule("numbers", re.compile(r"(?<=\d)-in-(?=\d)"), lambda _: " in "),
    Rule("numbers", re.compile(r"(?<![\w.])\.(?=\d)"), lambda _: "point "),
    Rule(
        "numbers",
        re.compile(r"(?:(?<=\d)x|(?<!\d\d\d)(?<=\d)X)(?=\s(?![-+=*/\u2212\u00d7]|minus|plus)|$|[.,;!?)])"),
        lambda _: " times",
    ),
)
SYMBOLS: tuple[Rule, ...] = (
    Rule("symbols", re.compile(r"\s?[|\u2022]"), lambda match: "," if match.string[: match.start()].strip() else ""),
    Rule("symbols", re.compile(r"(?<=\S)\s(?:-{1,3}|\u2013)\s(?=\S)"), lambda _: " \u2014 "),
    Rule("symbols", re.compile(r"#(?=[^\W\d_])"), lambda _: "hashtag "),
    Rule("symbols", re.compile(r"(?:<?[-=]{1,2}>|[\u27a1\u2794\u279c])"), lambda _: " to "),
    Rule("symbols", re.compile(r">="), lambda _: " greater than or equal to "),
    Rule("symbols", re.compile(r"<="), lambda _: " less than or equal to "),
    Rule("symbols", re.compile(r"[!=]=(?!=)"), lambda match: " not equal to " if match[0][0] == "!" else " equals "),
    Rule(
        "symbols",
        re.compile(r"(?<=[a-z])/(?=(?:day|week|month|year|hour|person|minute|night|mo|wk)\b)"),
        lambda _: " per ",
    ),
    Rule("symbols", re.compile(r"(?<= per )(mo|wk)\b"), lambda match: "month" if match[1] == "mo" else "week"),
    Rule("symbols", re.compile(r"(?<=[^\W\d_])/(?=[^\W\d_])"), lambda _: " "),
    Rule("symbols", re.compile(r"(?<=[^\W_])(?:\*|\s\*\s)(?=[^\W_])"), lambda _: " times "),
    Rule("symbols", re.compile(r"[²³]"), lambda match: " squared" if match[0] == "²" else " cubed"),
)
