"""Organizations in and out as spreadsheets: by their names, parents in any order, whole or not at all."""

import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from services.registry.exports.organizations import HEADINGS
from tests.integration.registry.conftest import OFFICE, UNITS, World
from tests.integration.registry.importing import applied, apply, shown
from tests.support.spreadsheets import a_csv, an_xlsx

EXAMPLE = (Path(__file__).parents[3] / "examples" / "suzhou-2024" / "organizations.csv").read_bytes()
KIND = "organizations"
NASTY = [
    "=1+1",
    "+86 512",
    "-甲",
    "@谁",
    "'=甲",
    "''@乙",
    "'丙",
    " 前后有空 ",
    '带"引号"的',
    "逗,号;分、号",
    "甲（乙、丙）局",
    "未闭（括号、甲",
    "_x000D_",
    "＝全角",
    "合计",
    "备注：甲",
    "单位名称",
    "长" * 300,
    "零\u200b宽",
    "𠮷野家",
    "007",
    "1e5",
]


async def units(world: World) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in await world.items("/v1/organizations")}


def sheet(*rows: tuple[object, ...]) -> bytes:
    return an_xlsx([HEADINGS, *rows])


async def test_units_are_registered_whole_with_an_event_each_and_then_nothing_changes(world: World) -> None:
    content = sheet(
        ("平望镇", "平望", "镇", "吴江区委宣传部", "平望镇政府；平望", 21),
        ("平望中学", None, "学校", "平望镇", None, None),
    )
    seen = await shown(world, content, KIND)
    assert (seen["kind"], seen["row_count"], seen["ready_count"], seen["errors"]) == (KIND, 2, 2, [])
    assert seen["changes"] == {"created": 2, "updated": 0, "unchanged": 0, "missing": 6}
    assert "平望镇" not in await units(world)

    assert (await apply(world, seen["id"])).json() == {"created": 2, "updated": 0, "unchanged": 0}
    made = await units(world)
    assert made["平望镇"]["aliases"] == ["平望镇政府", "平望"]
    assert (made["平望镇"]["kind"], made["平望镇"]["sort_order"]) == ("town", 21)
    assert made["平望镇"]["parent_id"] == world.ids["district"]
    assert made["平望中学"]["parent_id"] == made["平望镇"]["id"]
    assert await world.facts(made["平望中学"]["id"]) == [("organization.registered", 1, "coordinator")]
    resolved = await world.make("/v1/organizations/resolve", {"names": ["平望镇政府"]})
    assert resolved["results"][0]["organization_id"] == made["平望镇"]["id"]

    before = await world.facts()
    assert await applied(world, content, KIND) == {"created": 0, "updated": 0, "unchanged": 2}
    assert await world.facts() == before


async def test_a_changed_file_shows_the_difference_first(world: World) -> None:
    seen = await shown(world, sheet(("盛泽镇", "盛泽", "街道", OFFICE, None, 9)), KIND)
    assert [(each["field"], each["from"], each["to"]) for each in seen["differences"] if each["row"]] == [
        ("short_name", None, "盛泽"),
        ("parent", "吴江区委宣传部", OFFICE),
        ("sort_order", 3, 9),
    ]
    assert {each["name"] for each in seen["differences"] if each["kind"] == "missing"} == {
        OFFICE,
        *(name for name, *_ in UNITS.values() if name != "盛泽镇"),
    }
    assert (await apply(world, seen["id"])).json()["updated"] == 1
    town = (await units(world))["盛泽镇"]
    assert (town["short_name"], town["parent_id"], town["version"]) == ("盛泽", world.ids["office"], 2)
    assert [fact for fact, _, _ in await world.facts(town["id"])] == [
        "organization.registered",
        "organization.changed",
    ]


async def test_a_file_in_another_writing_finds_the_units_that_are_there(world: World) -> None:
    made = await world.make_unit("吴中区委宣传部（网信办）", parent_id=world.ids["office"])
    content = sheet(("吴中区委宣传部(网信办)", "吴中", "区", None, None, None))
    seen = await shown(world, content, KIND)
    assert (seen["errors"], [each["code"] for each in seen["warnings"]]) == ([], ["other_writing"])
    assert await applied(world, content, KIND) == {"created": 0, "updated": 1, "unchanged": 0}
    assert await applied(world, content, KIND) == {"created": 0, "updated": 0, "unchanged": 1}
    unit = (await world.get(f"/v1/organizations/{made['id']}")).json()
    assert (unit["name"], unit["short_name"], unit["aliases"]) == (made["name"], "吴中", [])


async def test_a_file_of_organizations_takes_no_decisions(world: World) -> None:
    seen = await shown(world, sheet(("新局", None, "部门")), KIND)
    refused = await apply(world, seen["id"], {"text": "新局", "outside_party": "新局"})
    assert (refused.status_code, refused.json()["code"]) == (422, "nothing_to_decide")


async def test_a_new_name_beside_the_old_as_alias_renames_the_unit(world: World) -> None:
    await world.make_unit("甲局", aliases=["老甲"])
    renamed = sheet(("甲管理局", None, None, None, "甲局"))
    assert (await applied(world, renamed, KIND))["updated"] == 1
    unit = (await units(world))["甲管理局"]
    assert unit["aliases"] == ["老甲", "甲局"]


