"""Finds in a file's tables what a form asks for, and whatever beside it would be lost."""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from unicodedata import normalize

from chassis.office.faults import Unreadable
from chassis.office.grid import Broken, Grid, Tables, Value, is_blank
from services.submissions.forms.filled import Fault, Field, Filled
from services.submissions.forms.number import find_numbers
from services.submissions.forms.words import CONTENT, MOST_IN_CELL, NIL_RETURN, PROPERTY, SECTION

Locate = Callable[[Grid, int, int], str]
MOST_FIELDS = 200
MOST_FAULTS = 200
MOST_CHARACTERS = 100_001
"""One more than any section may have: enough to be refused by."""
_ATTACH = "text; store files with POST /v1/attachments and name them in attachment_ids"
_BESIDE = {
    "picture": ("a picture, a drawing or an embedded file, which no form takes", _ATTACH),
    "table": ("a table inside the cell, which no form takes", _ATTACH),
    "equation": ("an equation, which is no text", _ATTACH),
    "remark": ("a comment, which would be lost", "the comment's text in the cell, or no comment"),
    "note": ("a footnote or endnote, which would be lost", "the note's text in the cell"),
    "symbol": ("a symbol of a font of its own, which is no text", "a letter that every font has"),
    "numbering": ("numbers or bullets that the program makes, which are no text", "numbers that are typed"),
    "placeholder": ("a field that still shows what is to be put there", "text in the cell itself"),
}


class NotAForm(Exception):
    """The file is readable, and no form stands in it."""


def find_filled(tables: Tables, locate: Locate, cells_can_be_full: bool) -> Filled:
    """All that was filled in, and every fault that can be told without knowing what is asked for."""
    headed = [(grid, header) for grid in tables.grids if (header := _find_header(grid)) is not None]
    if not headed:
        raise NotAForm(f"no table of the file has the headings {SECTION} and {CONTENT}")
    if len(headed) > 1:
        raise NotAForm("the file holds several forms; expected one alone")
    ((grid, (row, column)),) = headed
    filled = Filled(property_numbers=find_numbers(tables.properties.get(PROPERTY, "")))
    desk = _Desk(grid, row, column, locate, cells_can_be_full)
    filled.numbers = list(desk.numbers())
    filled.nil_return = desk.nil_return()
    filled.fields = list(desk.fields())
    faults = chain(desk.faults, desk.strays(), _elsewhere(tables, grid, locate))
    filled.faults = list(islice(faults, MOST_FAULTS))
    return filled


