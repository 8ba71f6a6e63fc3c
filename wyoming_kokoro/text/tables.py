"""Rows of a markdown table as sentences."""

import re

_CELLS = re.compile(r"(?<!\\)\|")
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_ROW = re.compile(r"[ \t]*\|(?:[ \t].*|.*\|[ \t]*)", re.DOTALL)
_ENDS = tuple(".!?,;:…。！？")


class Table:
    """Remembers whether the last line was one of a table: a row may be cut in two, at a sentence inside."""

    def __init__(self) -> None:
        self._is_open = False

    def row(self, line: str, below: str) -> str:
        """'| a | b |' as 'a, b.', nothing for the line of dashes, any other line as it is; `below` is the next line."""
        if "|" not in line:
            self._is_open = False
            return line
        if _DELIMITERS.fullmatch(line):
            self._is_open = True
            return ""
        self._is_open = (
            self._is_open or bool(_ROW.fullmatch(line)) or ("|" in below and bool(_DELIMITERS.fullmatch(below)))
        )
        return _said(line) if self._is_open else line


def _said(row: str) -> str:
    said = ""
    for cell in filter(None, map(str.strip, _CELLS.split(row))):
        said += (" " if _is_ended(said) else ", ") * bool(said) + cell
    return said if not said or _is_ended(said) else said + "."


def _is_ended(said: str) -> bool:
    return said.rstrip("*_`~)\"'”’").endswith(_ENDS)
