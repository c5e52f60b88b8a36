"""Opens a docx: its tables as grids of text, as it reads once every tracked change is accepted."""

from chassis.office.faults import Unreadable
from chassis.office.grid import Beside, Grid, Range, Tables
from chassis.office.markup import walk
from chassis.office.package import open_package, telling_damage

MOST_CELLS = 20_000
MOST_OUTSIDE = 20
_BEGINNING = 30
_GONE = frozenset({"del", "moveFrom", "rt"})
"""Text that was taken away, or is a reading beside the text."""
_NO_TEXT = {
    "drawing": "picture",
    "pict": "picture",
    "object": "picture",
    "altChunk": "picture",
    "oMath": "equation",
}
_REFERENCES = {
    "footnoteReference": "note",
    "endnoteReference": "note",
    "commentReference": "remark",
    "sym": "symbol",
    "showingPlcHdr": "placeholder",
}
_LETTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_document(content: bytes) -> Tables:
    """The tables, the outermost ones; beside their cells `picture`, `equation`, `table` (one inside a cell), `note`,
    `remark`, `symbol`, `numbering` (numbers that the program makes), and `placeholder` for a field that still shows
    what is to be put there.
    """
    with telling_damage("wordprocessingml"):
        package = open_package(content, "wordprocessingml")
        walker = _Walker()
        walk(package.archive.open(package.main), walker.started, walker.ended, walker.told)
        return Tables(walker.grids, package.read_properties(), walker.outside)


