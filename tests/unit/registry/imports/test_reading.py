"""A file is read in a process of its own, and what is no register is refused."""

import asyncio
import time
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import psutil
import pytest
from openpyxl import load_workbook

from chassis import confined
from contracts.registry.imports import Findings
from services.registry.imports import reading
from services.registry.imports.question import Question
from services.registry.imports.reading import UnreadableRegister, UnsupportedFile, examine
from tests.support.spreadsheets import (
    AN_ACTIVITY,
    HEADINGS,
    a_csv,
    a_workbook,
    an_xlsx,
    raw_row,
    raw_xlsx,
    saved,
)

EXAMPLES = Path(__file__).parents[4] / "examples/suzhou-2024"
MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def a_zip(**parts: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def a_register(row: str = "", prolog: str = "", **kind: str) -> bytes:
    return raw_xlsx(raw_row(1, *HEADINGS) + row, prolog, **kind)


async def findings_of(content: bytes) -> Findings:
    """What is found in a file of activities over an empty register."""
    answer = await examine(Question("activities", content))
    return Findings.model_validate_json(answer.findings)


async def test_the_annex_comes_through_the_process_whole() -> None:
    found = await findings_of((EXAMPLES / "annex.xlsx").read_bytes())
    assert (found.row_count, found.errors) == (110, [])


async def test_what_is_wrong_at_a_cell_comes_through_the_process_too() -> None:
    content = an_xlsx([HEADINGS, AN_ACTIVITY, (2, "甲", "=A2", "局")])
    (error,) = (await findings_of(content)).errors
    assert (error.row, error.column, error.cell) == (3, "活动名称", "C3")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "expected xlsx or csv"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old xls or is encrypted"),
        (b"PK\x03\x04 and nothing", "begins as a zip and is none"),
        (a_zip(readme=b"x"), "no office document"),
        (a_register(main=WORD), "no workbook"),
        (a_register(main=MACROS), "macros"),
        ("序号,活动类别".encode("utf-16"), "UTF-16"),
        (b"\xff\xff\xff,", "neither UTF-8 nor GB18030"),
    ],
)
async def test_a_file_of_another_kind_is_unsupported(content: bytes, message: str) -> None:
    with pytest.raises(UnsupportedFile, match=message) as refused:
        await findings_of(content)
    assert refused.value.status == 415


def two_registers() -> bytes:
    book = a_workbook([HEADINGS, AN_ACTIVITY])
    book.create_sheet("副本").append(list(HEADINGS))
    return saved(book)


def a_workbook_with_a_damaged_sheet() -> bytes:
    content = bytearray(a_register(raw_row(2, "1", "甲", "名" * 500, "局")))
    at = content.index(b"xl/s.xml") + 40
    content[at : at + 20] = bytes(20)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"hello", "no row holds the headings"),
        (
            an_xlsx([["序号", "活动类别", "活动名称"]]),
            "no row holds the headings 活动类别、活动名称、主办单位",
        ),
        (an_xlsx([]), "no visible sheet with anything in it"),
        (an_xlsx([[*HEADINGS, "主办单位"]]), "two columns"),
        (two_registers(), "several visible sheets hold a register"),
        (a_register(prolog="<!DOCTYPE x [<!ENTITY a 'aa'>]>"), "document type"),
        (a_workbook_with_a_damaged_sheet(), "damaged"),
        (a_register(raw_row(2, '<c t="s"><v>3</v></c>')), "damaged"),
        (a_register('<row r="0"><c><v>1</v></c></row>'), "0 is no row"),
        (a_register('<row r="2"><c r="A1048577"><v>1</v></c></row>'), "1048577 is no row"),
        ('序号,活动类别,活动名称,主办单位\n1,甲,"安全夜课,局\n'.encode(), "record 2"),
    ],
)
async def test_a_spreadsheet_that_is_no_register_is_unprocessable(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableRegister, match=message) as refused:
        await findings_of(content)
    assert refused.value.status == 422


def a_bomb() -> bytes:
    """Under 1 MiB, and 300 MiB when unpacked."""
    row = raw_row(2, *["攻" * 1_000] * 4).encode() * 100
    out = BytesIO()
    with ZipFile(BytesIO(a_register())) as small, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name in small.namelist():
            archive.writestr(name, small.read(name))
        with archive.open("xl/worksheets/big.xml", "w") as part:
            for _ in range(300 * 2**20 // len(row)):
                part.write(row)
    return out.getvalue()


async def test_a_small_file_that_unpacks_to_300_mib_is_refused_at_once_and_takes_no_memory_here() -> None:
    content = a_bomb()
    assert len(content) < 2**20
    before, seconds = psutil.Process().memory_info().rss, []
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(UnreadableRegister, match="unpacked, the file is larger than 64 MiB"):
            await findings_of(content)
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 10
    assert psutil.Process().memory_info().rss - before < 16 * 2**20


async def test_the_reading_process_is_told_none_of_the_services_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", "postgres://registry:secret@127.0.0.1/registry")
    assert not [name for name in confined.surroundings() if name.startswith("ROLLCALL")]
    assert (await findings_of(an_xlsx([HEADINGS, AN_ACTIVITY]))).row_count == 1


async def test_numbers_that_are_none_come_back_in_the_error_workbook_as_they_were_written() -> None:
    row = raw_row(2, "<c><v>1e999</v></c>", "甲", "<c><v>nan</v></c>", "局_xD800_")
    answer = await examine(Question("activities", a_register(row), want="workbook"))
    page = load_workbook(BytesIO(answer.workbook)).worksheets[0]
    assert [page["A2"].value, page["C2"].value, page["D2"].value] == ["1e999", "nan", "局\ufffd"]


async def test_a_sheet_of_more_than_half_a_million_cells_is_refused() -> None:
    cells = "<c><v>1</v></c>" * 100
    rows = "".join(f'<row r="{number}">{cells}</row>' for number in range(2, 5_010))
    with pytest.raises(UnreadableRegister, match="more than 500,000 filled cells"):
        await findings_of(a_register(rows))


async def test_a_merged_range_over_the_whole_sheet_costs_nothing() -> None:
    content = a_register('</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells><sheetData>')
    assert (await findings_of(content)).row_count == 0


async def test_ten_thousand_rows_are_read_in_less_than_half_the_time_that_a_file_has() -> None:
    rows = [
        (number, "甲", f"第{number}项网络安全宣传活动", "苏州市教育局、苏州市公安局")
        for number in range(1, 10_001)
    ]
    content = a_csv([HEADINGS, *rows]).encode()
    began = time.monotonic()
    found = await findings_of(content)
    assert (found.row_count, time.monotonic() - began < reading.MOST_WALL_SECONDS / 2) == (10_000, True)


async def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_WALL_SECONDS", 0.001)
    with pytest.raises(UnreadableRegister, match="took more than"):
        await findings_of(an_xlsx([HEADINGS, AN_ACTIVITY]))


async def test_files_are_read_side_by_side() -> None:
    content = an_xlsx([HEADINGS, AN_ACTIVITY])
    found = await asyncio.gather(*(findings_of(content) for _ in range(3)))
    assert [each.row_count for each in found] == [1, 1, 1]
