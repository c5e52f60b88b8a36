"""Writes organizations as xlsx or csv, in the columns that the import reads."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO

from services.registry.exports.store import OrganizationRow
from services.registry.imports.headings import ORGANIZATIONS
from services.registry.imports.kinds import word_of
from services.registry.imports.units import join_aliases
from services.registry.spreadsheet import Cell, Sheet, write_sheet

HEADINGS = [heading.standard for heading in ORGANIZATIONS]
_WIDTHS = dict(enumerate((44.0, 18.0, 14.0, 44.0, 44.0, 8.0), start=1))
# Those that are written with a ' already get another, so that taking one away gives each back as it was.
_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def write_xlsx(rows: Sequence[OrganizationRow]) -> bytes:
    """A workbook of one sheet."""
    return write_sheet(Sheet("单位", _cells(rows), widths=_WIDTHS, headed={1}))


def write_csv(rows: Sequence[OrganizationRow]) -> bytes:
    """UTF-8 with its mark and CRLF, as spreadsheets open it."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows([_guarded(value) for value in _values(row)] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cells(rows: Sequence[OrganizationRow]) -> Iterator[Cell]:
    yield from ((1, column, heading) for column, heading in enumerate(HEADINGS, start=1))
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(_values(row), start=1):
            if value != "":
                yield number, column, value


def _values(row: OrganizationRow) -> list[str | int]:
    return [
        row.name,
        row.short_name or "",
        word_of(row.kind),
        row.parent or "",
        join_aliases(row.aliases),
        row.sort_order,
    ]


def _guarded(value: str | int) -> str | int:
    return f"'{value}" if isinstance(value, str) and _LIKE_A_FORMULA.match(value) else value