async def test_a_file_with_an_error_changes_nothing_and_its_workbook_says_where(world: World) -> None:
    rows = [
        HEADINGS,
        ("新单位", None, "衙门", "盛泽镇", None, None),
        ("又一单位", None, "部门", "没有的单位", "盛泽镇", None),
        ("盛泽镇", None, None, "新镇", None, None),
        ("新镇", None, "镇", "盛泽镇", None, None),
    ]
    for content in (an_xlsx(rows), a_csv(rows).encode()):
        seen = await shown(world, content, KIND)
        assert [each["cell"] for each in seen["errors"]] == ["C2", "E3", "D3", "D4", "D5"]
        assert seen["ready_count"] == 0
        refused = await apply(world, seen["id"])
        assert (refused.status_code, refused.json()["code"]) == (409, "undecided")
        assert len(refused.json()["errors"]) == 5
        answer = await world.get(f"/v1/imports/{seen['id']}/errors.xlsx")
        page = load_workbook(BytesIO(answer.content)).worksheets[0]
        assert page["G1"].value == "问题"
        assert str(page["G2"].value).startswith("C2: holds '衙门'; expected one of")
    assert set(await units(world)) == {OFFICE, *(name for name, *_ in UNITS.values())}


async def test_the_examples_register_is_taken_in_whole_over_an_office_of_the_same_name(world: World) -> None:
    seen = await shown(world, EXAMPLE, KIND)
    assert seen["errors"] == []
    # 苏州市委网信办 and 苏州市公安局 and 苏州市教育局 are there already; the office gets its whole name.
    assert (await apply(world, seen["id"])).json()["created"] + 3 == 61
    office = (await units(world))["中共苏州市委网络安全和信息化委员会办公室"]
    assert (office["id"], set(office["aliases"])) == (world.ids["office"], {OFFICE, "市委网信办"})
    assert (await applied(world, EXAMPLE, KIND))["unchanged"] == 61


async def export(world: World, format: str, key: str = "reporter") -> bytes:
    answer = await world.get(f"/v1/organizations/export?format={format}", key)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return answer.content


async def test_an_export_of_a_thousand_units_with_nasty_names_comes_in_again_unchanged(world: World) -> None:
    closed = await world.make_unit("关掉的单位")
    for nth, name in enumerate(NASTY):
        aliases = [f"{name[:290]}别名{nth}", f"、{nth}"] if nth % 2 else []
        short = name if nth % 3 == 0 else None
        parent = closed["id"] if nth == 0 else world.ids["district"]
        await world.make_unit(name, aliases=aliases, short_name=short, parent_id=parent, sort_order=nth)
    await world.patch(f"/v1/organizations/{closed['id']}", {"closed_on": "2024-08-30"}, version=1)
    # What makes these sheets takes = for a formula, and writes no guard.
    above = [name for name in NASTY if name[0] not in "='"]
    many = [
        (f"第{nth}单位", None, "部门", above[nth % len(above)], f"{nth}局、{nth}办") for nth in range(1_000)
    ]
    assert (await applied(world, sheet(*many), KIND))["created"] == 1_000

    count = len(await units(world)) - 1
    before = await world.facts()
    for format in ("xlsx", "csv"):
        content = await export(world, format)
        seen = await shown(world, content, KIND)
        assert (format, seen["errors"], seen["differences"]) == (format, [], [])
        assert seen["changes"] == {"created": 0, "updated": 0, "unchanged": count, "missing": 0}
        assert (await apply(world, seen["id"])).json()["unchanged"] == count
    assert await world.facts() == before


async def test_an_export_is_in_the_offices_order_and_in_the_columns_that_the_import_reads(
    world: World,
) -> None:
    content = await export(world, "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == HEADINGS == ["单位名称", "简称", "单位类别", "上级单位", "别名", "排序"]
    assert [row[0] for row in rows[1:]] == [OFFICE, *(name for name, *_ in UNITS.values())]
    assert rows[1] == [OFFICE, "", "主办单位", "", "", "0"]
    assert rows[4] == ["盛泽镇", "", "镇、街道", "吴江区委宣传部", "", "3"]
    page = load_workbook(BytesIO(await export(world, "xlsx"))).worksheets[0]
    assert [[cell.value if cell.value is not None else "" for cell in row] for row in page.iter_rows()] == [
        [int(value) if value.isdigit() else value for value in row] for row in rows
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@a", "＝1"])
async def test_a_name_that_begins_like_a_formula_never_becomes_one(world: World, name: str) -> None:
    await world.make_unit(name, sort_order=0)
    assert f"\r\n'{name},".encode() in await export(world, "csv")
    book = load_workbook(BytesIO(await export(world, "xlsx")))
    (cell,) = [cell for cell in book.worksheets[0]["A"] if cell.value == name]
    assert cell.data_type == "s"
    assert cell.quotePrefix


async def test_an_export_is_asked_for_in_a_format_that_is_known(world: World) -> None:
    assert (await world.get("/v1/organizations/export?format=xls")).status_code == 422
