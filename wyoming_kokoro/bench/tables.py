"""Rows and columns, for a terminal and for a page of Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

ABSENT = "-"


@dataclass(frozen=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""
    """What has to be known to read it."""

    def text(self) -> str:
        """The first column to the left, the others to the right."""
        lines = [self.header, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        shown = ["  ".join(_aligned(line, widths)).rstrip() for line in lines]
        rule = "-" * max(map(len, shown))
        return "\n".join(filter(None, (self.title, self.note, shown[0], rule, *shown[1:])))

    def markdown(self) -> str:
        marks = "|".join(["---", *["---:"] * (len(self.header) - 1)])
        lines = [f"| {' | '.join(line)} |" for line in (self.header, *self.rows)]
        note = f"{self.note}\n\n" if self.note else ""
        return "\n".join((f"### {self.title}\n\n{note}{lines[0]}", f"|{marks}|", *lines[1:]))


def _aligned(line: tuple[str, ...], widths: list[int]) -> list[str]:
    return [
        cell.rjust(width) if number else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]


def milliseconds(seconds: float | None) -> str:
    """Three figures, or whole milliseconds."""
    if seconds is None:
        return ABSENT
    value = 1000 * seconds
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"


def decimal(value: float | None, digits: int = 2) -> str:
    return ABSENT if value is None else f"{value:,.{digits}f}"


def times(value: float | None, base: float | None) -> str:
    """The ratio of two figures, three figures of it."""
    if value is None or not base:
        return ABSENT
    ratio = value / base
    return f"{ratio:,.0f}x" if ratio >= 100 else f"{ratio:.1f}x" if ratio >= 10 else f"{ratio:.2f}x"


def percent(value: float | None, base: float | None) -> str:
    return ABSENT if value is None or not base else f"{value / base:.1%}"
