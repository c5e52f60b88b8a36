"""Imports: the annex of 2024 as the office has it; first shown, then decided, then applied whole or not at all."""

import asyncio
import csv
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml

from services.registry.campaigns import store as campaigns
from tests.integration.registry.conftest import World
from tests.support.spreadsheets import AN_ACTIVITY, HEADINGS, a_csv, an_xlsx, raw_row, raw_xlsx
from tests.support.waiting import until

EXAMPLE = Path(__file__).parents[3] / "examples" / "suzhou-2024"
ANNEX = (EXAMPLE / "annex.xlsx").read_bytes()
NEVER = "00000000-0000-7000-8000-000000000000"


async def preview(
    world: World, content: bytes, key: str = "coordinator", name: str = "annex.xlsx", **form: str
) -> httpx.Response:
    return await world.service.ask(
        "POST",
        f"/v1/campaigns/{world.campaign_id}/imports",
        world.keys[key],
        files={"file": (name, content, "application/octet-stream")},
        data={"kind": "activities", **form},
    )


async def apply(world: World, id: str, decisions: list[dict[str, Any]]) -> httpx.Response:
    return await world.post(f"/v1/imports/{id}/apply", {"decisions": decisions})


async def register_units(world: World) -> dict[str, str]:
    """The example's units over the world's own; ids by name."""
    ids: dict[str, str] = {}
    with (EXAMPLE / "organizations.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for unit in ("department", "other department"):
        gone = await world.patch(
            f"/v1/organizations/{world.ids[unit]}", {"closed_on": "2024-08-30"}, version=1
        )
        assert gone.status_code == 200
    for row in rows:
        body = {
            "name": row["name"],
            "kind": row["kind"],
            "aliases": [a for a in row["aliases"].split(";") if a],
        }
        if row["parent"]:
            body |= {"parent_id": ids[row["parent"]], "sort_order": int(row["sort_order"])}
            ids[row["name"]] = (await world.make("/v1/organizations", body))["id"]
        else:
            body["aliases"] = [alias for alias in body["aliases"] if alias != "苏州市委网信办"]
            await world.patch(f"/v1/organizations/{world.ids['office']}", body, version=1)
            ids[row["name"]] = world.ids["office"]
    return ids


def decisions_of(ids: dict[str, str]) -> list[dict[str, Any]]:
    decisions = yaml.safe_load((EXAMPLE / "decisions.yaml").read_text(encoding="utf-8"))["decisions"]
    for decision in decisions:
        if "organization" in decision:
            decision["organization_id"] = ids[decision.pop("organization")]
        if "new_organization" in decision:
            new = decision["new_organization"]
            new["parent_id"] = ids[new.pop("parent")]
    return list(decisions)


async def test_the_annex_of_2024_is_shown_decided_applied_and_then_changes_nothing(world: World) -> None:
    ids = await register_units(world)
    shown = (await preview(world, ANNEX)).json()
    assert (shown["row_count"], shown["ready_count"], shown["errors"]) == (110, 62, [])
    assert shown["to_review"]
    assert await world.items(f"/v1/campaigns/{world.campaign_id}/activities") == []

    undecided = await apply(world, shown["id"], [])
    assert (undecided.status_code, undecided.json()["code"]) == (409, "undecided")
    assert await world.items(f"/v1/campaigns/{world.campaign_id}/activities") == []

    applied = await apply(world, shown["id"], decisions_of(ids))
    assert applied.json() == {"created": 110, "updated": 0, "unchanged": 0}
    listed = await world.items(f"/v1/campaigns/{world.campaign_id}/activities", "reporter")
    assert [each["serial_number"] for each in listed] == list(range(1, 111))
    with (EXAMPLE / "activities.csv").open(encoding="utf-8-sig", newline="") as lines:
        written = [tuple(row.values())[:4] for row in csv.DictReader(lines)]
    assert [
        (str(each["serial_number"]), each["category"], each["name"], each["hosts_text"]) for each in listed
    ] == written
    registered = [fact for fact in await world.facts() if fact[0] == "activity.registered"]
    assert registered == [("activity.registered", 1, "coordinator")] * 110

    again = (await preview(world, ANNEX)).json()
    assert (again["ready_count"], again["to_review"]) == (110, [])
    before = await world.facts()
    assert (await apply(world, again["id"], [])).json() == {"created": 0, "updated": 0, "unchanged": 110}
    assert await world.facts() == before


def sheet(*rows: tuple[object, ...]) -> bytes:
    return an_xlsx([HEADINGS, *rows])


ONE = (1, "网络安全进乡村", "网络举报进乡村", "盛泽镇")


async def test_a_preview_writes_nothing_but_the_file(world: World) -> None:
    before = await world.facts()
    shown = (await preview(world, sheet(ONE))).json()
    assert (shown["state"], shown["ready_count"]) == ("previewed", 1)
    assert await world.facts() == before
    assert (await world.get(f"/v1/imports/{shown['id']}")).json() == shown


async def test_a_row_that_changed_is_changed_and_the_others_are_left(world: World) -> None:
    two = (2, "网络安全进乡村", "防诈宣传", "吴江区委宣传部")
    first = (await preview(world, sheet(ONE, two))).json()
    await apply(world, first["id"], [])
    changed = (2, "网络安全进乡村", "防诈宣传", "盛泽镇")
    second = (await preview(world, sheet(ONE, changed))).json()
    assert (await apply(world, second["id"], [])).json() == {"created": 0, "updated": 1, "unchanged": 1}
    listed = await world.items(f"/v1/campaigns/{world.campaign_id}/activities")
    assert listed[1]["hosts"][0]["organization_id"] == world.ids["town"]
    assert [fact for fact, _, _ in await world.facts(listed[1]["id"])] == [
        "activity.registered",
        "activity.changed",
    ]


async def test_a_row_in_error_is_named_by_its_cell_and_stops_the_whole_file(world: World) -> None:
    shown = (await preview(world, sheet(ONE, (2, "网络安全进乡村", None, "盛泽镇")))).json()
    assert (shown["row_count"], shown["ready_count"]) == (2, 1)
    assert [(each["row"], each["column"]) for each in shown["errors"]] == [(3, "活动名称")]
    refused = await apply(world, shown["id"], [])
    assert (refused.status_code, refused.json()["code"]) == (409, "undecided")
    assert await world.items(f"/v1/campaigns/{world.campaign_id}/activities") == []


async def test_what_a_person_decided_is_remembered_for_the_next_file(world: World) -> None:
    first = (await preview(world, sheet((1, "甲", "一项", "盛泽街道办")))).json()
    (open_text,) = first["to_review"]
    assert (open_text["text"], open_text["row"]) == ("盛泽街道办", 2)
    decision = {"text": "盛泽街道办", "organization_id": world.ids["town"], "why": "its name of old"}
    assert (await apply(world, first["id"], [decision])).json()["created"] == 1
    second = (await preview(world, sheet((2, "甲", "二项", "盛泽街道办")))).json()
    assert (second["ready_count"], second["to_review"]) == (1, [])


async def test_a_blank_category_is_asked_for_by_row_and_never_filled_in(world: World) -> None:
    shown = (await preview(world, sheet(ONE, (2, None, "二项", "盛泽镇")))).json()
    (asked,) = shown["to_review"]
    assert (asked["row"], asked["field"]) == (3, "category")
    applied = await apply(world, shown["id"], [{"row": 3, "category": "网络安全进乡村"}])
    assert applied.json()["created"] == 2


async def test_of_an_annex_that_is_not_wholly_decided_nothing_is_kept(world: World) -> None:
    decisions = decisions_of(await register_units(world))
    shown = (await preview(world, ANNEX)).json()
    before, units = await world.facts(), await world.items("/v1/organizations")
    refused = await apply(world, shown["id"], decisions[1:])
    assert (refused.status_code, refused.json()["code"]) == (409, "undecided")
    assert {each["text"] for each in refused.json()["to_review"]} == {decisions[0]["text"]}
    assert (await world.facts(), await world.items("/v1/organizations")) == (before, units)
    assert (await world.get(f"/v1/imports/{shown['id']}")).json() == shown


WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


async def test_a_file_that_is_applied_at_once_by_several_is_applied_once(world: World) -> None:
    shown = (await preview(world, sheet((None, *ONE[1:])))).json()

    async def are_waiting() -> bool:
        # Not in the transaction, which would see one moment of this view for as long as it lasts.
        async with world.service.database.reading() as connection:
            return bool(await connection.fetchval(WAITING) == 3)

    async with world.service.database.transaction() as tx:
        await campaigns.lock(tx, UUID(world.campaign_id))
        applying = [asyncio.create_task(apply(world, shown["id"], [])) for _ in range(3)]
        await until(are_waiting)
    answers = [await each for each in applying]
    assert sorted(answer.json()["created"] for answer in answers) == [0, 0, 1]
    assert len(await world.items(f"/v1/campaigns/{world.campaign_id}/activities")) == 1
    assert (await world.get(f"/v1/imports/{shown['id']}")).json()["state"] == "applied"


async def test_rows_of_one_name_without_numbers_are_as_many_activities_and_stay_so(world: World) -> None:
    hosts = ("盛泽镇", "吴江区委宣传部", "昆山市委宣传部", "盛泽镇")
    content = sheet(*[(None, "网络安全进乡村", "防诈宣传", host) for host in hosts])
    first, second = [(await preview(world, content)).json()["id"] for _ in range(2)]
    assert (await apply(world, first, [])).json() == {"created": 4, "updated": 0, "unchanged": 0}
    before = await world.facts()
    assert (await apply(world, second, [])).json() == {"created": 0, "updated": 0, "unchanged": 4}
    assert await world.facts() == before
    moved = sheet(
        *[(None, "网络安全进乡村", "防诈宣传", host) for host in ("苏州市教育局", *hosts[1:], "苏州市公安局")]
    )
    third = (await preview(world, moved)).json()["id"]
    assert (await apply(world, third, [])).json() == {"created": 1, "updated": 1, "unchanged": 3}


async def test_a_later_decision_weighs_more_than_the_one_that_is_remembered(world: World) -> None:
    content = sheet((1, "甲", "一项", "盛泽街道办"))
    decisions = [
        {"text": "盛泽街道办", "outside_party": "盛泽街道"},
        {"text": "盛泽街道办", "organization_id": world.ids["town"]},
    ]
    id = (await preview(world, content)).json()["id"]
    for decision in decisions:
        assert (await apply(world, id, [decision])).status_code == 200
    assert (await apply(world, id, [])).json() == {"created": 0, "updated": 0, "unchanged": 1}
    (activity,) = await world.items(f"/v1/campaigns/{world.campaign_id}/activities")
    assert [(host["organization_id"], host["written_as"]) for host in activity["hosts"]] == [
        (world.ids["town"], "盛泽街道办")
    ]
    assert await world.facts(activity["id"]) == [
        ("activity.registered", 1, "coordinator"),
        ("activity.changed", 2, "coordinator"),
    ]


async def test_what_was_decided_for_a_unit_that_is_closed_is_asked_again(world: World) -> None:
    unit = await world.make_unit("盛泽街道办事处（旧）")
    first = (await preview(world, sheet((1, "甲", "一项", "盛泽街道办")))).json()
    await apply(world, first["id"], [{"text": "盛泽街道办", "organization_id": unit["id"]}])
    await world.patch(f"/v1/organizations/{unit['id']}", {"closed_on": "2024-08-30"}, version=1)
    second = (await preview(world, sheet((2, "甲", "二项", "盛泽街道办")))).json()
    assert [each["text"] for each in second["to_review"]] == ["盛泽街道办"]


async def test_a_decision_that_cannot_stand_is_refused_and_none_is_remembered(world: World) -> None:
    text = "盛泽街道办"
    shown = (await preview(world, sheet((1, "甲", "一项", text)))).json()
    before = await world.facts()
    new = {"kind": "other", "name": "盛泽街道办事处"}
    refused: list[tuple[list[dict[str, Any]], int, str]] = [
        ([{"text": text, "organization_id": NEVER}], 422, "organization_unknown"),
        ([{"text": text, "new_organization": new | {"parent_id": NEVER}}], 422, "parent_unknown"),
        ([{"text": text, "outside_party": name} for name in "甲乙"], 422, "contradicting_decisions"),
        ([{"text": text, "outside_party": "甲", "organization_id": world.ids["town"]}], 422, "invalid"),
        ([{"text": text}], 422, "invalid"),
        ([{"text": " ", "outside_party": "甲"}], 422, "invalid"),
        ([{"row": 2, "outside_party": "甲"}], 422, "invalid"),
        ([{"text": "别的", "outside_party": "甲"}], 409, "undecided"),
    ]
    said = []
    for decisions, _, _ in refused:
        answer = await apply(world, shown["id"], decisions)
        said.append((decisions, answer.status_code, answer.json()["code"]))
    assert said == refused
    assert await world.facts() == before
    assert (await world.get(f"/v1/imports/{shown['id']}")).json() == shown


async def test_a_unit_that_a_decision_founds_is_on_the_register_and_hosts(world: World) -> None:
    shown = (await preview(world, sheet((1, "甲", "一项", "盛泽街道办")))).json()
    new = {"name": "盛泽街道办事处", "kind": "town", "parent_id": world.ids["district"]}
    decision = {"text": "盛泽街道办", "new_organization": new}
    assert (await apply(world, shown["id"], [decision])).json()["created"] == 1
    (founded,) = [each for each in await world.items("/v1/organizations") if each["name"] == "盛泽街道办事处"]
    (activity,) = await world.items(f"/v1/campaigns/{world.campaign_id}/activities")
    assert activity["hosts"][0]["organization_id"] == founded["id"]
    assert await world.facts(founded["id"]) == [("organization.registered", 1, "coordinator")]
    assert (await apply(world, shown["id"], [decision])).json()["unchanged"] == 1


async def test_a_csv_is_taken_in_each_encoding_of_offices(world: World) -> None:
    quoted = (2, "网络安全进乡村", "“防诈”, 第二场", "盛泽镇、吴江区委宣传部\n昆山市委宣传部")
    previews = []
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        content = a_csv([HEADINGS, ONE, quoted]).encode(encoding)
        previews.append((await preview(world, content, name="register.csv")).json())
    assert [(each["row_count"], each["ready_count"]) for each in previews] == [(2, 2)] * 3
    await apply(world, previews[2]["id"], [])
    listed = await world.items(f"/v1/campaigns/{world.campaign_id}/activities")
    assert [each["name"] for each in listed] == ["网络举报进乡村", "“防诈”, 第二场"]
    units = ("town", "district", "other district")
    assert [host["organization_id"] for host in listed[1]["hosts"]] == [world.ids[unit] for unit in units]
    assert (await apply(world, previews[0]["id"], [])).json()["unchanged"] == 2


BOMB = raw_xlsx(raw_row(1, *HEADINGS) + " " * 70_000_000)
LAUGHS = '<!DOCTYPE z [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {each} "{f"&{before};" * 10}">' for before, each in pairwise("abcdefghi")
)
NO_REGISTERS = {
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", 415, "expected xlsx or csv"),
    "a PDF": (b"%PDF-1.7", 415, "PDF"),
    "an xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 415, "old xls"),
    "half a zip": (b"PK\x03\x04 and nothing", 415, "expected xlsx"),
    "neither encoding": (b"\xff\xffabc", 415, "UTF-8"),
    "UTF-16": (a_csv([HEADINGS, ONE]).encode("utf-16"), 415, "UTF-16"),
    "nothing": (b"", 422, "empty"),
    "spaces": (b" \r\n ", 422, "empty"),
    "a column short": (an_xlsx([["序号", "活动名称"], AN_ACTIVITY]), 422, "活动类别"),
    "other columns": (a_csv([("姓名", "电话"), ("甲", "乙")]).encode(), 422, "主办单位"),
    "a column twice": (a_csv([(*HEADINGS, "主办单位"), (*ONE, "甲")]).encode(), 422, "主办单位"),
    "an open quote": ((a_csv([HEADINGS]) + '1,甲,"乙,丙').encode(), 422, "record 2"),
    "a bomb": (BOMB, 422, ""),
    "entities": (raw_xlsx(raw_row(1, *HEADINGS) + raw_row(2, "1", "a", "b", "&i;"), LAUGHS + "]>"), 422, ""),
}


