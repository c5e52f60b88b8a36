"""Writes a document as docx in the official format (GB/T 9704-2012): page, grid, fonts by name, page numbers."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips

from services.reporting.exports import fonts
from services.reporting.exports.document import (
    Attached,
    Block,
    Document,
    Heading,
    Paragraph,
    Table,
    chinese_date,
    ends_short,
    signature_indents,
)
from services.reporting.exports.text import clean

SIZE, TITLE_SIZE, TABLE_SIZE, NUMBER_SIZE = 16.0, 22.0, 12.0, 14.0
"""3号, 2号, 小4号 and 4号 in points."""
TOP, LEFT, BLOCK_WIDTH, BLOCK_HEIGHT = 37, 28, 156, 225
BOTTOM, RIGHT = 297 - TOP - BLOCK_HEIGHT, 210 - LEFT - BLOCK_WIDTH
LINE = 579
"""Twips a line: 22 of them are 225 mm."""
LETTER = 315.9
"""Twips a letter: 28 of them are 156 mm."""
CLOSER = -6
"""Twips between letters of 16 points, so that 28 of them stand in a line, in a program that rounds up as well."""
_NO_DAY = (1980, 1, 1, 0, 0, 0)
_CENTER, _RIGHT, _LEFT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT
_HEADINGS = {1: fonts.HEI, 2: fonts.KAI, 3: fonts.FANGSONG}


def write_docx(document: Document, out: IO[bytes]) -> None:
    """The file; text is put into text nodes only, whatever it holds."""
    paper = docx.Document()
    _set_page(paper)
    _set_ground(paper)
    _set_numbers(paper.sections[0])
    _set_properties(paper, document.title)
    _add_title(paper, document.title)
    _add_blocks(paper, document.blocks)
    if ends_short(document.blocks):
        paper.paragraphs[-1].paragraph_format.keep_with_next = True
    _add_list_of_attached(paper, document.attached)
    _add_signature(paper, document)
    for nth, attached in enumerate(document.attached, start=1):
        _add_attached(paper, attached, f"附件{nth if len(document.attached) > 1 else ''}")
    made = BytesIO()
    paper.save(made)
    _pack_again(made, out)


def _set_page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance, section.footer_distance = Mm(15), Mm(25)
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    section._sectPr.append(_element("w:docGrid", type="lines", linePitch=str(LINE)))


def _set_ground(paper: Any) -> None:
    """The fonts of everything that names none, and those that stand in where a machine has them not."""
    defaults = paper.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for old in list(defaults):
        defaults.remove(old)
    for part in _look(fonts.FANGSONG, SIZE):
        defaults.append(part)
    defaults.append(_element("w:lang", val="en-US", eastAsia="zh-CN"))
    normal = paper.styles["Normal"]
    normal.paragraph_format.space_after = Pt(0)
    # A grid of letters is read in two ways (LibreOffice makes 27 places of 28): theirs is the space between them.
    for nth, name in enumerate(("w:autoSpaceDE", "w:autoSpaceDN", "w:snapToGrid")):
        normal.element.get_or_add_pPr().insert(nth, _element(name, val="0"))
    table = next(part for part in paper.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
    table._blob = fonts.write_font_table()


def _look(font: str, size: float, bold: bool = False) -> list[Any]:
    half_points = str(round(size * 2))
    return [
        _element("w:rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font, hint="eastAsia"),
        *([_element("w:b")] if bold else []),
        *([_element("w:spacing", val=str(CLOSER))] if size == SIZE else []),
        _element("w:sz", val=half_points),
        _element("w:szCs", val=half_points),
    ]


def _set_numbers(section: Any) -> None:
    """— 1 —, on odd pages to the right and on even ones to the left, a letter from the edge."""
    settings = section.part.settings if hasattr(section, "part") else section._document_part.settings
    settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, _RIGHT), (section.even_page_footer, _LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = None
        paragraph.alignment = side
        edge = "right_indent" if side == _RIGHT else "left_indent"
        setattr(paragraph.paragraph_format, edge, Pt(NUMBER_SIZE))
        run = partial(_add_run, paragraph, font=fonts.SONG, size=NUMBER_SIZE)
        run("— ")
        for kind in ("begin", None, "end"):
            part = run("")._r
            if kind is None:
                code = _element("w:instrText")
                code.text = "PAGE"
                part.append(code)
            else:
                part.append(_element("w:fldChar", fldCharType=kind))
        run(" —")


def _set_properties(paper: Any, title: str) -> None:
    """Dated by no day, so that the same text is the same file."""
    core = paper.core_properties
    core.title, core.author, core.comments, core.last_modified_by = clean(title)[:255], "", "", ""
    core.created = core.modified = datetime(1980, 1, 1)  # noqa: DTZ001 - docx keeps no zone
    core.revision = 1


def _add_title(paper: Any, title: str) -> None:
    _add_line(paper, title, fonts.TITLE, TITLE_SIZE, _CENTER)
    _add_line(paper, "")


def _add_blocks(paper: Any, blocks: Sequence[Block]) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            line = _add_line(paper, block.text, _HEADINGS[block.level], indented=True)
            line.paragraph_format.keep_with_next = True
        elif isinstance(block, Paragraph):
            _add_paragraph(paper, block)
        else:
            _add_table(paper, block)


def _add_paragraph(paper: Any, block: Paragraph) -> None:
    line = _add_line(paper, "", alignment=WD_ALIGN_PARAGRAPH.JUSTIFY, indented=True)
    if block.lead:
        _add_run(line, block.lead, fonts.FANGSONG, bold=True)
    _add_run(line, block.text)


def _add_list_of_attached(paper: Any, attached: Sequence[Attached]) -> None:
    """附件：1. …, a line below the text; the names stand under each other."""
    if not attached:
        return
    _add_line(paper, "").paragraph_format.keep_with_next = True
    for nth, each in enumerate(attached, start=1):
        number = f"{nth}. " if len(attached) > 1 else ""
        line = _add_line(paper, f"{'附件：' if nth == 1 else ''}{number}{each.title}")
        line.paragraph_format.left_indent = Twips(round(LETTER * 5))
        line.paragraph_format.keep_with_next = True
        if nth == 1:
            line.paragraph_format.first_line_indent = Twips(round(-LETTER * 3))


def _add_signature(paper: Any, document: Document) -> None:
    day = chinese_date(document.signed_on)
    _add_line(paper, "").paragraph_format.keep_with_next = True
    for text, indent in zip(
        (document.signed_by, day), signature_indents(document.signed_by, day), strict=True
    ):
        line = _add_line(paper, text, alignment=_RIGHT)
        line.paragraph_format.right_indent = Twips(round(LETTER * indent))
        line.paragraph_format.keep_with_next = text is not day


def _add_attached(paper: Any, attached: Attached, mark: str) -> None:
    line = _add_line(paper, mark, fonts.HEI)
    line.paragraph_format.page_break_before = True
    _add_line(paper, "")
    _add_title(paper, attached.title)
    _add_blocks(paper, attached.blocks)


def _add_table(paper: Any, block: Table) -> None:
    table = paper.add_table(rows=0, cols=len(block.headings))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    widths = [Mm(BLOCK_WIDTH * share / sum(block.shares)) for share in block.shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for nth, cells in enumerate([block.headings, *block.rows]):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if nth == 0:
            properties.append(_element("w:tblHeader"))
        for place, (cell, text, width) in enumerate(zip(row.cells, cells, widths, strict=True)):
            cell.width = width
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            line = cell.paragraphs[0]
            line.alignment = _LEFT if nth and place == 0 else _CENTER
            _set_line(line, Pt(18))
            _add_run(line, text, fonts.HEI if nth == 0 else fonts.FANGSONG, TABLE_SIZE)
    _add_line(paper, "")


def _add_line(
    paper: Any,
    text: str,
    font: str = fonts.FANGSONG,
    size: float = SIZE,
    alignment: Any = None,
    indented: bool = False,
) -> Any:
    line = paper.add_paragraph()
    line.alignment = alignment
    _set_line(line, Twips(LINE))
    if indented:
        line.paragraph_format.first_line_indent = Twips(round(LETTER * 2))
        line._p.get_or_add_pPr().find(qn("w:ind")).set(qn("w:firstLineChars"), "200")
    if text:
        _add_run(line, text, font, size)
    return line


def _set_line(line: Any, height: Any) -> None:
    line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    line.paragraph_format.line_spacing = height


def _add_run(line: Any, text: str, font: str = fonts.FANGSONG, size: float = SIZE, bold: bool = False) -> Any:
    run = line.add_run()
    if text:
        run.text = clean(text)
    properties = run._r.get_or_add_rPr()
    for part in _look(font, size, bold):
        properties.append(part)
    return run


def _element(name: str, **attributes: str) -> Any:
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _pack_again(made: IO[bytes], out: IO[bytes]) -> None:
    """The same parts, each dated by no day."""
    with ZipFile(made) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(ZipInfo(name, _NO_DAY), source.read(name), ZIP_DEFLATED)
