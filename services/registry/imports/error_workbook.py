"""Writes the office's own sheet again, with a column that says per row what is wrong or to be decided."""

from collections import defaultdict
from collections.abc import Iterator

from chassis.office.grid import LAST_COLUMN, Broken, Grid, Value, address
from contracts.registry.imports import Findings, ToReview
from services.registry.imports.table import Table
from services.registry.spreadsheet import Cell, Sheet, write_sheet

HEADING = "问题"
_WIDTH, _WIDE = 16.0, 60.0


def write_error_workbook(grid: Grid, table: Table, findings: Findings) -> bytes:
    """The sheet as it was read: the same rows, columns and merged ranges, and one column more at the right."""
    last_row = max(grid.rows, default=1)
    last_column = max((column for cells in grid.rows.values() for column in cells), default=1)
    beside = min(last_column, LAST_COLUMN) + 1
    said, marked = _said(table, findings)
    sheet = Sheet(
        name=grid.name,
        cells=_cells(grid, beside, table.heading_row, said),
        merged=_merged(grid, last_row, last_column),
        widths=dict.fromkeys(range(1, beside), _WIDTH) | {beside: _WIDE},
        marked=marked,
        headed={table.heading_row},
    )
    return write_sheet(sheet)


def _said(table: Table, findings: Findings) -> tuple[dict[int, str], set[tuple[int, int]]]:
    """By row, what there is to say; and the cells that it is said of."""
    lines: defaultdict[int, list[str]] = defaultdict(list)
    cells: set[str | None] = set()
    for error in findings.errors:
        lines[error.row].append(f"{error.cell or error.column}: {error.message}")
        cells.add(error.cell)
    for item in findings.to_review:
        lines[item.row].append(f"{item.cell or item.field}: {_asked(item)}")
        cells.add(item.cell)
    marked = {
        (row, column) for row in lines for column in table.columns.values() if address(row, column) in cells
    }
    return {row: "\n".join(each) for row, each in lines.items()}, marked


def _asked(item: ToReview) -> str:
    if item.field == "category":
        return "is blank and in no merged range; to be decided by row"
    near = "、".join(candidate.name for candidate in item.candidates)
    return f"no rule says whom {item.text!r} means; to be decided" + (f" (like it: {near})" if near else "")


def _cells(grid: Grid, beside: int, heading_row: int, said: dict[int, str]) -> Iterator[Cell]:
    for row, cells in sorted(grid.rows.items()):
        for column in sorted(cells):
            yield row, column, _shown(cells[column])
        if row == heading_row:
            yield row, beside, HEADING
        elif row in said:
            yield row, beside, said[row]


def _shown(value: Value) -> str | int | float:
    return value.shown if isinstance(value, Broken) else value


def _merged(grid: Grid, last_row: int, last_column: int) -> Iterator[tuple[int, int, int, int]]:
    """The ranges, no further than anything is written."""
    for span in grid.ranges:
        bottom, right = min(span.bottom, last_row), min(span.right, last_column)
        if (bottom, right) > (span.top, span.left) and bottom >= span.top and right >= span.left:
            yield span.top, span.left, bottom, right
