"""Reads a csv: UTF-8 with or without its mark, or GB18030; a row is a record, whatever lines it takes."""

import csv
import re
from io import StringIO
from itertools import islice

from chassis.office.faults import Unreadable, WrongKind
from chassis.office.grid import LAST_COLUMN, Grid
from services.registry.imports.headings import Heading
from services.registry.imports.table import SEARCHED_ROWS, find_header

DELIMITERS = (",", "\t", ";")
# What an export writes before a text that a spreadsheet would take for a formula; it is no part of the text.
_GUARD = re.compile(r"^'(?='*[=+\-@\t\r＝＋－＠])")


def read_delimited(content: bytes, headings: tuple[Heading, ...]) -> list[Grid]:
    """One grid, whose row numbers are those of the records, the headings' own being one of them."""
    text = _decode(content)
    grid = Grid("csv")
    records = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text, headings), strict=True)
    number = 0
    try:
        for number, record in enumerate(records, start=1):
            _put(grid, number, record)
    except csv.Error as error:
        raise Unreadable(
            f"the csv cannot be read at record {number + 1} ({error}); "
            'a field that begins with " must end with one, and a " inside it is written twice'
        ) from error
    return [grid]


def _put(grid: Grid, number: int, record: list[str]) -> None:
    for column, text in enumerate(record[:LAST_COLUMN], start=1):
        grid.put(number, column, _GUARD.sub("", text.replace("\r\n", "\n").replace("\r", "\n"), count=1))


def _delimiter(text: str, headings: tuple[Heading, ...]) -> str:
    """The one that makes a row of headings out of one of the first lines; else the comma."""
    for delimiter in DELIMITERS:
        tried = Grid("csv")
        # Not strict: what is wrong further down is told when all of it is read.
        records = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        try:
            for number, record in enumerate(islice(records, SEARCHED_ROWS), start=1):
                _put(tried, number, record)
            if find_header(tried, headings) is not None:
                return delimiter
        except (csv.Error, Unreadable):
            continue
    return DELIMITERS[0]


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WrongKind("the text is UTF-16; save it as csv in UTF-8 or GB18030")
    if b"\x00" in content:
        raise WrongKind("the file is neither a workbook nor text; expected xlsx or csv")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WrongKind("the text is neither UTF-8 nor GB18030; expected xlsx or csv")
