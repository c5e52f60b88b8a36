"""Writes a form as xlsx: locked but for the cells to fill in, with no text in it that can turn into a formula."""

import re
from datetime import UTC, datetime
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chassis.refusals import Conflict
from contracts.submissions.submissions import NO_SECRETS
from services.submissions.forms.layout import Row, rows_of
from services.submissions.forms.model import Form
from services.submissions.forms.words import MOST_IN_CELL, NO, PROPERTY, YES

MOST_CHARACTERS = MOST_IN_CELL - 1
_WIDTHS = (16, 72, 38)
_NO_DAY = datetime(1980, 1, 1, tzinfo=UTC)
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
_CUT = "……（下略，全文见系统）"
_LOCKED = {"font_name": "宋体", "font_size": 11, "text_wrap": True, "valign": "vcenter", "border": 1}
_OPEN = {**_LOCKED, "valign": "top", "locked": False, "num_format": "@", "bg_color": "#FFF9E5"}
_LOOKS = {
    "title": {**_LOCKED, "font_name": "黑体", "font_size": 16, "align": "center", "border": 0},
    "warning": {**_LOCKED, "bold": True, "font_color": "#C00000", "font_size": 12},
    "label": {**_LOCKED, "bold": True, "align": "center"},
    "told": _LOCKED,
    "open": _OPEN,
}
_ROW_HEIGHT, _LEAST_OPEN, _HIGHEST = 18.0, 90.0, 400.0


class TooLongForXlsx(Conflict):
    """A section is longer than a cell of a workbook can hold: the form is to be had as docx."""


def write_workbook(form: Form) -> bytes:
    """The form, or TooLongForXlsx: a text that is handed in is never cut."""
    for name, text in form.texts.items():
        if _units(text) > MOST_CHARACTERS:
            raise TooLongForXlsx(
                f"{name} has {len(text):,} characters, and a cell of xlsx holds {MOST_CHARACTERS:,}; expected "
                "format=docx"
            )
    out = BytesIO()
    book = Workbook(out, {"in_memory": True})
    book.set_properties({"title": form.title, "author": form.issuer_name or "", "created": _NO_DAY})
    book.set_custom_property(PROPERTY, str(form.number), "text")
    page = book.add_worksheet("报送表")
    _set_up(page)
    looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
    for row, each in enumerate(rows_of(form, "xlsx", MOST_CHARACTERS)):
        _write(page, row, each, looks)
    book.close()
    return out.getvalue()


def _set_up(page: Worksheet) -> None:
    for column, width in enumerate(_WIDTHS):
        page.set_column(column, column, width)
    page.protect("", {"format_rows": True})
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _write(page: Worksheet, row: int, each: Row, looks: dict[str, Format]) -> None:
    if each.kind in ("title", "warning"):
        page.merge_range(row, 0, row, 2, "", looks[each.kind])
        page.write_string(row, 0, _safe(each.label), looks[each.kind])
        page.set_row(row, 36)
        return
    is_open = each.kind in ("chosen", "filled")
    second = "label" if each.kind == "headings" else "open" if is_open else "told"
    page.write_string(row, 0, _safe(each.label), looks["label"])
    if each.text:
        page.write_string(row, 1, _safe(each.text), looks[second])
    else:
        page.write_blank(row, 1, None, looks[second])
    page.write_string(row, 2, _safe(each.remark), looks["label" if each.kind == "headings" else "told"])
    page.set_row(row, _height(each))
    if each.kind == "chosen":
        page.data_validation(row, 1, row, 1, _a_choice())
    elif each.kind == "filled":
        page.data_validation(row, 1, row, 1, _a_limit())


def _a_choice() -> dict[str, object]:
    return {
        "validate": "list",
        "source": [NO, YES],
        "error_title": "零报告",
        "error_message": f"请选“{YES}”或“{NO}”",
    }


def _a_limit() -> dict[str, object]:
    return {
        "validate": "length",
        "criteria": "<=",
        "value": MOST_CHARACTERS,
        "input_title": "填报须知",
        "input_message": NO_SECRETS,
        "error_title": "过长",
        "error_message": f"不超过 {MOST_CHARACTERS} 字，更长的请用 docx 或作为附件报送",
    }


def _height(each: Row) -> float:
    """Room for what stands there: programs make a row as high as its text only where nothing says how high it is."""
    lines = max(_lines(each.text, _WIDTHS[1]), _lines(each.remark, _WIDTHS[2]), 1)
    least = _LEAST_OPEN if each.kind == "filled" else 0.0
    return min(max(lines * _ROW_HEIGHT, least), _HIGHEST)


def _lines(text: str, width: int) -> int:
    return sum(1 + len(line) * 2 // width for line in text.split("\n"))


def _safe(text: str) -> str:
    """What a cell can hold. Only what stands beside the fields can be longer, and says so where it is cut."""
    text = _NO_CHARACTER.sub("\ufffd", text)
    return text if _units(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS // 2] + _CUT


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
