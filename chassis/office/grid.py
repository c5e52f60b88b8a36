"""A sheet as a grid: cells by row and column, and the merged ranges as the ranges that they are."""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

LAST_COLUMN = 256


@dataclass(frozen=True)
class Broken:
    """A cell that holds no value that can be read, and why; `shown` is what a spreadsheet shows there."""

    message: str
    shown: str = ""


Value = str | int | float | Broken


@dataclass(frozen=True, order=True)
class Range:
    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, order=True)
class Beside:
    """What stands at a cell and is not its text, such as a picture; `kind` is one of the words of who read it."""

    row: int
    column: int
    kind: str


@dataclass
class Grid:
    """Rows and columns count from 1. Blank cells are left out, and so are columns past LAST_COLUMN.

    `formulas` are the cells whose value a formula makes. What is `beside` the cells is told where it was asked for.
    """

    name: str
    rows: dict[int, dict[int, Value]] = field(default_factory=dict)
    ranges: list[Range] = field(default_factory=list)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    beside: list[Beside] = field(default_factory=list)

    def put(self, row: int, column: int, value: Value) -> None:
        if column <= LAST_COLUMN and not is_blank(value):
            self.rows.setdefault(row, {})[column] = value

    def at(self, row: int, column: int) -> Value | None:
        """The cell's value: one range's value stands in each row of its first column, nowhere else."""
        span = self.span(row, column)
        if span is None:
            return self.rows.get(row, {}).get(column)
        return self.rows.get(span.top, {}).get(span.left) if span.left == column else None

    def own(self, row: int) -> dict[int, Value]:
        """The cells that are written in this row itself, without what a merged range lies over."""
        cells = self.rows.get(row, {})
        return {column: value for column, value in cells.items() if self._shows(row, column)}

    def span(self, row: int, column: int) -> Range | None:
        """The merged range that covers this cell, if any."""
        spans = self._by_column.get(column, [])
        before = bisect_right(spans, row, key=lambda span: span.top)
        return spans[before - 1] if before and spans[before - 1].bottom >= row else None

    def _shows(self, row: int, column: int) -> bool:
        span = self.span(row, column)
        return span is None or (span.top, span.left) == (row, column)

    @cached_property
    def _by_column(self) -> dict[int, list[Range]]:
        found: dict[int, list[Range]] = {}
        for span in sorted(self.ranges):
            for column in range(span.left, min(span.right, LAST_COLUMN) + 1):
                found.setdefault(column, []).append(span)
        return found


@dataclass
class Tables:
    """All grids of a file in order, its own properties, and the beginnings of what stands outside of any grid."""

    grids: list[Grid]
    properties: dict[str, str] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)


def is_blank(value: Value | None) -> bool:
    """Nothing that can be seen: also spaces of any width and zero-width marks."""
    return value is None or (
        isinstance(value, str) and not value.strip(" \t\r\n\u3000\xa0\u200b\u2060\ufeff")
    )


def address(row: int, column: int | None) -> str | None:
    """A cell as people name it, such as D9; None without a column."""
    return f"{letters(column)}{row}" if column else None


def letters(column: int) -> str:
    """The letters of a column that counts from 1."""
    named = ""
    while column:
        column, rest = divmod(column - 1, 26)
        named = chr(ord("A") + rest) + named
    return named
