"""Writes the annex 附件: the title, the headings, an activity a row with its category merged, the remark."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

from services.reporting.exports.spreadsheet import Cell, Sheet, Style, write_sheet

HEADINGS = ("序号", "活动类别", "活动名称", "主办单位")
_WIDTHS = [6.0, 20.0, 46.0, 42.0]
_TITLE, _HEADING, _SERIAL, _CATEGORY, _TEXT, _REMARK = range(6)
_STYLES = [
    Style(bold=True, size=18, horizontal="center", bordered=False),
    Style(bold=True, horizontal="center"),
    Style(horizontal="center"),
    Style(horizontal="center"),
    Style(),
    Style(bordered=False),
]


@dataclass(frozen=True)
class AnnexRow:
    """One activity. `hosts_text` is the host cell as it is to be read, verbatim."""

    serial_number: int | None
    category: str
    name: str
    hosts_text: str


def write_annex(
    rows: Iterable[AnnexRow], titles: Sequence[str], remarks: Sequence[str] = (), sheet_name: str = "附件"
) -> bytes:
    """The workbook. Rows come in their order; neighbours of one category share one merged cell.

    `titles` are the lines over the headings and `remarks` those under the rows, each across the table.
    """
    kept = list(rows)
    first = len(titles) + 2
    sheet = Sheet(
        name=sheet_name,
        widths=_WIDTHS,
        styles=_STYLES,
        rows=_lines(kept, titles, remarks),
        merged=_merged(kept, len(titles), len(remarks)),
        repeated_rows=(first - 1, first - 1),
    )
    out = BytesIO()
    write_sheet(sheet, out)
    return out.getvalue()


def _lines(
    rows: list[AnnexRow], titles: Sequence[str], remarks: Sequence[str]
) -> Iterator[tuple[int, list[Cell]]]:
    number = 0
    for title in titles:
        number += 1
        yield number, [("A", title, _TITLE)]
    number += 1
    yield number, [(column, text, _HEADING) for column, text in zip("ABCD", HEADINGS, strict=True)]
    for _, group in groupby(rows, key=lambda row: row.category):
        for place, row in enumerate(group):
            number += 1
            yield number, _cells(row, row.category if place == 0 else None)
    for remark in remarks:
        number += 1
        yield number, [("A", remark, _REMARK)]


def _cells(row: AnnexRow, category: str | None) -> list[Cell]:
    return [
        ("A", row.serial_number, _SERIAL),
        ("B", category, _CATEGORY),
        ("C", row.name, _TEXT),
        ("D", row.hosts_text, _TEXT),
    ]


def _merged(rows: list[AnnexRow], title_count: int, remark_count: int) -> Iterator[str]:
    for number in range(1, title_count + 1):
        yield f"A{number}:D{number}"
    number = title_count + 2
    for _, group in groupby(rows, key=lambda row: row.category):
        count = sum(1 for _ in group)
        if count > 1:
            yield f"B{number}:B{number + count - 1}"
        number += count
    for _ in range(remark_count):
        yield f"A{number}:D{number}"
        number += 1
