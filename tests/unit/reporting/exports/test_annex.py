"""The annex that is written equals the one that was read, and its bytes never differ."""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from cli.demo.annex import compare_annexes
from services.registry.imports.child import parse
from services.registry.imports.register import Register, read_register
from services.reporting.exports.annex import AnnexRow, write_annex
from services.reporting.exports.spreadsheet import CellTooLong

OFFICES_ANNEX = Path(__file__).parents[4] / "examples/suzhou-2024/annex.xlsx"
HOSTILE = [
    "=1+1",
    "+86",
    "-2",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "＝1",
    "\t=1",
    "<b>&\"'",
    "_x0041_",
    " 前后 ",
]


def read(path: Path) -> Register:
    return read_register(parse(path.read_bytes(), "activities"))


def annex_of(register: Register) -> bytes:
    rows = [
        AnnexRow(row.serial_number, row.category or "", row.name, row.hosts_text) for row in register.rows
    ]
    return write_annex(rows, register.titles, register.remarks, register.sheet)


def test_the_offices_annex_comes_out_cell_for_cell(tmp_path: Path) -> None:
    written = tmp_path / "annex.xlsx"
    written.write_bytes(annex_of(read(OFFICES_ANNEX)))
    comparison = compare_annexes(OFFICES_ANNEX, written)
    assert str(comparison) == "110 of 110 rows equal, 0 differences"
    assert comparison.differences == []


def test_an_annex_that_is_read_again_gives_the_same_bytes(tmp_path: Path) -> None:
    written = tmp_path / "annex.xlsx"
    written.write_bytes(annex_of(read(OFFICES_ANNEX)))
    assert annex_of(read(written)) == written.read_bytes()


def test_the_comparison_finds_each_kind_of_difference(tmp_path: Path) -> None:
    book = load_workbook(OFFICES_ANNEX)
    sheet = book.worksheets[0]
    sheet["C30"] = "另一项"
    sheet.unmerge_cells("B76:B84")
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    comparison = compare_annexes(OFFICES_ANNEX, changed)
    assert (comparison.row_count, comparison.equal_count) == (110, 109)
    assert [difference.where for difference in comparison.differences] == ["C30", "merged B76:B84"]


def test_nothing_in_the_file_tells_when_it_was_written() -> None:
    with ZipFile(BytesIO(write_annex([AnnexRow(1, "甲", "名", "局")], ["题"]))) as archive:
        assert {part.date_time[:3] for part in archive.infolist()} == {(1980, 1, 1)}
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d{2}-\d{2}", core) == ["1980-01-01"] * 2
    assert "<dc:creator></dc:creator>" in core


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_turns_into_a_formula(text: str) -> None:
    content = write_annex([AnnexRow(None, text, text, text)], [text], [text])
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[2][2] == text
    if text[0] in "=+-@":
        assert sheet["C3"].quotePrefix


def test_control_characters_do_not_break_the_file() -> None:
    content = write_annex([AnnexRow(1, "甲", "a\x0bb\x00\ud800\uffff", "局")], [])
    assert load_workbook(BytesIO(content)).worksheets[0]["C2"].value
    (row,) = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
    assert row[2] == "a\x0bb\x00\ufffd\ufffd"


def test_a_text_that_no_cell_holds_is_never_cut() -> None:
    with pytest.raises(CellTooLong, match="40,000"):
        write_annex([AnnexRow(1, "甲", "名", "局" * 40_000)], [])


def test_categories_are_merged_only_over_neighbours() -> None:
    rows = [AnnexRow(number, category, "名", "局") for number, category in enumerate("甲甲乙甲", start=1)]
    sheet = load_workbook(BytesIO(write_annex(rows, []))).worksheets[0]
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["B2:B3"]
    assert [sheet.cell(row, 2).value for row in range(2, 6)] == ["甲", None, "乙", "甲"]


def test_ten_thousand_rows_come_back_as_they_went(tmp_path: Path) -> None:
    rows = [
        AnnexRow(number, f"第{number // 900}类", f"第{number}项", "甲局、乙局") for number in range(1, 10_001)
    ]
    path = tmp_path / "annex.xlsx"
    path.write_bytes(write_annex(rows, ["题"], ["备注：无"]))
    back = read(path).rows
    assert [AnnexRow(row.serial_number, row.category or "", row.name, row.hosts_text) for row in back] == rows
