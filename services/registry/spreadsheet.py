"""Writes one sheet as xlsx, with no text in it that can turn into a formula."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import OverlappingRange

MOST_CHARACTERS = 32_767
MOST_MERGED_CELLS = 1_000_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a text begins with that a spreadsheet may take for a formula."""
_NO_DAY = datetime(1980, 1, 1, tzinfo=UTC)
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")
_CUT = "…"

Cell = tuple[int, int, str | int | float]
"""Row and column, both from 1, and what stands there."""


@dataclass
class Sheet:
    """`merged` are top, left, bottom and right. `marked` cells are coloured, `headed` rows are bold."""

    name: str
    cells: Iterable[Cell]
    merged: Iterable[tuple[int, int, int, int]] = ()
    widths: dict[int, float] = field(default_factory=dict)
    marked: set[tuple[int, int]] = field(default_factory=set)
    headed: set[int] = field(default_factory=set)


def write_sheet(sheet: Sheet) -> bytes:
    """The workbook: the same bytes for the same cells."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"created": _NO_DAY})
    page = book.add_worksheet(_sheet_name(sheet.name))
    looks = _Looks(book)
    for column, width in sheet.widths.items():
        page.set_column(column - 1, column - 1, width)
    left = MOST_MERGED_CELLS
    for top, first, bottom, last in sheet.merged:
        left -= (bottom - top + 1) * (last - first + 1)
        if left < 0:
            break
        try:
            page.merge_range(top - 1, first - 1, bottom - 1, last - 1, "", looks.of(False, False, False))
        except OverlappingRange:
            continue  # two ranges over one cell: the first stands
    for row, column, value in sheet.cells:
        marked, headed = (row, column) in sheet.marked, row in sheet.headed
        if isinstance(value, str):
            # With quotePrefix the text stays text even when a person edits the cell.
            look = looks.of(marked, headed, value.startswith(FORMULA))
            page.write_string(row - 1, column - 1, _safe(value), look)
        else:
            page.write_number(row - 1, column - 1, value, looks.of(marked, headed, False))
    book.close()
    return out.getvalue()


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[bool, bool, bool], object] = {}

    def of(self, marked: bool, headed: bool, quoted: bool) -> object:
        wanted = (marked, headed, quoted)
        if wanted not in self._made:
            look = {"font_name": "宋体", "valign": "vcenter", "text_wrap": True, "bold": headed}
            look |= {"quote_prefix": quoted} | ({"bg_color": "#FFE699"} if marked else {})
            self._made[wanted] = self._book.add_format(look)
        return self._made[wanted]


def _safe(text: str) -> str:
    """What a cell can hold. A longer text than that is cut, and says so by its last character."""
    text = _NO_CHARACTER.sub("\ufffd", text)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + _CUT


def _sheet_name(name: str) -> str:
    return _NO_SHEET_NAME.sub("_", name)[:31] or "Sheet1"
