"""Where a text that has no end is cut: at the end of a clause, between words, or at least between characters."""

import re
from unicodedata import category

_CLAUSE_END = re.compile(r"[,;:–](?=\s)|[—、，；：،؛]")
_SPACE = re.compile(r"\s")


def cut_position(text: str) -> int:
    """Where to cut what is too long: after a clause in its second half, else at white space, else near its end."""
    clauses = [clause.end() for clause in _CLAUSE_END.finditer(text, len(text) // 2)]
    spaces = [space.end() for space in _SPACE.finditer(text)]
    return (clauses or spaces or [_last_character(text)])[-1]


def _last_character(text: str) -> int:
    """The start of the last base character: its combining marks may not all be there yet."""
    position = len(text) - 1
    while position > len(text) // 2 and category(text[position]) in {"Mn", "Mc", "Me", "Cf", "Cs"}:
        position -= 1
    return position
