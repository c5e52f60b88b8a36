"""What is read from a workbook and from a csv, before any name is resolved."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from services.registry.imports.child import parse
from services.registry.imports.register import Register, read_register
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


def read(content: bytes) -> Register:
    return read_register(parse(content, "activities"))


@pytest.fixture(scope="module")
def annex() -> Register:
    return read((EXAMPLES / "annex.xlsx").read_bytes())


def test_the_annex_has_110_rows_and_nothing_in_error(annex: Register) -> None:
    assert (annex.row_count, len(annex.rows), annex.errors) == (110, 110, [])
    assert annex.titles == ["2024年苏州市网络安全常态化宣传活动"]
    assert annex.remarks == ["备注：从全年419个网络安全宣传活动中遴选出以上重点活动。"]


def test_each_row_of_the_annex_has_the_category_of_its_merged_range(annex: Register) -> None:
    facts = yaml.safe_load((EXAMPLES / "campaign.yaml").read_text())
    categories = {}
    for category in facts["annex"]["categories"]:
        first, last = category["rows"]
        categories.update(dict.fromkeys(range(first, last + 1), category["name"]))
    assert {row.serial_number: row.category for row in annex.rows} == categories


def test_rows_go_by_the_sheets_own_numbers(annex: Register) -> None:
    assert {row.row - (row.serial_number or 0) for row in annex.rows} == {2}


def test_the_csv_holds_the_same_activities_as_the_annex(annex: Register) -> None:
    other = read((EXAMPLES / "activities.csv").read_bytes())
    kept = [(row.serial_number, row.category, row.name, row.hosts_text) for row in annex.rows]
    assert kept == [(row.serial_number, row.category, row.name, row.hosts_text) for row in other.rows]
    assert other.rows[0].row == 2


@pytest.mark.parametrize(
    ("serial", "name"),
    [
        (56, "联动护网 相守 e 城” 跨域网安行"),
        (80, "安全夜课”集宿区夜市宣讲"),
        (91, "2024年苏州市网络安全宣传周”专题专栏"),
    ],
)
def test_unbalanced_quotes_stay_as_they_are(annex: Register, serial: int, name: str) -> None:
    assert [row.name for row in annex.rows if row.serial_number == serial] == [name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_each_encoding_that_offices_use(encoding: str) -> None:
    register = read(a_csv([HEADINGS, AN_ACTIVITY]).encode(encoding))
    assert [row.name for row in register.rows] == ["网络举报进乡村"]


def test_a_record_of_a_csv_that_takes_several_lines_is_one_row() -> None:
    rows = [HEADINGS, (1, "甲", "名", "一局\n二局"), (2, "甲", "又名", "三局")]
    assert [row.row for row in read(a_csv(rows).encode()).rows] == [2, 3]


def test_columns_are_found_by_synonyms_in_any_order_under_title_rows() -> None:
    rows: list[list[object]] = [
        ["附件1", None, None, None, None],
        ["2024年活动汇总表", None, None, None, None],
        ["主 办\n单 位（必填）", "备注", "项目名称", "编号", "类 别："],
        ["苏州市教育局", "无", "校园日", 2, "集中展示"],
    ]
    register = read(an_xlsx(rows, ["A2:E2"]))
    (row,) = register.rows
    assert (row.row, row.serial_number, row.category, row.name) == (4, 2, "集中展示", "校园日")
    assert row.hosts_text == "苏州市教育局"
    assert register.titles == ["附件1", "2024年活动汇总表"]
    assert [warning.code for warning in register.warnings] == ["columns_not_read"]


def test_totals_remarks_titles_and_repeated_headings_are_no_rows() -> None:
    rows: list[Sequence[object]] = [
        HEADINGS,
        AN_ACTIVITY,
        ["一、进基层", None, None, None],
        HEADINGS,
        [2, "甲", "又一项", "二局"],
        ["合计", None, "2项", None],
        ["共2项", None, None, None],
        ["说明：以上活动以通知为准", None, None, None],
    ]
    register = read(an_xlsx(rows, ["A3:D3"]))
    assert (register.row_count, [row.row for row in register.rows]) == (2, [2, 5])
    assert register.remarks == ["说明：以上活动以通知为准"]
    assert [(warning.code, warning.rows) for warning in register.warnings] == [("title_row", [3])]


def test_a_blank_category_outside_a_merged_range_is_not_filled_in() -> None:
    rows = [
        HEADINGS,
        AN_ACTIVITY,
        (2, None, "又一项", "二局"),
        (3, "乙", "第三项", "三局"),
        (4, None, "四", "四局"),
    ]
    register = read(an_xlsx(rows, ["B4:B5"]))
    assert [row.category for row in register.rows] == ["网络安全进基层", None, "乙", "乙"]


def test_hidden_sheets_are_left_out_and_hidden_rows_are_not() -> None:
    book = a_workbook([HEADINGS, AN_ACTIVITY, (2, "甲", "隐藏的", "二局")])
    book.worksheets[0].row_dimensions[3].hidden = True
    book.create_sheet("旧表").append(["x"])
    for state in ("hidden", "veryHidden"):
        old = book.create_sheet(state)
        old.append(list(HEADINGS))
        old.append([9, "甲", "旧的", "二局"])
        old.sheet_state = state
    register = read(saved(book))
    assert [row.name for row in register.rows] == ["网络举报进乡村", "隐藏的"]
    assert [warning.code for warning in register.warnings] == ["sheet_left_out"]


def test_a_formula_counts_by_its_stored_value_and_one_without_is_an_error_at_its_cell() -> None:
    stored = '<c t="str"><f>"网络"&amp;"安全"</f><v>网络安全</v></c>'
    unstored = '<c><f>A2&amp;"课"</f><v></v></c>'
    sheet = (
        raw_row(1, *HEADINGS) + raw_row(2, "1", "甲", stored, "局") + raw_row(3, "2", "甲", unstored, "局")
    )
    register = read(raw_xlsx(sheet))
    assert [row.name for row in register.rows] == ["网络安全"]
    (error,) = register.errors
    assert (error.row, error.column) == (3, "活动名称")
    assert "no stored value" in error.message


def test_a_formula_that_openpyxl_wrote_has_no_stored_value() -> None:
    register = read(an_xlsx([HEADINGS, ("=1+1", "甲", "名", "局")]))
    assert [(error.row, error.column) for error in register.errors] == [(2, "序号")]


def test_phonetic_readings_and_runs_of_a_text_are_read_as_spreadsheets_show_them() -> None:
    rich = '<c t="inlineStr"><is><r><t>网络</t></r><r><t>安全</t></r><rPh sb="0" eb="1"><t>wang</t></rPh></is></c>'
    (row,) = read(raw_xlsx(raw_row(1, *HEADINGS) + raw_row(2, "1", "甲", rich, "一局_x000D_\n二局"))).rows
    assert (row.name, row.hosts_text) == ("网络安全", "一局\n二局")


def test_a_serial_number_used_twice_names_both_rows_and_neither_is_kept() -> None:
    rows = [HEADINGS, (7, "甲", "一", "一局"), (8, "甲", "二", "二局"), ("７、", "甲", "三", "三局")]
    register = read(an_xlsx(rows))
    (error,) = register.errors
    assert (error.row, error.column, register.row_count) == (4, "序号", 3)
    assert "rows 2 and 4" in error.message
    assert [row.row for row in register.rows] == [3]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (("一", "甲", "名", "局"), "序号", "expected a whole number"),
        ((1.5, "甲", "名", "局"), "序号", "expected a whole number"),
        ((0, "甲", "名", "局"), "序号", "expected a whole number"),
        ((1, "甲", None, "局"), "活动名称", "is blank"),
        ((1, "甲", "　", "局"), "活动名称", "is blank"),
        ((1, "甲", 45544, "局"), "活动名称", "expected text"),
        ((1, "甲", "长" * 301, "局"), "活动名称", "at most 300"),
        ((1, "甲" * 301, "名", "局"), "活动类别", "at most 300"),
        ((1, "甲", "名", None), "主办单位", "is blank"),
        ((1, "甲", "名", "局" * 5001), "主办单位", "at most 5,000"),
        ((1, "甲", "gpj.\u202eexe", "局"), "活动名称", "direction"),
        ((1, "甲", "响铃_x0007_", "局"), "活动名称", "control character"),
        (("#REF!", "甲", "名", "局"), "序号", "#REF!"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell(
    row: tuple[str | int | float | None, ...], column: str, message: str
) -> None:
    register = read(an_xlsx([HEADINGS, row]))
    (error,) = register.errors
    assert (error.row, error.column) == (2, column)
    assert message in error.message
    assert (register.row_count, register.rows) == (1, [])


def test_a_name_on_several_lines_is_kept_as_one_and_told() -> None:
    register = read(an_xlsx([HEADINGS, (1, "甲", "网络安全\n进乡村", "局")]))
    assert [row.name for row in register.rows] == ["网络安全进乡村"]
    assert [warning.code for warning in register.warnings] == ["lines_joined"]


def test_serial_numbers_may_be_left_to_the_office() -> None:
    (row,) = read(an_xlsx([HEADINGS[1:], AN_ACTIVITY[1:]])).rows
    assert row.serial_number is None


def test_organizations_are_read_by_their_own_headings() -> None:
    table = parse((EXAMPLES / "organizations.csv").read_bytes(), "organizations")
    assert len(table.records) == 61
    assert table.records[1].values["short_name"] == "张家港市"