async def test_a_file_that_is_no_register_is_refused_with_what_was_expected(world: World) -> None:
    before = await world.facts()
    for called, (content, status, said) in NO_REGISTERS.items():
        answer = await preview(world, content)
        assert (called, answer.status_code, answer.headers["content-type"]) == (
            called,
            status,
            "application/problem+json",
        )
        assert said in answer.json()["detail"]
    assert await world.facts() == before


async def test_headings_alone_are_a_register_of_nothing(world: World) -> None:
    shown = (await preview(world, a_csv([HEADINGS]).encode())).json()
    assert (shown["row_count"], shown["ready_count"], shown["errors"]) == (0, 0, [])
    assert (await apply(world, shown["id"], [])).json() == {"created": 0, "updated": 0, "unchanged": 0}


async def test_a_file_is_missing_or_of_a_kind_that_is_not_known(world: World) -> None:
    assert (await world.get(f"/v1/imports/{NEVER}")).status_code == 404
    assert (await apply(world, NEVER, [])).status_code == 404
    assert (await preview(world, sheet(ONE), kind="weather")).status_code == 422
    empty = await world.service.ask(
        "POST",
        f"/v1/campaigns/{world.campaign_id}/imports",
        world.keys["coordinator"],
        data={"kind": "activities"},
    )
    assert (empty.status_code, empty.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("key", "status"), [("overseer", 403), ("reporter", 403), ("auditor", 403), ("other office", 404)]
)
async def test_only_the_issuers_coordinator_imports(world: World, key: str, status: int) -> None:
    shown = (await preview(world, sheet(ONE))).json()
    assert (await preview(world, sheet(ONE), key)).status_code == status
    assert (await world.get(f"/v1/imports/{shown['id']}", key)).status_code == status
    refused = await world.post(f"/v1/imports/{shown['id']}/apply", {"decisions": []}, key)
    assert refused.status_code == status
