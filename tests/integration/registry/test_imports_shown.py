"""What a preview shows: what applying would do, where each error is, and the workbook that says so."""

from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.integration.registry.conftest import World
from tests.integration.registry.importing import ONE, applied, apply, send, sheet, shown
from tests.support.spreadsheets import HEADINGS, a_csv, an_xlsx, raw_row, raw_xlsx

ANNEX = (Path(__file__).parents[3] / "examples" / "suzhou-2024" / "annex.xlsx").read_bytes()
TWO = (2, "网络安全进乡村", "防诈宣传", "吴江区委宣传部")
THREE = (3, "网络安全进乡村", "家庭日", "苏州市教育局")


async def errors_of(world: World, id: str) -> Worksheet:
    answer = await world.get(f"/v1/imports/{id}/errors.xlsx")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    page = load_workbook(BytesIO(answer.content)).active
    assert isinstance(page, Worksheet)
    return page


def column(page: Worksheet, letter: str) -> list[Any]:
    return [cell.value for cell in page[letter]]


async def test_a_preview_shows_what_applying_would_do(world: World) -> None:
    first = await shown(world, sheet(ONE, TWO, THREE))
    assert first["changes"] == {"created": 3, "updated": 0, "unchanged": 0, "missing": 0}
    assert (first["differences"], first["difference_count"]) == ([], 0)
    await apply(world, first["id"])

    moved = (2, "网络安全进社区", "防诈宣传", "盛泽镇")
    second = await shown(world, sheet(ONE, moved, (4, "网络安全进乡村", "新的", "盛泽镇")))
    assert second["changes"] == {"created": 1, "updated": 1, "unchanged": 1, "missing": 1}
    listed = await world.items(f"/v1/campaigns/{world.campaign_id}/activities")
    by_name = {each["name"]: each["id"] for each in listed}
    told = [
        (each["kind"], each["row"], each["activity_id"], each["field"], each["from"], each["to"])
        for each in second["differences"]
        if each["field"] != "hosts"
    ]
    assert told == [
        ("changed", 3, by_name["防诈宣传"], "category", "网络安全进乡村", "网络安全进社区"),
        ("changed", 3, by_name["防诈宣传"], "hosts_text", "吴江区委宣传部", "盛泽镇"),
        ("missing", None, by_name["家庭日"], None, None, None),
    ]
    (hosts,) = [each for each in second["differences"] if each["field"] == "hosts"]
    assert [host["organization_id"] for host in hosts["from"]] == [world.ids["district"]]
    assert [host["organization_id"] for host in hosts["to"]] == [world.ids["town"]]
    assert second["difference_count"] == 4


async def test_what_the_file_no_longer_has_stays_when_it_is_applied(world: World) -> None:
    await applied(world, sheet(ONE, TWO))
    assert await applied(world, sheet(ONE)) == {"created": 0, "updated": 0, "unchanged": 1}
    assert len(await world.items(f"/v1/campaigns/{world.campaign_id}/activities")) == 2


async def test_a_row_that_is_open_is_not_missing(world: World) -> None:
    await applied(world, sheet(ONE, TWO))
    again = await shown(world, sheet(ONE, (2, None, "防诈宣传", "谁也不是")))
    assert again["changes"] == {"created": 0, "updated": 0, "unchanged": 1, "missing": 0}


async def test_a_preview_is_by_the_register_of_today_and_its_version_says_when_it_moved(world: World) -> None:
    first = await shown(world, sheet(ONE, (2, "甲", "二项", "新镇")))
    path = f"/v1/imports/{first['id']}"
    assert first["version"] == 1
    assert (await world.get(path)).headers["etag"] == '"1"'
    await world.make_unit("新镇")
    again = await world.get(path)
    assert (again.json()["version"], again.headers["etag"]) == (2, '"2"')
    assert (again.json()["to_review"], again.json()["ready_count"]) == ([], 2)
    assert (await world.get(path)).json() == again.json()


