"""The annex of 2024, cell by cell, beside what a naive reader would make of it."""

from itertools import groupby
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.registry.imports.child import parse
from services.registry.imports.register import Register, Row, read_register
from services.registry.imports.review import review
from services.registry.organizations.names import Directory
from tests.support.spreadsheets import HEADINGS, an_xlsx

EXAMPLES = Path(__file__).parents[4] / "examples/suzhou-2024"
FACTS = yaml.safe_load((EXAMPLES / "campaign.yaml").read_text(encoding="utf-8"))["annex"]["categories"]
LINES = 3
"""A category's label is printed on three lines, in the middle of its merged cell."""


def read(content: bytes) -> Register:
    return read_register(parse(content, "activities"))


@pytest.fixture(scope="module")
def annex() -> Register:
    return read((EXAMPLES / "annex.xlsx").read_bytes())


def test_each_category_has_its_first_and_last_row(annex: Register) -> None:
    bounds = []
    for category, group in groupby(annex.rows, key=lambda row: row.category):
        serials = [row.serial_number for row in group]
        bounds.append((category, [serials[0], serials[-1]]))
    assert bounds == [(each["name"], each["rows"]) for each in FACTS]


def as_printed(rows: list[Row]) -> list[tuple[object, ...]]:
    """The annex as a scan gives it: each label in the row where the print shows its first line, and no ranges."""
    shown = {
        first + (last - first + 1 - LINES) // 2: each["name"]
        for each in FACTS
        for first, last in [each["rows"]]
    }
    return [(row.serial_number, shown.get(row.serial_number or 0), row.name, row.hosts_text) for row in rows]


def test_filling_down_what_is_printed_misfiles_38_rows_and_is_not_done(annex: Register) -> None:
    printed = as_printed(annex.rows)
    filled, naive = None, {}
    for serial, category, *_ in printed:
        filled = category or filled
        naive[serial] = filled
    right = {row.serial_number: row.category for row in annex.rows}
    misfiled = [serial for serial, category in naive.items() if category not in (None, right[serial])]  # type: ignore[index]
    assert (len(misfiled), list(naive.values()).count(None)) == (38, 7)

    register = read(an_xlsx([HEADINGS, *printed]))
    blank = [row.row for row in register.rows if row.category is None]
    assert len(blank) == 110 - len(FACTS)
    assert all(row.category in (None, right[row.serial_number]) for row in register.rows)


def test_each_blank_category_of_the_print_is_reported_by_its_row_and_cell(annex: Register) -> None:
    register = read(an_xlsx([HEADINGS, *as_printed(annex.rows)]))
    asked = [item for item in review(register, Directory([])).to_review if item.field == "category"]
    assert [(item.row, item.cell) for item in asked][:2] == [(2, "B2"), (3, "B3")]
    assert len(asked) == 104


def sheet_of_the_annex() -> Worksheet:
    page = load_workbook(EXAMPLES / "annex.xlsx").worksheets[0]
    assert isinstance(page, Worksheet)
    return page


def test_taking_every_line_for_a_row_would_make_two_too_many(annex: Register) -> None:
    page = sheet_of_the_annex()
    assert page.max_row - 1 == 112
    assert annex.row_count == 110


def test_splitting_at_every_mark_would_tear_row_57_and_leave_77_and_78_whole(annex: Register) -> None:
    hosts = {row.serial_number: row.hosts_text for row in annex.rows}
    naive = {serial: text.split("、") for serial, text in hosts.items()}
    assert any("（" in name and "）" not in name for name in naive[57])
    assert all(len(naive[serial]) == 1 and " " in naive[serial][0] for serial in (77, 78))
