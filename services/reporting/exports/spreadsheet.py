"""Writes one sheet as xlsx: the same bytes for the same cells, and no text that can turn into a formula."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from xlsxwriter import Workbook

MOST_CHARACTERS = 32_767
A4 = 9
_NO_DAY = datetime(1980, 1, 1, tzinfo=UTC)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")

Cell = tuple[str, str | int | None, int]


class CellTooLong(ValueError):
    """A text that no spreadsheet cell can hold; it is never cut."""


@dataclass(frozen=True)
class Style:
    """How a cell looks. Sizes are in points."""

    bold: bool = False
    size: int = 11
    horizontal: str = "left"
    bordered: bool = True


@dataclass(frozen=True)
class Sheet:
    """`rows` and `merged` are read once, in this order. A cell is its column letter, value and style index."""

    name: str
    widths: list[float]
    styles: list[Style]
    rows: Iterable[tuple[int, list[Cell]]]
    merged: Iterable[str]
    repeated_rows: tuple[int, int] | None = None


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
        for column, value, style in cells:
            _write(page, f"{column}{number}", value, formats[style])
    book.close()


def safe_text(text: str) -> str:
    """Text that a cell can hold; CellTooLong for one that no cell can."""
    if len(text) > MOST_CHARACTERS:
        raise CellTooLong(f"a text of {len(text):,} characters; a cell holds at most {MOST_CHARACTERS:,}")
    return _NO_CHARACTER.sub("\ufffd", text)


def _write(page: Any, place: str, value: str | int | None, formats: tuple[Any, Any]) -> None:
    plain, quoted = formats
    if value is None:
        page.write_blank(place, None, plain)
    elif isinstance(value, int):
        page.write_number(place, value, plain)
    else:
        # With quotePrefix the text stays text even when a person edits the cell.
        page.write_string(place, safe_text(value), quoted if value.startswith(_FORMULA) else plain)


def _formats(book: Any, style: Style) -> tuple[Any, Any]:
    look = {
        "bold": style.bold,
        "font_size": style.size,
        "font_name": "宋体",
        "align": style.horizontal,
        "valign": "vcenter",
        "text_wrap": True,
        "border": int(style.bordered),
    }
    return book.add_format(look), book.add_format({**look, "quote_prefix": True})
