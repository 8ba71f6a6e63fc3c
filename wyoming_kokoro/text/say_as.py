"""What `<say-as interpret-as="...">` makes of its words, where the language's rules can't tell by themselves."""

import re

_ORDINAL = {"es": "{}.º", "fr": "{}e", "it": "{}º", "pt": "{}º", "ja": "第{}", "zh": "第{}"}
_SPELLED = frozenset({"characters", "spell-out", "verbatim", "digits"})
_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)
_EIGHT = re.compile(r"\d{8}", re.ASCII)
_GROUP = re.compile(r"\+?\d+")
_MINUTES = re.compile(r"(\d{1,3})['\u2032](\d{1,2})[\"\u2033]?", re.ASCII)
"""1'21", as Amazon's and Google's services take it."""


def said_as(words: str, kind: str, layout: str, language_tag: str) -> str:
    """`words` so that they are read as `kind` says: spelled, an ordinal, a date by its `layout` such as 'dmy'.

    Cardinals, times, fractions, units, money and anything unknown: the words as they are.
    """
    if kind in _SPELLED:
        return " ".join(char.upper() if len(char.upper()) == 1 else char for char in words if not char.isspace())
    if kind == "telephone":
        return ", ".join(" ".join(group) for group in _GROUP.findall(words)).replace("+ ", "+")
    if kind in ("time", "duration") and (time := _MINUTES.fullmatch(words.strip())):
        return f"{time[1]} min {time[2]} s"
    if kind == "ordinal" and _NUMBER.fullmatch(words.strip()):
        return _ordinal(int(words), language_tag.partition("-")[0].lower())
    if kind == "date":
        return _date(words, "".join(dict.fromkeys(letter for letter in layout if letter in "dmy")))
    return words


def _date(words: str, layout: str) -> str:
    """In the order that every language knows; `layout` is of d, m and y, each once."""
    date, eight = _DATE.fullmatch(words.strip()), _EIGHT.fullmatch(words.strip())
    if eight and layout in ("ymd", ""):
        return f"{eight[0][:4]}-{eight[0][4:6]}-{eight[0][6:]}"
    if date is None or sorted(layout) != ["d", "m", "y"]:
        return words
    parts = dict(zip(layout, date.groups(), strict=True))
    return f"{parts['y']:0>4}-{parts['m']:0>2}-{parts['d']:0>2}"


def _ordinal(number: int, language: str) -> str:
    if language != "en":
        return _ORDINAL.get(language, "{}").format(number)
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
