"""Forms as units fill them in: with openpyxl and python-docx, which drop what they do not know, or by their markup."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.oxml.ns import qn
from docx.table import _Cell
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

TEXTS = {"特色内容": "第一段\n第二段", "创新做法": "=1+1 不是公式", "亮点活动": "  空格、制表\t与生僻字𠮷"}
NIL = {"零报告": "是"}


def row_of(page: Worksheet, label: str) -> int:
    """Where a label stands."""
    return next(row for row in range(1, page.max_row + 1) if page.cell(row, 1).value == label)


def edited(content: bytes, edit: Callable[[Worksheet], object]) -> bytes:
    """The workbook as openpyxl saves it after an edit."""
    book = load_workbook(BytesIO(content))
    edit(book.worksheets[0])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def fill_xlsx(content: bytes, texts: Mapping[str, object] = TEXTS) -> bytes:
    def fill(page: Worksheet) -> None:
        for label, text in texts.items():
            cell = page.cell(row_of(page, label), 2)
            cell.value = text  # type: ignore[assignment]
            if isinstance(text, str):
                cell.data_type = "s"  # a text that begins with = stays one, as in a cell whose format is text

    return edited(content, fill)


def cells_of(content: bytes) -> tuple[Any, dict[str, _Cell]]:
    """A document, and by its label each cell to fill in."""
    document = Document(BytesIO(content))
    rows = [row.cells for row in document.tables[0].rows]
    return document, {text_of(cells[0]): cells[1] for cells in rows}


def text_of(cell: _Cell) -> str:
    """Of content controls too, which python-docx passes over, and labels stand in."""
    return "".join(each.text or "" for each in cell._tc.iter(qn("w:t")))


def saved(document: Any) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def fill_docx(content: bytes, texts: Mapping[str, str] = TEXTS) -> bytes:
    document, cells = cells_of(content)
    for label, text in texts.items():
        cells[label].text = text
    return saved(document)


def fill(content: bytes, format: str, texts: Mapping[str, str] = TEXTS) -> bytes:
    return fill_xlsx(content, texts) if format == "xlsx" else fill_docx(content, texts)


def remade(content: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """The file with its parts changed, None for one that goes, and with more of them."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(out, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            changed = change(name, before.read(name))
            if changed is not None:
                after.writestr(name, changed)
        for name, part in more.items():
            after.writestr(name, part)
    return out.getvalue()


def with_markup(content: bytes, label: str, inner: str) -> bytes:
    """The docx form with exactly this markup in the cell beside the label."""
    filled = fill_docx(content, {**TEXTS, label: "@here@"})

    def put(name: str, part: bytes) -> bytes:
        if name != "word/document.xml":
            return part
        return re.sub(
            r"<w:p>(?:(?!<w:p>).)*@here@.*?</w:p>", lambda _: inner, part.decode(), count=1
        ).encode()

    return remade(filled, put)