class _Desk:
    """One form's table. `row` and `column` are where its headings begin; sections stand below, the rest above."""

    def __init__(self, grid: Grid, row: int, column: int, locate: Locate, cells_can_be_full: bool) -> None:
        self.grid, self.row, self.column = grid, row, column
        self._locate = locate
        self.cells_can_be_full = cells_can_be_full
        self.faults: list[Fault] = []

    def locate(self, row: int, column: int) -> str:
        """The cell as people name it."""
        return self._locate(self.grid, row, column)

    def numbers(self) -> Iterator[tuple[str, str]]:
        """Numbers of forms wherever they stand, but for what the unit itself wrote."""
        for row, cells in sorted(self.grid.rows.items()):
            for column, value in sorted(cells.items()):
                if isinstance(value, str) and not (row > self.row and column > self.column):
                    yield from ((self.locate(row, column), text) for text in find_numbers(value))

    def nil_return(self) -> Field | None:
        for row, cells in sorted(self.grid.rows.items()):
            if row < self.row and _text(cells.get(self.column)) == NIL_RETURN:
                return self._read(row, NIL_RETURN, None)
        return None

    def fields(self) -> Iterator[Field]:
        """The cells to fill in, by their labels; a label that stands twice is a fault."""
        seen: dict[str, str] = {}
        for row, cells in sorted(self.grid.rows.items()):
            label = _text(cells.get(self.column))
            if row <= self.row or not label:
                continue
            field = self._read(row, label, label)
            if label in seen:
                said = f"belongs to a section that stands twice, at {seen[label]} too"
                self._fault(row, self.column + 1, label, "section_twice", said, "each section once")
                continue
            seen[label] = field.cell
            if len(seen) > MOST_FIELDS:
                raise Unreadable(f"the form has more than {MOST_FIELDS} rows; expected those of its sections")
            yield field

    def strays(self) -> Iterator[Fault]:
        """What stands where nothing is read, and what is no text."""
        for row, cells in sorted(self.grid.rows.items()):
            for column in sorted(cells):
                if self._is_stray(row, column):
                    yield _stray(self.locate(row, column))
        for beside in sorted(set(self.grid.beside)):
            message, expected = _BESIDE[beside.kind]
            cell, label = self.locate(beside.row, beside.column), self._label(beside.row)
            yield Fault(cell, label, beside.kind, f"holds {message}", expected)
        for span in sorted(self.grid.ranges):
            if span.bottom > self.row and span.left <= self.column + 1 <= span.right:
                first, last = self.locate(span.top, span.left), self.locate(span.bottom, span.right)
                cell = self.locate(max(span.top, self.row + 1), self.column + 1)
                said = f"is merged with others ({first} to {last})"
                yield Fault(cell, self._label(span.top), "merged_cells", said, "a cell of its own")

    def _is_stray(self, row: int, column: int) -> bool:
        if not self.column <= column <= self.column + 2:
            return True
        return row > self.row and self._label(row) is None

    def _label(self, row: int) -> str | None:
        return (row > self.row and _text(self.grid.rows.get(row, {}).get(self.column))) or None

    def _read(self, row: int, label: str, section: str | None) -> Field:
        column = self.column + 1
        value = self.grid.rows.get(row, {}).get(column)
        field = Field(label, self.locate(row, column), _content(value))
        if (row, column) in self.grid.formulas:
            said = "holds a formula (a picture inside a cell is one too)"
            self._fault(row, column, section, "formula", said, "text: paste the values alone")
        elif isinstance(value, Broken):
            self._fault(row, column, section, "error_value", value.message, "text")
        elif isinstance(value, (int, float)):
            said = f"holds a number or a date ({value}), which may be shown otherwise than it is kept"
            self._fault(row, column, section, "not_text", said, "text: set the cell's format to text")
        elif self.cells_can_be_full and _units(field.text) >= MOST_IN_CELL:
            said = f"is full ({MOST_IN_CELL:,} characters): what was longer is cut off there"
            self._fault(row, column, section, "cell_full", said, "a shorter text, or the form as docx")
        return field

    def _fault(self, row: int, column: int, section: str | None, code: str, said: str, expected: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.locate(row, column), section, code, said, expected))


def _find_header(grid: Grid) -> tuple[int, int] | None:
    for row, cells in sorted(grid.rows.items()):
        for column, value in sorted(cells.items()):
            if _text(value) == SECTION and _text(cells.get(column + 1)) == CONTENT:
                return row, column
    return None


def _elsewhere(tables: Tables, form: Grid, locate: Locate) -> Iterator[Fault]:
    """What stands in other sheets or tables, or outside of any."""
    for grid in tables.grids:
        if grid is not form:
            yield from (_stray(_cell_elsewhere(grid, row, column, locate)) for row, column in _cells(grid))
    for text in tables.outside:
        said = f"stands outside of the form's table ({text!r}) and would be lost"
        yield Fault(None, None, "outside_the_form", said, "nothing outside of the cells to fill in")


def _cells(grid: Grid) -> Iterator[tuple[int, int]]:
    for row, cells in sorted(grid.rows.items()):
        yield from ((row, column) for column in sorted(cells))
    yield from ((beside.row, beside.column) for beside in grid.beside)


def _cell_elsewhere(grid: Grid, row: int, column: int, locate: Locate) -> str:
    cell = locate(grid, row, column)
    return cell if cell.startswith("table") else f"{grid.name}!{cell}"


def _stray(cell: str) -> Fault:
    said = "stands outside of the cells to fill in and would be lost"
    return Fault(cell, None, "outside_the_form", said, "nothing outside of the cells to fill in")


def _text(value: Value | None) -> str:
    return normalize("NFC", value.strip()) if isinstance(value, str) else ""


def _content(value: Value | None) -> str:
    return value[:MOST_CHARACTERS] if isinstance(value, str) and not is_blank(value) else ""


def _units(text: str) -> int:
    """In UTF-16, as workbooks count; a program that counts letters cuts off at as many of those."""
    return len(text) + sum(letter > "\uffff" for letter in text)