async def test_an_import_is_applied_only_as_it_was_shown_when_if_match_asks_for_it(world: World) -> None:
    first = await shown(world, sheet(ONE))
    await world.make_unit("别的单位")
    stale = await apply(world, first["id"], If_Match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert await world.items(f"/v1/campaigns/{world.campaign_id}/activities") == []
    again = (await world.get(f"/v1/imports/{first['id']}")).json()
    assert (await apply(world, first["id"], If_Match='"7"')).status_code == 412
    taken = await apply(world, first["id"], If_Match=f'"{again["version"]}"')
    assert taken.json() == {"created": 1, "updated": 0, "unchanged": 0}


async def test_errors_and_open_texts_carry_the_address_of_their_cell(world: World) -> None:
    rows = [
        ("主办单位", "备注", "活动名称", "序号", "活动类别"),
        ("盛泽镇", "", "一项", 1, "甲"),
        ("谁也不是", "", "二项", 2, "甲"),
        ("盛泽镇", "", None, "三", None),
    ]
    for content in (an_xlsx(rows), a_csv(rows).encode()):
        seen = await shown(world, content)
        assert sorted(each["cell"] for each in seen["errors"]) == ["C4", "D4"]
        assert [(each["field"], each["cell"]) for each in seen["to_review"]] == [("hosts", "A3")]


async def test_the_error_workbook_is_the_offices_own_sheet_with_one_column_more(world: World) -> None:
    seen = await shown(world, ANNEX)
    page = await errors_of(world, seen["id"])
    given = load_workbook(BytesIO(ANNEX)).worksheets[0]
    assert page.title == given.title
    assert {str(each) for each in page.merged_cells.ranges} == {
        str(each) for each in given.merged_cells.ranges
    }
    assert [[cell.value for cell in row[:4]] for row in page.iter_rows()] == [
        [cell.value for cell in row] for row in given.iter_rows()
    ]
    assert page["E2"].value == "问题"
    said = {number: text for number, text in enumerate(column(page, "E"), start=1) if number > 2 and text}
    assert said.keys() == {each["row"] for each in seen["to_review"]}
    assert "D59: no rule says whom '相城区各镇（街道、区）' means" in said[59]


async def test_no_text_of_the_error_workbook_becomes_a_formula_and_broken_cells_stay_as_they_are(
    world: World,
) -> None:
    content = raw_xlsx(
        raw_row(1, *HEADINGS)
        + raw_row(2, "1", "甲", "=1+1", "@谁")
        + raw_row(3, "2", "甲", '<c t="e"><v>#REF!</v></c>', "盛泽镇")
        + raw_row(4, "3", "甲", "<c><f>A2</f></c>", "盛泽镇")
    )
    page = await errors_of(world, (await shown(world, content))["id"])
    assert [page["C2"].value, page["C2"].data_type, page["D2"].data_type] == ["=1+1", "s", "s"]
    assert (page["C3"].value, page["C4"].value or None) == ("#REF!", None)
    assert str(page["E3"].value).startswith("C3: holds the error #REF!")
    assert str(page["E4"].value).startswith("C4: holds a formula with no stored value")
    assert str(page["E2"].value).startswith("D2: no rule says whom '@谁' means")


async def test_the_error_workbook_of_a_csv_is_an_xlsx_and_can_be_sent_again(world: World) -> None:
    seen = await shown(world, a_csv([HEADINGS, ONE, (2, "甲", "", "盛泽镇")]).encode("gb18030"))
    answer = await world.get(f"/v1/imports/{seen['id']}/errors.xlsx")
    again = await shown(world, answer.content)
    assert [each["cell"] for each in again["errors"]] == ["C3"]
    assert [each["code"] for each in again["warnings"]] == ["columns_not_read"]


async def test_a_range_over_the_whole_sheet_or_over_another_does_not_trouble_the_error_workbook(
    world: World,
) -> None:
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in ("A3:XFD1048576", "A2:B2", "B2:C2"))
    content = raw_xlsx(
        raw_row(1, *HEADINGS)
        + raw_row(2, "1", "甲", "名", "局")
        + f"</sheetData><mergeCells>{ranges}</mergeCells><sheetData>"
    )
    page = await errors_of(world, (await shown(world, content))["id"])
    assert {str(each) for each in page.merged_cells.ranges} == {"A2:B2"}


async def test_a_repeated_post_under_one_key_is_one_import(world: World) -> None:
    body = a_csv([HEADINGS, ONE]).encode()
    boundary = "rollcall"
    raw = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nactivities\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        ).encode()
        + body
        + f"\r\n--{boundary}--\r\n".encode()
    )
    headers = {"Idempotency-Key": "k", "Content-Type": f"multipart/form-data; boundary={boundary}"}
    path = f"/v1/campaigns/{world.campaign_id}/imports"
    key = world.keys["coordinator"]
    first, again = [
        await world.service.ask("POST", path, key, content=raw, headers=headers) for _ in range(2)
    ]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_sheet_of_the_other_kind_is_refused_with_the_headings_that_it_lacks(world: World) -> None:
    refused = await send(world, an_xlsx([("单位名称", "排序"), ("甲局", 1)]))
    assert (refused.status_code, "活动名称" in refused.json()["detail"]) == (422, True)