class _Table:
    """A table on its way into a grid: cells that span columns and rows become ranges."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.row = self.column = self.span = 0
        self.is_merged: bool | None = None
        self._open: dict[int, Range] = {}

    def start_row(self) -> None:
        self.row += 1
        self.column, self.span = 1, 0

    def start_cell(self) -> None:
        self.column += self.span
        self.span, self.is_merged = 1, None

    def end_cell(self, text: str) -> None:
        self.grid.put(self.row, self.column, text)
        right = self.column + self.span - 1
        above = self._open.pop(self.column, None)
        if self.is_merged is False:  # the cell goes on that the row above has begun
            top = self.row if above is None else above.top
            self._open[self.column] = Range(top, self.column, self.row, right)
            return
        self._close(above)
        if self.is_merged or self.span > 1:
            self._open[self.column] = Range(self.row, self.column, self.row, right)

    def end(self) -> None:
        for span in self._open.values():
            self._close(span)

    def _close(self, span: Range | None) -> None:
        if span is not None and (span.top, span.left) != (span.bottom, span.right):
            self.grid.ranges.append(span)


class _Walker:
    """Goes through the body once. `_gone` counts the elements around that hold no text of the document, `_around` for
    each element around how many of those end with it.
    """

    def __init__(self) -> None:
        self.grids: list[Grid] = []
        self.outside: list[str] = []
        self._table: _Table | None = None
        self._around: list[int] = []
        self._row_at: int | None = None
        self._depth = self._gone = self._runs = self._cells = 0
        self._in_cell = self._in_paragraph_mark = self._in_row_mark = self._listens = False
        self._joins_next = self._holds_placeholder = False
        self._pieces: list[str] = []

    def started(self, tag: str, attributes: dict[str, str]) -> None:
        self._around.append(0)
        if tag in _GONE:
            self._start_gone(tag)
        elif tag in _NO_TEXT:
            self._note(_NO_TEXT[tag])
            self._hide(-1)
        elif tag == "tbl":
            self._start_table()
        elif self._depth == 1 and not self._gone:
            self._start_in_table(tag, attributes)
        if not self._gone:
            self._start_text(tag, attributes)

    def ended(self, tag: str) -> None:
        self._listens = False
        if not self._gone:
            self._end_text(tag)
        self._gone -= self._around.pop()
        if tag == "tbl":
            self._end_table()

    def told(self, text: str) -> None:
        if self._listens:
            self._pieces.append(text)

    def _hide(self, at: int) -> None:
        """What stands in this element from now on is no text of the document."""
        self._around[at] += 1
        self._gone += 1

    def _start_gone(self, tag: str) -> None:
        """The same element takes a run away, or stands in the mark of a paragraph or row that was taken away."""
        if self._in_paragraph_mark and not self._gone:
            self._joins_next = True
        if tag == "del" and self._in_row_mark and not self._gone and self._table and self._row_at is not None:
            self._table.row -= 1
            self._hide(self._row_at)
            self._row_at, self._in_row_mark = None, False
        self._hide(-1)

    def _start_table(self) -> None:
        self._depth += 1
        if self._depth > 1:
            self._note("table")
            self._hide(-1)
        elif not self._gone:
            self._end_outside()
            self.grids.append(Grid(str(len(self.grids) + 1)))
            self._table = _Table(self.grids[-1])

    def _end_table(self) -> None:
        self._depth -= 1
        if self._depth == 0 and self._table is not None:
            self._table.end()
            self._table, self._in_cell = None, False

    def _start_text(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _REFERENCES:
            self._note(_REFERENCES[tag])
        elif tag == "pPr":
            self._in_paragraph_mark = True
        elif tag == "numId":
            self._note("numbering" if attributes.get("val", "0") != "0" else "")
        elif tag == "r":
            self._runs += 1
        elif tag in _LETTERS and self._runs:
            self._pieces.append(_LETTERS[tag])
        self._listens = tag == "t" and self._runs > 0

    def _start_in_table(self, tag: str, attributes: dict[str, str]) -> None:
        assert self._table is not None
        if tag == "tr":
            self._table.start_row()
            self._row_at = len(self._around) - 1
        elif tag == "trPr":
            self._in_row_mark = True
        elif tag == "gridBefore":
            self._table.column += int(attributes.get("val", "0"))
        elif tag == "tc":
            self._start_cell()
        elif tag == "gridSpan" and self._in_cell:
            self._table.span = int(attributes.get("val", "1"))
        elif tag == "vMerge" and self._in_cell:
            self._table.is_merged = attributes.get("val", "continue") == "restart"

    def _start_cell(self) -> None:
        assert self._table is not None
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise Unreadable(f"the document has more than {MOST_CELLS:,} cells; divide it")
        self._table.start_cell()
        self._in_cell, self._pieces, self._joins_next = True, [], False
        if self._holds_placeholder:
            self._holds_placeholder = False
            self._note("placeholder")

    def _end_text(self, tag: str) -> None:
        if tag == "pPr":
            self._in_paragraph_mark = False
        elif tag in ("tr", "trPr"):
            self._in_row_mark = False
            self._row_at = None if tag == "tr" else self._row_at
        elif tag == "r":
            self._runs -= 1
        elif tag == "p":
            self._end_paragraph()
        elif tag == "tc" and self._table is not None:
            self._table.end_cell("".join(self._pieces).rstrip("\n"))
            self._in_cell, self._pieces = False, []

    def _end_paragraph(self) -> None:
        if not self._joins_next:
            self._pieces.append("\n")
        self._joins_next = False
        if not self._in_cell:
            self._end_outside()

    def _end_outside(self) -> None:
        text, self._pieces = "".join(self._pieces).strip(), []
        if text and len(self.outside) < MOST_OUTSIDE:
            self.outside.append(text[:_BEGINNING])

    def _note(self, kind: str) -> None:
        """Something that is no text: told at its cell, or among what stands outside."""
        if self._gone or not kind:
            return
        if self._in_cell and self._table is not None:
            beside = Beside(self._table.row, self._table.column, kind)
            if beside not in self._table.grid.beside[-10:]:
                self._table.grid.beside.append(beside)
        elif kind == "placeholder":
            self._holds_placeholder = True
        elif len(self.outside) < MOST_OUTSIDE:
            self.outside.append(kind)
