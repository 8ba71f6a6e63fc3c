"""Emoji left out, or said by their names."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

# Not in the ranges: digits in circles (U+2776 to 2793), musical flat, natural and sharp (U+266D to 266F), plain arrows.
_SYMBOL = (
    "[\u2139\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u24c2\u2500-\u266c\u2670-\u2775\u2794-\u27bf\u2934\u2935"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_JOINER = "[\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]"
"""Joins emoji, picks their form, or names the region of a flag."""
_EMOJI = rf"(?:{_KEYCAP}|(?:{_SYMBOL}|[^\w\s©®™\ue000-\uf8ff]\ufe0f){_JOINER}*)"
"""U+FE0F turns any other symbol into an emoji too; skin tones and the letters of flags are symbols of their own.
Not © ® ™, and not the private use area: marks of phrases."""
_RUN = re.compile(rf" ?((?:{_EMOJI} ?)+)([,.;:!?…]?)")
"""With the spaces around, so that 'Fine 🙂!' becomes 'Fine!' and 'on🙂off' stays two words."""
_VARIATION = re.compile("[\ufe00-\ufe0f]")
_NOT_NAMED = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
"""Variations and skin tones: a thumb is a thumb."""


LONGEST = 10
"""Characters of one emoji, without variations and skin tones: a family of four has 7."""


def drop(text: str) -> str:
    """The text without emoji. © ™ ° and plain digits and arrows stay."""
    return _VARIATION.sub("", _RUN.sub(lambda run: run[2] or " ", text))


def name(text: str, language_tag: str) -> str:
    """The text with emoji as words, such as 'party popper'; several are listed, a repeated one is said once.

    In the language if the emoji package knows it, else in English. Symbols without a name are left out.
    """
    if not _RUN.search(text):
        return _VARIATION.sub("", text)
    names = _names(language_tag.partition("-")[0].lower())

    def say(run: re.Match[str]) -> str:
        words = ", ".join(dict.fromkeys(_words(_NOT_NAMED.sub("", run[1]), names)))
        if not words:
            return run[2] or " "
        return f" {words}{run[2]} " if run[2] in ("", "…") else f" {words}{run[2]}"

    return _VARIATION.sub("", _RUN.sub(say, text))


def _words(run: str, names: Mapping[str, str]) -> Iterator[str]:
    """The name of the longest emoji at each place."""
    position = 0
    while position < len(run):
        pieces = (run[position : position + length] for length in range(LONGEST, 0, -1))
        piece = next((piece for piece in pieces if piece in names), None)
        if piece:
            yield names[piece]
        position += len(piece or " ")


@cache
def _names(language: str) -> Mapping[str, str]:
    """Emoji without variations and skin tones -> name; read when the first is named, which few ask for."""
    import emoji

    if language not in emoji.LANGUAGES:
        language = "en"
    emoji.config.load_language(language)
    names: dict[str, str] = {}
    for symbol, data in emoji.EMOJI_DATA.items():
        plain = _NOT_NAMED.sub("", symbol)
        said = data.get(language) or data["en"]
        if symbol in (plain, plain + "\ufe0f") or plain not in names:
            names[plain] = said.strip(":").replace("_", " ")
    return names | {f"{digit}\u20e3": digit for digit in "0123456789"}
