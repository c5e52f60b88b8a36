"""Writes one sheet as xlsx: the same bytes for the same cells, and no text that can turn into a formula."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

from xlsxwriter import Workbook

from services.reporting.exports.text import FORMULA, clean_for_cell

MOST_CHARACTERS = 32_767
A4 = 9
LINE_HEIGHT = 15.0
MOST_HEIGHT = 409.0
_NO_DAY = datetime(1980, 1, 1, tzinfo=UTC)

Cell = tuple[str, str | int | None, int]
Value = str | int | float | None


class CellTooLong(ValueError):
    """A text that no spreadsheet cell can hold; it is never cut."""


@dataclass(frozen=True)
class Style:
    """How a cell looks. Sizes are in points, indents in letters."""

    bold: bool = False
    size: int = 11
    horizontal: str = "left"
    bordered: bool = True
    indent: int = 0
    fill: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Sheet:
    """`rows` and `merged` are read once, in this order. A cell is its column letter, value and style index."""

    name: str
    widths: list[float]
    styles: list[Style]
    rows: Iterable[tuple[int, list[Cell]]]
    merged: Iterable[str]
    repeated_rows: tuple[int, int] | None = None
    heights: Mapping[int, float] = field(default_factory=dict)


def write_sheet(sheet: Sheet, out: IO[bytes]) -> None:
    """Dated 1980, for the day of writing must not change the bytes."""
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"created": _NO_DAY})
    page = book.add_worksheet(sheet.name)
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    if sheet.repeated_rows is not None:
        first, last = sheet.repeated_rows
        page.repeat_rows(first - 1, last - 1)
    for place, width in enumerate(sheet.widths):
        page.set_column(place, place, width)
    formats = [_formats(book, style) for style in sheet.styles]
    rows = list(sheet.rows)
    for merged in sheet.merged:
        page.merge_range(merged, "")
    for number, cells in rows:
        if number in sheet.heights:
            page.set_row(number - 1, sheet.heights[number])
        for column, value, style in cells:
            _write(page, f"{column}{number}", value, formats[style])
    book.close()


def height_of(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Points that a row takes; each program would otherwise guess in its own way, and LibreOffice does not at all."""
    lines = 1
    for text, width in zip(texts, widths, strict=True):
        places = (sum(2 if letter > "\u00ff" else 1 for letter in line) for line in text.split("\n"))
        lines = max(lines, sum(max(1, math.ceil(place / (width * 0.95))) for place in places))
    return min(MOST_HEIGHT, lines * LINE_HEIGHT + 3)


def safe_text(text: str) -> str:
    """Text that a cell can hold; CellTooLong for one that no cell can, which counts in UTF-16."""
    length = len(text) + sum(letter > "\uffff" for letter in text)
    if length > MOST_CHARACTERS:
        raise CellTooLong(f"a text of {length:,} characters; a cell holds at most {MOST_CHARACTERS:,}")
    return clean_for_cell(text)


class StreamedSheet:
    """One sheet that is written row by row and holds one row in memory. `frozen` are rows and columns that stay."""

    def __init__(
        self,
        out: IO[bytes],
        name: str,
        widths: Sequence[float],
        styles: Sequence[Style],
        frozen: tuple[int, int],
        heading_row: int = 1,
    ) -> None:
        self._book = Workbook(out, {"constant_memory": True})
        self._book.set_properties({"created": _NO_DAY})
        self._page = self._book.add_worksheet(name)
        self._page.set_paper(A4)
        self._page.set_landscape()
        self._page.fit_to_pages(1, 0)
        self._page.center_horizontally()
        self._page.freeze_panes(*frozen)
        self._page.repeat_rows(heading_row - 1)
        for place, width in enumerate(widths):
            self._page.set_column(place, place, width)
        self._formats = [_formats(self._book, style) for style in styles]
        self._last = len(widths) - 1
        self._row = 0

    def add_line(self, text: str, style: int, height: float | None = None) -> None:
        """One text over the whole width."""
        self._page.set_row(self._row, height)
        self._page.merge_range(self._row, 0, self._row, max(1, self._last), "", self._formats[style][0])
        self.add([(text, style)])

    def add(self, cells: Iterable[tuple[Value, int]], height: float | None = None) -> None:
        """The next row: values with the index of their style."""
        if height is not None:
            self._page.set_row(self._row, height)
        for column, (value, style) in enumerate(cells):
            _write(self._page, (self._row, column), value, self._formats[style])
        self._row += 1

    def close(self) -> None:
        """Put the file together."""
        self._book.close()


def _write(page: Any, place: str | tuple[int, int], value: Value, formats: tuple[Any, Any]) -> None:
    plain, quoted = formats
    at = (place,) if isinstance(place, str) else place
    if value is None:
        page.write_blank(*at, None, plain)
    elif isinstance(value, (int, float)):
        page.write_number(*at, value, plain)
    else:
        # With quotePrefix the text stays text even when a person edits the cell.
        page.write_string(*at, safe_text(value), quoted if value.startswith(FORMULA) else plain)


def _formats(book: Any, style: Style) -> tuple[Any, Any]:
    look = {
        "bold": style.bold,
        "font_size": style.size,
        "font_name": "宋体",
        "align": style.horizontal,
        "valign": "vcenter",
        "text_wrap": True,
        "border": int(style.bordered),
        "indent": style.indent,
        **({"bg_color": style.fill} if style.fill else {}),
        **({"num_format": style.number} if style.number else {}),
    }
    return book.add_format(look), book.add_format({**look, "quote_prefix": True})
