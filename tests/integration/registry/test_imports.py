"""Imports: the annex of 2024 as the office has it; first shown, then decided, then applied whole or not at all."""

import csv
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.integration.registry.conftest import World
from tests.support.spreadsheets import AN_ACTIVITY, HEADINGS, a_csv, an_xlsx

EXAMPLE = Path(__file__).parents[3] / "examples" / "suzhou-2024"
ANNEX = (EXAMPLE / "annex.xlsx").read_bytes()


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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_csv_is_taken_in_each_encoding_of_offices(world: World, encoding: str) -> None:
    content = a_csv([HEADINGS, ONE]).encode(encoding)
    shown = (await preview(world, content, name="register.csv")).json()
    assert (shown["row_count"], shown["ready_count"]) == (1, 1)


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", 415, "expected xlsx or csv"),
        (b"%PDF-1.7", 415, "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 415, "old xls"),
        (b"PK\x03\x04 and nothing", 415, "begins as a zip"),
        (b"", 422, "empty"),
        (an_xlsx([["序号", "活动名称"], AN_ACTIVITY]), 422, "活动类别"),
    ],
)
async def test_a_file_that_is_no_register_is_refused_with_what_was_expected(
    world: World, content: bytes, status: int, said: str
) -> None:
    answer = await preview(world, content)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


async def test_a_file_is_missing_or_of_a_kind_that_is_not_known(world: World) -> None:
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
