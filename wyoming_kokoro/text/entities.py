"""Entities of HTML, such as &amp; and &#176;, as the characters that they mean."""

import html
import re
from unicodedata import category

_ENTITY = re.compile(r"&#?[0-9A-Za-z]{1,32};")
_NO_TEXT = frozenset({"Cc", "Cs", "Co"})


def decoded(text: str) -> str:
    """The text with its entities as characters; controls are spaces."""
    return _ENTITY.sub(lambda entity: readable(html.unescape(entity[0])), text) if "&" in text else text


def readable(characters: str) -> str:
    """The characters that an entity gave: none of the private use area, which are marks, and not HTML's U+FFFD."""
    return "".join(" " if char == "\ufffd" or category(char) in _NO_TEXT else char for char in characters)
