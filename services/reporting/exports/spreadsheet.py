"""Writes one sheet as xlsx: streamed, the same bytes for the same cells, and no text that can turn into a formula."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_STORED, ZipFile, ZipInfo

MOST_CHARACTERS = 32_767
_EPOCH = (1980, 1, 1, 0, 0, 0)
_XMLNS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")

Cell = tuple[str, str | int | None, int]


class CellTooLong(ValueError):
    """A text that no spreadsheet cell can hold; it is never cut."""


@dataclass(frozen=True)
class Style:
    """How a cell looks. Sizes are in points."""

    bold: bool = False
    size: int = 11
    horizontal: str = "left"
    bordered: bool = True


@dataclass(frozen=True)
class Sheet:
    """`rows` and `merged` are read once, in this order. A cell is its column letter, value and style index."""

    name: str
    widths: list[float]
    styles: list[Style]
    rows: Iterable[tuple[int, list[Cell]]]
    merged: Iterable[str]
    repeated_rows: tuple[int, int] | None = None


def write_sheet(sheet: Sheet, out: IO[bytes]) -> None:
    """Stored, not deflated, and dated 1980: other compressors and other days must give the same bytes."""
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, text in _still_parts(sheet):
            archive.writestr(ZipInfo(name, _EPOCH), text.encode())
        with archive.open(ZipInfo("xl/worksheets/sheet1.xml", _EPOCH), "w") as part:
            for chunk in _worksheet(sheet):
                part.write(chunk.encode())


def safe_text(text: str) -> str:
    """Text as it must stand in a cell's XML: what XML forbids is escaped as spreadsheets escape it."""
    if len(text) > MOST_CHARACTERS:
        raise CellTooLong(f"a text of {len(text):,} characters; a cell holds at most {MOST_CHARACTERS:,}")
    marked = _NO_CHARACTER.sub("\ufffd", _ESCAPE_LIKE.sub("_x005F_", text))
    return escape(_FORBIDDEN.sub(lambda found: f"_x{ord(found[0]):04X}_", marked))


def _worksheet(sheet: Sheet) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet {_XMLNS}>'
    yield '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><cols>'
    for number, width in enumerate(sheet.widths, start=1):
        yield f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    for number, cells in sheet.rows:
        yield f'<row r="{number}">{"".join(_cell(number, *cell) for cell in cells)}</row>'
    yield "</sheetData>"
    ranges = "".join(f'<mergeCell ref="{merged}"/>' for merged in sheet.merged)
    yield f"<mergeCells>{ranges}</mergeCells>" if ranges else ""
    yield '<pageSetup paperSize="9" orientation="portrait" fitToWidth="1" fitToHeight="0"/></worksheet>'


def _cell(row: int, column: str, value: str | int | None, style: int) -> str:
    if value is None:
        return f'<c r="{column}{row}" s="{2 * style}"/>'
    if isinstance(value, int):
        return f'<c r="{column}{row}" s="{2 * style}"><v>{value}</v></c>'
    # The odd style of each pair has quotePrefix: the text stays text even when a person edits the cell.
    quoted = value.startswith(_FORMULA)
    text = f'<is><t xml:space="preserve">{safe_text(value)}</t></is>'
    return f'<c r="{column}{row}" s="{2 * style + quoted}" t="inlineStr">{text}</c>'


def _still_parts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    yield "[Content_Types].xml", declaration + _CONTENT_TYPES
    yield "_rels/.rels", declaration + _relationships("officeDocument", "xl/workbook.xml")
    yield "xl/workbook.xml", declaration + _workbook(sheet)
    sheet_and_styles = {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml"}
    relations = "".join(_relation(f"r{type}", type, target) for type, target in sheet_and_styles.items())
    yield "xl/_rels/workbook.xml.rels", declaration + _wrapped(relations)
    yield "xl/styles.xml", declaration + _styles(sheet.styles)


_CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    + "".join(
        f'<Override PartName="/xl/{path}" ContentType='
        f'"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for path, kind in (
            ("workbook.xml", "sheet.main"),
            ("worksheets/sheet1.xml", "worksheet"),
            ("styles.xml", "styles"),
        )
    )
    + "</Types>"
)


def _relationships(type: str, target: str) -> str:
    return _wrapped(_relation("rId1", type, target))


def _relation(id: str, type: str, target: str) -> str:
    return f'<Relationship Id="{id}" Type="{_OFFICE}/{type}" Target="{target}"/>'


def _wrapped(relations: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _workbook(sheet: Sheet) -> str:
    names = ""
    if sheet.repeated_rows is not None:
        quoted = escape("'" + sheet.name.replace("'", "''") + "'")
        rows = "${}:${}".format(*sheet.repeated_rows)
        names = f'<definedName name="_xlnm.Print_Titles" localSheetId="0">{quoted}!{rows}</definedName>'
        names = f"<definedNames>{names}</definedNames>"
    listed = f'<sheet name={quoteattr(sheet.name)} sheetId="1" r:id="rworksheet"/>'
    return f'<workbook {_XMLNS} xmlns:r="{_OFFICE}"><sheets>{listed}</sheets>{names}</workbook>'


def _styles(styles: list[Style]) -> str:
    fonts = "".join(
        f'<font>{"<b/>" * style.bold}<sz val="{style.size}"/><name val="宋体"/></font>' for style in styles
    )
    sides = "".join(f'<{side} style="thin"/>' for side in ("left", "right", "top", "bottom"))
    none = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"'
    formats = "".join(
        f'<xf numFmtId="0" fontId="{number}" fillId="0" borderId="{int(style.bordered)}" xfId="0" '
        f'applyFont="1" applyBorder="1" applyAlignment="1" quotePrefix="{quoted}">'
        f'<alignment horizontal="{style.horizontal}" vertical="center" wrapText="1"/></xf>'
        for number, style in enumerate(styles)
        for quoted in (0, 1)
    )
    return (
        f'<styleSheet {_XMLNS}><fonts count="{len(styles)}">{fonts}</fonts>'
        '<fills count="2"><fill><patternFill/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        f'<borders count="2"><border/><border>{sides}</border></borders>'
        f'<cellStyleXfs count="1">{none}/></cellStyleXfs>'
        f'<cellXfs count="{2 * len(styles)}">{formats}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
