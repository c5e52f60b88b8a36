"""Snapshots: numbered, hashed, compared, and never changed by anything."""

import asyncio
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.integration.reporting.conftest import START, World


async def take(world: World, key: str = "office", headers: dict[str, str] | None = None, **body: Any) -> Any:
    path = f"/v1/campaigns/{world.facts.campaign_id}/snapshots"
    return await world.service.ask("POST", path, world.keys[key], json=body, headers=headers or {})


async def owe(world: World) -> Any:
    north, south = world.facts.assignment("north"), world.facts.assignment("south")
    await world.service.hear(north, south, world.facts.activity(1, "甲", "未定", state="draft"))
    return north, south


async def test_a_snapshot_holds_the_figures_of_its_moment_whatever_comes_after(world: World) -> None:
    north, _ = await owe(world)
    first = await take(world)
    assert first.status_code == 201, first.text
    frozen = first.json()
    assert (frozen["number"], frozen["title"]) == (1, "截至9月1日9时")
    assert frozen["content"]["overview"]["expected"] == 2
    assert frozen["content"]["overview"]["activities"]["total"] == 0
    assert frozen["content"]["matrix"] == {str(world.facts.deliverable_id): {"owed": 2}}
    text = json.dumps(frozen["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == frozen["sha256"]
    await world.service.hear(world.facts.submission(north))
    assert await world.get("snapshots/1") == {
        **frozen,
        "taken_at": (await world.get("snapshots/1"))["taken_at"],
    }
    second = (await take(world)).json()
    assert (second["number"], second["content"]["overview"]["actual"]) == (2, 1)
    listed = (await world.get("snapshots"))["items"]
    assert [each["sha256"] for each in listed] == [frozen["sha256"], second["sha256"]]
    page = await world.get("snapshots?limit=1")
    assert page["next_cursor"]
    rest = await world.get(f"snapshots?cursor={page['next_cursor']}")
    assert [each["number"] for each in rest["items"]] == [2]


async def test_two_snapshots_are_compared_in_all_and_by_part(world: World) -> None:
    north, _ = await owe(world)
    await take(world)
    await world.service.hear(world.facts.submission(north))
    await take(world)
    url = f"/v1/campaigns/{world.facts.campaign_id}/snapshots/1/difference?to=2"
    assert '"figure":"actual","before":0,"after":1}' in (
        await world.service.ask("GET", url, world.keys["office"])
    ).text.replace(" ", "")
    difference = await world.get("snapshots/1/difference?to=2")
    changes = {each["figure"]: (each["before"], each["after"]) for each in difference["figures"]}
    assert changes == {
        "actual": (0, 1),
        "actual_on_time": (0, 1),
        "completeness": (0.0, 0.5),
        "timeliness": (0.0, 0.5),
    }
    assert difference["deliverables"][0]["name"] == "活动总结"
    assert difference["districts"][0]["name"] == "district"
    assert (await world.get("snapshots/2/difference?to=2"))["figures"] == []


async def test_a_snapshot_of_a_past_moment_is_named_by_it_and_of_a_future_one_refused(world: World) -> None:
    await owe(world)
    world.service.clock.set(datetime.fromisoformat("2024-09-17T09:00:00+08:00"))
    late = (await take(world, as_of="2024-09-16T23:59:59.999999+08:00")).json()
    assert late["title"] == "截至9月16日24时"
    named = (await take(world, as_of="2024-09-16T18:30:00+08:00", title="快报")).json()
    assert (named["title"], named["number"]) == ("快报", 2)
    refused = await take(world, as_of="2024-09-18T00:00:00+08:00")
    assert (refused.status_code, refused.json()["code"]) == (422, "as_of_in_future")
    refused = await take(world, as_of=(START - timedelta(days=1)).isoformat())
    assert (refused.status_code, refused.json()["code"]) == (422, "as_of_before_campaign")


async def test_nothing_changes_a_snapshot_in_the_database(world: World) -> None:
    await owe(world)
    await take(world)
    harm = ("UPDATE snapshot SET title = 'x'", "DELETE FROM snapshot", "UPDATE snapshot SET sha256 = 'y'")
    for statement in harm:
        with pytest.raises(asyncpg.PostgresError, match="never changes"):
            async with world.service.database.transaction() as tx:
                await tx.connection.execute(statement)
    assert len((await world.get("snapshots"))["items"]) == 1


async def test_the_same_key_takes_one_snapshot_and_ten_at_once_take_ten_numbers(world: World) -> None:
    await owe(world)
    answers = [await take(world, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    taken = await asyncio.gather(*(take(world) for _ in range(5)))
    assert sorted(each.json()["number"] for each in taken) == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("who", "taking", "reading"),
    [
        ("office", 201, 200),
        ("office auditor", 403, 200),
        ("district", 404, 404),
        ("north", 404, 404),
        ("stranger", 404, 404),
        ("ops", 403, 403),
    ],
)
async def test_snapshots_are_taken_by_the_office_and_read_by_who_sees_all(
    world: World, who: str, taking: int, reading: int
) -> None:
    await owe(world)
    await take(world)
    assert (await take(world, key=who)).status_code == taking
    for path in ("snapshots", "snapshots/1", "snapshots/1/difference?to=1"):
        url = f"/v1/campaigns/{world.facts.campaign_id}/{path}"
        assert (await world.service.ask("GET", url, world.keys[who])).status_code == reading
    missing = f"/v1/campaigns/{world.facts.campaign_id}/snapshots/99"
    assert (await world.service.ask("GET", missing, world.keys["office"])).status_code == 404
