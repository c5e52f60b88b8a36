"""Editions: the annex frozen under a number, and its difference from another."""

import hashlib
import json
from typing import Any

import asyncpg
import pytest

from tests.integration.registry.conftest import World

NEVER = "00000000-0000-7000-8000-000000000000"


def at(world: World) -> str:
    return f"/v1/campaigns/{world.campaign_id}"


async def choose(world: World, name: str, **fields: Any) -> dict[str, Any]:
    """A registered key activity."""
    hosts = [{"organization_id": world.ids["department"]}, {"outside_party": "嘉善县委网信办"}]
    made = await world.make(
        f"{at(world)}/activities", {"category": "讲座", "name": name, "hosts": hosts, **fields}
    )
    await world.make(f"/v1/activities/{made['id']}/register", {})
    selected = await world.put(f"/v1/activities/{made['id']}/selection", {"selection": "key"})
    found: dict[str, Any] = selected.json()
    return found


async def issue(world: World, **body: Any) -> dict[str, Any]:
    return await world.make(f"{at(world)}/editions", body)


async def test_an_edition_freezes_the_key_activities_under_the_next_number(world: World) -> None:
    two, one = await choose(world, "二", serial_number=2), await choose(world, "一", serial_number=1)
    first = await issue(world, title="重点活动安排表", note="第一次印发")
    assert (first["number"], first["activity_count"], first["version"]) == (1, 2, 1)
    assert (await world.patch(f"/v1/activities/{one['id']}", {"name": "改"}, version=3)).status_code == 200
    second = await issue(world)
    assert [each["number"] for each in await world.items(f"{at(world)}/editions", "town")] == [1, 2]
    page = (await world.get(f"{at(world)}/editions?limit=1")).json()
    rest = (await world.get(f"{at(world)}/editions?limit=1&cursor={page['next_cursor']}")).json()
    assert [each["id"] for each in rest["items"]] == [second["id"]]
    whole = (await world.get(f"/v1/editions/{first['id']}", "town")).json()
    assert whole == first | {
        "rows": [
            {
                "activity_id": each["id"],
                "serial_number": each["serial_number"],
                "category": "讲座",
                "name": each["name"],
                "hosts_text": "苏州市教育局、嘉善县委网信办",
            }
            for each in (one, two)
        ]
    }
    text = json.dumps(whole["rows"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == first["rows_sha256"] != second["rows_sha256"]
    assert await world.facts(first["id"]) == [("edition.issued", 1, "coordinator")]


async def test_an_edition_is_never_changed_not_even_by_the_services_own_user(world: World) -> None:
    await choose(world, "一")
    await issue(world)
    for statement in ("UPDATE edition SET title = 'x'", "DELETE FROM edition_row", "TRUNCATE edition_row"):
        async with world.service.database.reading() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_the_difference_tells_added_removed_changed_and_only_moved(world: World) -> None:
    stays = await choose(world, "留", serial_number=1)
    goes = await choose(world, "去", serial_number=2)
    moves = await choose(world, "移", serial_number=3)
    other = await choose(world, "旧名", serial_number=4)
    first = await issue(world)
    await world.put(f"/v1/activities/{goes['id']}/selection", {"selection": None})
    await world.patch(f"/v1/activities/{other['id']}", {"name": "新名", "category": "展览"}, version=3)
    await world.make(f"{at(world)}/numbering", {"categories": ["讲座", "展览"]})
    comes = await choose(world, "来", serial_number=4)
    second = await issue(world)
    expected = {
        "from_edition": {"id": first["id"], "number": 1},
        "to_edition": {"id": second["id"], "number": 2},
        "added": [comes["id"]],
        "removed": [goes["id"]],
        "moved": [(moves["id"], 3, 2)],
        "unchanged_count": 1,
    }
    for asked in ("", "?from=1", f"?from={first['id']}"):
        told = (await world.get(f"/v1/editions/{second['id']}/difference{asked}", "town")).json()
        assert told["changed"] == [
            {
                "activity_id": other["id"],
                "name": "新名",
                "serial_number_before": 4,
                "serial_number_after": 3,
                "changes": [
                    {"field": "category", "before": "讲座", "after": "展览"},
                    {"field": "name", "before": "旧名", "after": "新名"},
                ],
            }
        ]
        assert {name: told[name] for name in ("from_edition", "to_edition", "unchanged_count")} | {
            "added": [row["activity_id"] for row in told["added"]],
            "removed": [row["activity_id"] for row in told["removed"]],
            "moved": [
                tuple(row[name] for name in ("activity_id", "serial_number_before", "serial_number_after"))
                for row in told["moved"]
            ],
        } == expected
    assert stays["id"] not in json.dumps(told)
    back = (await world.get(f"/v1/editions/{first['id']}/difference?from=2")).json()
    assert [row["activity_id"] for row in back["removed"]] == [comes["id"]]
    alone = (await world.get(f"/v1/editions/{first['id']}/difference")).json()
    assert (alone["from_edition"], len(alone["added"]), alone["unchanged_count"]) == (None, 4, 0)


async def test_a_difference_from_what_is_no_edition_of_the_campaign_is_refused(world: World) -> None:
    await choose(world, "一")
    edition = await issue(world)
    other = (await world.open_campaign(name="另一活动周"))["id"]
    made = await world.make(
        f"/v1/campaigns/{other}/activities",
        {"category": "讲座", "name": "二", "hosts": [{"outside_party": "外单位"}]},
    )
    await world.make(f"/v1/activities/{made['id']}/register", {})
    await world.put(f"/v1/activities/{made['id']}/selection", {"selection": "key"})
    foreign = await world.make(f"/v1/campaigns/{other}/editions", {})
    path = f"/v1/editions/{edition['id']}/difference?from="
    for asked, status in {
        "7": 404,
        "0": 404,
        NEVER: 404,
        foreign["id"]: 404,
        "x": 422,
        "-1": 422,
        "": 422,
    }.items():
        assert (await world.get(path + asked)).status_code == status, asked
    assert (await world.get(f"/v1/editions/{NEVER}")).status_code == 404


async def test_nothing_and_drafts_are_no_edition_and_the_cancelled_stay_out(world: World) -> None:
    empty = await world.post(f"{at(world)}/editions", {})
    assert (empty.status_code, empty.json()["code"]) == (409, "nothing_chosen")
    draft = await world.make(
        f"{at(world)}/activities",
        {"category": "讲座", "name": "草案", "hosts": [{"outside_party": "外单位"}]},
    )
    await world.put(f"/v1/activities/{draft['id']}/selection", {"selection": "key"})
    refused = await world.post(f"{at(world)}/editions", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "drafts_chosen")
    assert refused.json()["activity_ids"] == [draft["id"]]
    await world.make(f"/v1/activities/{draft['id']}/cancel", {"reason": "不办了"})
    await choose(world, "一")
    assert (await issue(world))["activity_count"] == 1
