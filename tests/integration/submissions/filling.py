"""What the tests of forms share: downloading, filling in with office libraries, changing the markup, sending."""

import re
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import httpx
from docx import Document
from docx.oxml.ns import qn
from docx.table import _Cell
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from contracts.registry.assignments import Assignment
from tests.integration.submissions.conftest import SECTIONS, World

TEXTS = {"特色内容": "第一段\n第二段", "创新做法": "=1+1 不是公式", "亮点活动": "  空格、制表\t与生僻字𠮷"}
NIL = {"零报告": "是"}


async def download(world: World, assignment: Assignment, format: str = "xlsx", key: str = "town") -> bytes:
    answer = await world.get(f"/v1/assignments/{assignment.id}/form?format={format}", key)
    assert answer.status_code == 200, answer.text
    return answer.content


async def send(
    world: World,
    content: bytes,
    name: str = "报送表.xlsx",
    key: str = "town",
    ids: Sequence[str] = (),
    **headers: str,
) -> httpx.Response:
    """One form as browsers send it."""
    return await world.service.ask(
        "POST",
        "/v1/submissions/form",
        world.keys[key],
        files={"file": (name, content, "application/octet-stream")},
        data={"attachment_ids": list(ids)},
        headers={each.replace("_", "-"): value for each, value in headers.items()},
    )


async def hand_in_json(world: World, assignment: Assignment, **fields: Any) -> httpx.Response:
    body = {"assignment_id": str(assignment.id), "sections": TEXTS, **fields}
    return await world.post("/v1/submissions", "town", body)


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
    filled = fill_docx(content, {**dict.fromkeys(SECTIONS, "正文"), label: "@here@"})

    def put(name: str, part: bytes) -> bytes:
        if name != "word/document.xml":
            return part
        return re.sub(
            r"<w:p>(?:(?!<w:p>).)*@here@.*?</w:p>", lambda _: inner, part.decode(), count=1
        ).encode()

    return remade(filled, put)


def errors_of(answer: httpx.Response) -> list[tuple[str | None, str | None, str]]:
    """Cell, section and code of each fault of a refused form."""
    assert (answer.status_code, answer.json()["code"]) == (422, "form_faulty"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [(each["cell"], each["section"], each["code"]) for each in answer.json()["errors"]]
