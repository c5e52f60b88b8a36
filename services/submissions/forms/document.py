"""Writes a form as docx: one table, its labels in locked controls where a program knows those."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as Open
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from contracts.submissions.submissions import SECTIONS_LIMIT
from services.submissions.forms.layout import Row, rows_of
from services.submissions.forms.model import Form
from services.submissions.forms.words import NO, PROPERTY, YES

_WIDTHS = (Mm(26), Mm(104), Mm(40))
_LEAST_OPEN = Mm(30)
_NO_DAY = datetime(1980, 1, 1, tzinfo=UTC)
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_SHADE = "FFF9E5"
_PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    '<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="{name}">'
    "<vt:lpwstr>{value}</vt:lpwstr></property></Properties>"
)


def write_document(form: Form) -> bytes:
    """The form; texts of any length that a hand-in can have."""
    document = Document()
    _set_up(document, form)
    rows = list(rows_of(form, "docx", SECTIONS_LIMIT))
    table = document.add_table(rows=len(rows), cols=len(_WIDTHS), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = width
    for each, row in zip(rows, table.rows, strict=True):
        cells = row.cells
        if each.kind == "filled":
            row.height = _LEAST_OPEN
        for cell, width in zip(cells, _WIDTHS, strict=True):
            cell.width = width
        _write(each, cells)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _set_up(document: Open, form: Form) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    told = document.core_properties
    told.title, told.author, told.comments = _safe(form.title)[:255], _safe(form.issuer_name or "")[:255], ""
    told.created = told.modified = _NO_DAY
    blob = _PROPERTIES.format(name=PROPERTY, value=escape(str(form.number))).encode()
    package = document.part.package
    assert package is not None
    part = Part(PackURI("/docProps/custom.xml"), CONTENT_TYPE.OFC_CUSTOM_PROPERTIES, blob, package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


def _write(each: Row, cells: tuple[_Cell, ...]) -> None:
    if each.kind in ("title", "warning"):
        cell = cells[0].merge(cells[-1])
        _lock(cell.paragraphs[0], each.label, big=each.kind == "title", red=each.kind == "warning")
        return
    is_headings = each.kind == "headings"
    _lock(cells[0].paragraphs[0], each.label, bold=True)
    _lock(cells[2].paragraphs[0], each.remark, bold=is_headings)
    if each.kind in ("told", "headings"):
        _lock(cells[1].paragraphs[0], each.text, bold=is_headings)
        return
    _shade(cells[1])
    if each.kind == "chosen":
        _choose(cells[1].paragraphs[0], each.text)
        return
    first, *others = _safe(each.text).split("\n")
    cells[1].paragraphs[0].add_run(first)
    for line in others:
        cells[1].add_paragraph(line)


def _lock(
    paragraph: Paragraph, text: str, *, bold: bool = False, big: bool = False, red: bool = False
) -> None:
    """Text that the programs which know content controls do not let be changed."""
    if not text:
        return
    run = paragraph.add_run(_safe(text))
    run.bold = bold or big or red
    if big:
        run.font.size = Pt(16)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if red:
        run.font.color.rgb = RGBColor(0xC0, 0, 0)
    lock = OxmlElement("w:lock")
    lock.set(qn("w:val"), "sdtContentLocked")
    _control(run._r, lock)


def _choose(paragraph: Paragraph, text: str) -> None:
    """A list of the two words."""
    run = paragraph.add_run(text)
    choice = OxmlElement("w:dropDownList")
    for word in (NO, YES):
        item = OxmlElement("w:listItem")
        item.set(qn("w:displayText"), word)
        item.set(qn("w:value"), word)
        choice.append(item)
    _control(run._r, choice)


def _control(run: Any, property: Any) -> None:
    """Put the run into a content control with this property."""
    control, properties, content = (OxmlElement(f"w:{name}") for name in ("sdt", "sdtPr", "sdtContent"))
    properties.append(property)
    run.addprevious(control)
    content.append(run)
    control.append(properties)
    control.append(content)


def _shade(cell: _Cell) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _safe(text: str) -> str:
    return _NO_CHARACTER.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
