"""Compares two annexes cell for cell, as a person with both open side by side would."""

from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True)
class Difference:
    """Where two annexes differ: a cell, a merged range or the sheet; None where one holds nothing."""

    where: str
    expected: str | int | float | None
    found: str | int | float | None


@dataclass(frozen=True)
class Comparison:
    """`row_count` numbered rows are in the expected annex, and `equal_count` of them are the same."""

    row_count: int
    equal_count: int
    differences: list[Difference]

    def __str__(self) -> str:
        return f"{self.equal_count} of {self.row_count} rows equal, {len(self.differences)} differences"


def compare_annexes(expected: Path, found: Path) -> Comparison:
    """All cells and merged ranges of the first visible sheet of each."""
    one, other = _visible_sheet(expected), _visible_sheet(found)
    cells, found_cells = _cells(one), _cells(other)
    places = sorted(cells.keys() | found_cells.keys())
    differences = [
        Difference(one.cell(*place).coordinate, cells.get(place), found_cells.get(place))
        for place in places
        if cells.get(place) != found_cells.get(place)
    ]
    unequal = {row for row, column in places if cells.get((row, column)) != found_cells.get((row, column))}
    numbered = {row for (row, column), value in cells.items() if column == 1 and isinstance(value, int)}
    return Comparison(len(numbered), len(numbered - unequal), differences + _ranges_apart(one, other))


def _visible_sheet(path: Path) -> Worksheet:
    book = load_workbook(path)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise ValueError(f"{path} has no visible sheet")


def _cells(sheet: Worksheet) -> dict[tuple[int, int], str | int | float | None]:
    return {
        (cell.row, cell.column): cell.value if isinstance(cell.value, (str, int, float)) else str(cell.value)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def _ranges_apart(one: Worksheet, other: Worksheet) -> list[Difference]:
    expected = {str(merged) for merged in one.merged_cells.ranges}
    found = {str(merged) for merged in other.merged_cells.ranges}
    names = [Difference("sheet name", one.title, other.title)] if one.title != other.title else []
    return names + [
        Difference(f"merged {name}", name if name in expected else None, name if name in found else None)
        for name in sorted(expected ^ found)
    ]
