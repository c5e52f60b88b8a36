"""Reads a csv: UTF-8 with or without its mark, or GB18030; a row is a record, whatever lines it takes."""

import csv
from io import StringIO

from services.registry.imports.faults import NotARegister, NotASpreadsheet
from services.registry.imports.grid import LAST_COLUMN, Grid


def read_delimited(content: bytes) -> list[Grid]:
    """One grid, whose row numbers are those of the records, the headings' own being one of them."""
    grid = Grid("csv")
    records = csv.reader(StringIO(_decode(content), newline=""), strict=True)
    number = 0
    try:
        for number, record in enumerate(records, start=1):
            for column, text in enumerate(record[:LAST_COLUMN], start=1):
                grid.put(number, column, text.replace("\r\n", "\n").replace("\r", "\n"))
    except csv.Error as error:
        raise NotARegister(
            f"the csv cannot be read at record {number + 1} ({error}); "
            'a field that begins with " must end with one, and a " inside it is written twice'
        ) from error
    return [grid]


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotASpreadsheet("the text is UTF-16; save it as csv in UTF-8 or GB18030")
    if b"\x00" in content:
        raise NotASpreadsheet("the file is neither a workbook nor text; expected xlsx or csv")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotASpreadsheet("the text is neither UTF-8 nor GB18030; expected xlsx or csv")
