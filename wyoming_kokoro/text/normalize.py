"""What of a text can be spoken: no emoji, markdown marks and control characters, which engines read out by name."""

import re
from unicodedata import category

_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Controls, direction marks and soft hyphens, lone surrogates, private use."""
_JOINERS = frozenset("\u200c\u200d")
"""Of category Cf too, but they belong to the spelling of Hindi and Persian."""
_SPOKEN_SYMBOLS = frozenset("%‰°&@§±×÷©®™№")

# Not in the ranges: digits in circles (U+2776 to 2793), musical flat, natural and sharp (U+266D to 266F), plain arrows.
_SYMBOL = (
    "[\u2139\u231a\u231b\u2328\u23cf\u23e9-\u23fa\u24c2\u2500-\u266c\u2670-\u2775\u2794-\u27bf\u2934\u2935"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_EMOJI = rf"(?:{_KEYCAP}|(?:{_SYMBOL}|[^\w\s]\ufe0f)[\u200d\ufe0e\ufe0f]*)"
"""U+FE0F turns any other symbol into an emoji too; skin tones and the letters of flags are symbols of their own."""
_EMOJI_RUN = re.compile(rf" ?(?:{_EMOJI} ?)+([,.;:!?…]?)")
"""With the spaces around, so that 'Fine 🙂!' becomes 'Fine!' and 'on🙂off' stays two words."""
_VARIATION = re.compile("[\ufe00-\ufe0f]")

_LINE_MARKS = re.compile(r"^[ \t]*(?:(?:#{1,6}|[-–*+•‣])[ \t]+)+", re.MULTILINE)
_STARS = re.compile(r"((?<=\d)\*+(?=\d)|(?<=\s)\*(?=\s))|\*+")
"""Group 1 is multiplication. The others need not come in pairs: the second half may be in another sentence."""
_UNDERSCORES = re.compile(r"((?<=[^\W_])_+(?=[^\W_]))|_+")
"""Group 1 is inside a word, as in snake_case."""


def speakable(text: str) -> str:
    """`text` without emoji, markdown's emphasis, code, heading and bullet marks, and controls; white space collapsed.

    Keeps letters, digits, punctuation, symbols such as ° % €, `snake_case`, `3 * 4` and `#1`. Tags are left alone.
    """
    text = "".join(char for char in text if _is_kept(char))
    text = _EMOJI_RUN.sub(lambda run: run[1] or " ", text)
    text = _LINE_MARKS.sub("", _VARIATION.sub("", text)).replace("`", "")
    for marks in (_STARS, _UNDERSCORES):
        text = marks.sub(lambda run: run[1] or "", text)
    return " ".join(text.split())


def has_speech(text: str) -> bool:
    """Whether `speakable(text)` holds a letter or digit of any script, or a symbol that engines read: %, €."""
    return any(char.isalnum() or char in _SPOKEN_SYMBOLS or category(char) == "Sc" for char in speakable(text))


def _is_kept(char: str) -> bool:
    return char.isspace() or char in _JOINERS or category(char) not in _DROPPED_CATEGORIES
