"""Builds spreadsheets for tests: plain ones through openpyxl, strange ones by their XML."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

HEADINGS = ("序号", "活动类别", "活动名称", "主办单位")
AN_ACTIVITY = (1, "网络安全进基层", "网络举报进乡村", "苏州市委网信办")
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_SHEETS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def a_workbook(rows: Iterable[Sequence[object]], merged: Sequence[str] = (), sheet: str = "附件") -> Workbook:
    """A workbook of one sheet that holds these rows."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for cells in merged:
        page.merge_cells(cells)
    return book


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def an_xlsx(rows: Iterable[Sequence[object]], merged: Sequence[str] = ()) -> bytes:
    return saved(a_workbook(rows, merged))


def a_csv(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def raw_xlsx(sheet_data: str, prolog: str = "", main: str = MAIN) -> bytes:
    """An xlsx whose one sheet holds exactly this markup."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", f'<Types><Override PartName="/xl/w.xml" ContentType="{main}"/></Types>'
        )
        archive.writestr("_rels/.rels", _relation("officeDocument", "xl/w.xml"))
        listed = '<sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets>'
        archive.writestr("xl/w.xml", f'<workbook {_SHEETS} xmlns:r="{_OFFICE}">{listed}</workbook>')
        archive.writestr("xl/_rels/w.xml.rels", _relation("worksheet", "s.xml"))
        sheet = f"{prolog}<worksheet {_SHEETS}><sheetData>{sheet_data}</sheetData></worksheet>"
        archive.writestr("xl/s.xml", sheet)
    return out.getvalue()


def raw_row(number: int, *cells: str) -> str:
    """A row in markup: each text becomes a cell, and one that begins with `<` is taken as the cell itself."""
    inner = (
        text if text.startswith("<") else f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in cells
    )
    return f'<row r="{number}">{"".join(inner)}</row>'


def _relation(kind: str, target: str) -> str:
    relation = f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_RELATIONS}">{relation}</Relationships>'
