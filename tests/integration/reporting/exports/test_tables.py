"""Tables: the matrix and the submissions, read by calamine and as csv; texts that look like formulas stay texts."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from chassis.identity import new_id
from contracts.registry.organizations import Organization, OrganizationRegistered
from tests.integration.reporting.exports.conftest import Week, aggregate

HOSTILE = [
    "=1+1",
    "+86",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "'=1",
    "=cmd|' /C calc'!A0",
    'a,b"c"\n二行',
    "甲\x0b乙",
]


def sheet_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def records_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_the_matrix_shows_every_state_by_symbol_and_word_with_totals(week: Week) -> None:
    units = list(week.units)[1:8]
    for unit in units[:6]:
        await week.owe(unit, week.summary_id)
    await week.owe(units[6], week.summary_id, state="waived")
    await week.hand_in(units[0])
    await week.hand_in(units[1], on_time=False)
    await week.hand_in(units[2], state="returned")
    await week.accept(units[3])
    await week.hand_in(units[4], nil_return=True, sections={})
    rows = sheet_of(await week.fetch("matrix_xlsx"))
    shown = {row[0]: row[2] for row in rows[3:]}
    assert [shown[unit] for unit in units] == [
        "● 已报送",
        "◐ 迟报",
        "↩ 退回补正",
        "✓ 已通过",
        "● 已报送（零报告）",
        "✗ 逾期未报",
        "— 免报",
    ]
    totals = [shown[name] for name in ("应报", "已报", "按时", "已通过", "报送率", "按时率")]
    assert totals == [6, 5, 4, 1, 0.833, 0.667]
    assert rows[0][0] == "2024年苏州市网络安全宣传周报送情况一览表"
    assert rows[2][:3] == ["单位", "实施方案\n（期限待定）", "活动总结\n（9月16日前）"]


async def test_the_matrix_stands_in_the_offices_order_indented_by_the_tree_with_frozen_panes(
    week: Week,
) -> None:
    district = list(week.units)[2]
    town = Organization(
        **aggregate(), name="镇", kind="town", parent_id=week.units[district], sort_order=900_000
    )
    week.units["镇"] = town.id
    await week.service.hear(OrganizationRegistered(organization=town))
    for unit in (list(week.units)[3], "镇", district):
        await week.owe(unit, week.summary_id)
    sheet = load_workbook(io.BytesIO(await week.fetch("matrix_xlsx"))).active
    assert sheet is not None
    named = [(sheet.cell(row, 1).value, sheet.cell(row, 1).alignment.indent) for row in (4, 5, 6)]
    assert named == [(district, 0), ("镇", 1), (list(week.units)[3], 0)]
    assert sheet.freeze_panes == "B4"


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_text_of_a_unit_becomes_a_formula(week: Week, text: str) -> None:
    unit = list(week.units)[1]
    await week.owe(unit, week.summary_id)
    await week.hand_in(unit, sections={text: text})
    content = await week.fetch("submissions_xlsx")
    assert sheet_of(content)[1][-1] == text
    cells = [cell for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    written = records_of(await week.fetch("submissions_csv"))[1][-1]
    assert written[0] not in "=+-@\t\r＝"
    assert written == text.replace("\x0b", "\ufffd") or written == f"'{text}"


async def test_submissions_come_with_all_their_sections_in_both_forms(week: Week) -> None:
    one, two, three = list(week.units)[1:4]
    for unit in (one, two, three):
        await week.owe(unit, week.summary_id)
    await week.hand_in(two)
    await week.accept(one, on_time=False)
    await week.hand_in(three, nil_return=True, sections={})
    table = sheet_of(await week.fetch("submissions_xlsx"))
    records = records_of(await week.fetch("submissions_csv"))
    assert table[0] == records[0]
    assert records[0][-3:] == ["特色内容", "创新做法", "亮点活动"]
    assert [row[:3] for row in records[1:]] == [
        [one, "活动总结", "已通过"],
        [two, "活动总结", "已报送"],
        [three, "活动总结", "已报送"],
    ]
    assert [(row[4], row[7]) for row in records[1:]] == [("否", "否"), ("否", "是"), ("是", "是")]
    assert records[1][5:7] == ["2024-09-16 20:59:59", "2024-09-16 23:59:59"]
    assert [[str(cell) for cell in row[-3:]] for row in table[1:]] == [row[-3:] for row in records[1:]]


async def test_a_text_longer_than_a_cell_goes_on_in_the_next_column_and_none_of_it_is_lost(
    week: Week,
) -> None:
    unit = list(week.units)[1]
    await week.owe(unit, week.summary_id)
    text = "".join(f"{nth:05d}𠀀" for nth in range(6_000))
    await week.hand_in(unit, sections={"特色内容": text})
    table = sheet_of(await week.fetch("submissions_xlsx"))
    assert table[0][10:] == ["特色内容", "特色内容（续1）", "特色内容（续2）"]
    assert "".join(table[1][10:]) == text
    assert records_of(await week.fetch("submissions_csv"))[1][10] == text


@pytest.mark.parametrize("kind", ["matrix_xlsx", "submissions_xlsx", "submissions_csv", "annex_xlsx"])
async def test_the_same_data_gives_the_same_table(week: Week, kind: str) -> None:
    unit = list(week.units)[1]
    await week.owe(unit, week.summary_id)
    await week.hand_in(unit, id=new_id())
    one, other = await week.make(kind), await week.make(kind)
    assert one["sha256"] == other["sha256"] is not None
