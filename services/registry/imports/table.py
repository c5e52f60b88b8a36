"""Finds the register in a grid: the heading row, its records, and the lines around them."""

import re
from dataclasses import dataclass, field

from chassis.office.faults import Unreadable
from chassis.office.grid import Broken, Grid, Value
from services.registry.imports.headings import Heading, written_heading

SEARCHED_ROWS = 50
MOST_RECORDS = 100_000
MOST_CHARACTERS = 32_767
_TOTAL = re.compile(r"(合计|总计|小计|共计|总数|total)([:：（(\d].*)?|共\d+(项|个|条|场).*", re.IGNORECASE)
_REMARK = re.compile(
    r"(备\s*注|附注|注|说\s*明|填表说明|填报说明|填报人|填报单位|填报时间|填表人|制表人|制表|审核人|负责人|联系人|联系电话|盖章)"
    r"(\d*\s*[:：.、\s].*)?|[※*].*",
    re.DOTALL,
)


@dataclass(frozen=True)
class Record:
    """A row of the register under the sheet's own row number, its values by field."""

    row: int
    values: dict[str, Value]


@dataclass(frozen=True)
class Note:
    """Something in the sheet that was understood in a way worth telling."""

    code: str
    rows: list[int]
    message: str


@dataclass
class Table:
    """`titles` stand over the headings and `remarks` under them, word for word. `columns` are by field, from 1."""

    sheet: str
    columns: dict[str, int] = field(default_factory=dict)
    heading_row: int = 0
    records: list[Record] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Header:
    """Where the columns are, and the last row that the headings take."""

    columns: dict[str, int]
    top: int
    bottom: int
    unread: list[str]


def read_table(grids: list[Grid], headings: tuple[Heading, ...]) -> Table:
    """The one register among the visible sheets."""
    return find_table(grids, headings)[0]


def find_table(grids: list[Grid], headings: tuple[Heading, ...]) -> tuple[Table, Grid]:
    """The one register among the visible sheets, and the grid that it stands in."""
    found = [(grid, header) for grid in grids if (header := find_header(grid, headings)) is not None]
    if not found:
        raise Unreadable(_describe_absence(grids, headings))
    if len(found) > 1:
        names = "、".join(grid.name for grid, _ in found)
        raise Unreadable(f"several visible sheets hold a register ({names}); expected one: hide the others")
    grid, header = found[0]
    table = collect(grid, header, headings)
    for other in grids:
        if other is not grid and other.rows:
            table.notes.append(
                Note("sheet_left_out", [], f"sheet {other.name} has no headings and was left out")
            )
    return table, grid


def find_header(grid: Grid, headings: tuple[Heading, ...]) -> Header | None:
    """The first row that holds every required heading."""
    for row in sorted(grid.rows)[:SEARCHED_ROWS]:
        header = _header_at(grid, row, headings)
        if all(heading.field in header.columns for heading in headings if heading.required):
            return header
    return None


def _header_at(grid: Grid, row: int, headings: tuple[Heading, ...]) -> Header:
    cells = {
        column: written_heading(value) for column, value in grid.own(row).items() if isinstance(value, str)
    }
    columns: dict[str, int] = {}
    for heading in headings:
        ranked = sorted((rank, c) for c, text in cells.items() if (rank := heading.rank(text)) is not None)
        free = [(rank, column) for rank, column in ranked if column not in columns.values()]
        if len(free) > 1 and free[0][0] == free[1][0]:
            raise Unreadable(f"two columns of row {row} are headed {heading.standard}; expected one")
        if free:
            columns[heading.field] = free[0][1]
    spans = [grid.span(row, column) for column in columns.values()]
    bottom = max([row, *(span.bottom for span in spans if span)])
    unread = [str(value) for column, value in grid.own(row).items() if column not in columns.values()]
    return Header(columns, row, bottom, unread)


def collect(grid: Grid, header: Header, headings: tuple[Heading, ...]) -> Table:
    """Every row under the headings, as a record or as one of the lines around them."""
    table = Table(grid.name, columns=header.columns, heading_row=header.top)
    required = [heading.field for heading in headings if heading.required and heading.field != "category"]
    repeated = _texts(grid, header.top)
    for row in sorted(grid.rows):
        if row < header.top:
            table.titles.extend(_texts(grid, row))
        elif row > header.bottom and grid.own(row) and _texts(grid, row) != repeated:
            _take(table, grid, header, row, required)
    if header.unread:
        names = "、".join(header.unread)
        table.notes.append(Note("columns_not_read", [header.top], f"these columns are not read: {names}"))
    return table


def _take(table: Table, grid: Grid, header: Header, row: int, required: list[str]) -> None:
    values = {
        name: _limited(value)
        for name, column in header.columns.items()
        if (value := grid.at(row, column)) is not None
    }
    # A line across the table may begin where a name would stand.
    alone = len(header.columns) > 1 and len(grid.own(row)) == 1
    if (alone or not all(name in values for name in required)) and _is_aside(table, grid, header, row):
        return
    table.records.append(Record(row, values))
    if len(table.records) > MOST_RECORDS:
        raise Unreadable(f"the sheet holds more than {MOST_RECORDS:,} rows; divide it")


def _is_aside(table: Table, grid: Grid, header: Header, row: int) -> bool:
    """A total, a remark or a title among the rows; a title is told, for it might have been meant as more."""
    texts = _texts(grid, row)
    if any(_TOTAL.fullmatch(text.strip()) for text in texts):
        return True
    if _REMARK.fullmatch(texts[0].strip()):
        table.remarks.append(" ".join(texts))
        return True
    if not _stands_alone(grid, header, row):
        return False
    table.notes.append(Note("title_row", [row], f"row {row} reads “{texts[0]}” and was taken as a title"))
    return True


def _stands_alone(grid: Grid, header: Header, row: int) -> bool:
    cells = grid.own(row)
    if len(cells) != 1:
        return False
    column, value = next(iter(cells.items()))
    span = grid.span(row, column)
    if span is not None and span.right > span.left:
        return True
    in_serial = column == header.columns.get("serial_number")
    return in_serial and isinstance(value, str) and not re.fullmatch(r"\s*\d+\s*", value)


def _texts(grid: Grid, row: int) -> list[str]:
    return [value.message if isinstance(value, Broken) else str(value) for value in grid.own(row).values()]


def _limited(value: Value) -> Value:
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        return Broken(f"holds {len(value):,} characters; expected at most {MOST_CHARACTERS:,}", value)
    return value


def _describe_absence(grids: list[Grid], headings: tuple[Heading, ...]) -> str:
    wanted = "、".join(heading.standard for heading in headings if heading.required)
    filled = [grid for grid in grids if grid.rows]
    if not filled:
        return f"the file has no visible sheet with anything in it; expected a row of headings: {wanted}"
    begins = " | ".join(_texts(filled[0], min(filled[0].rows)))[:80]
    return f"no row holds the headings {wanted} (or a usual synonym of each); the first row reads: {begins}"
