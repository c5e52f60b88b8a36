"""Changes: told live over server-sent events, each once, in order, to those who may see them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from chassis.identity import new_id
from services.reporting.changes import handlers, store
from tests.integration.reporting.conftest import World
from tests.support.service import listening

WAIT = 20.0


@dataclass
class Stream:
    """Messages as they come."""

    lines: AsyncIterator[str]
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def next(self) -> dict[str, Any]:
        """The next message: its name, its id, its data."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(WAIT):
            async for line in self.lines:
                if line.startswith(":"):
                    continue
                if not line and "event" in fields:
                    break
                name, _, value = line.partition(": ")
                fields[name] = value
        data = fields["data"]
        message = {
            "name": fields["event"],
            "id": int(fields["id"]),
            "data": data if fields["event"] == "refused" else json.loads(data),
        }
        self.seen.append(message)
        return message

    async def facts(self, count: int) -> list[tuple[str, str]]:
        """Noun and fact of the next so many changes."""
        found: list[tuple[str, str]] = []
        while len(found) < count:
            changes = (await self.next())["data"]["changes"]
            found += [(change["noun"], change["fact"]) for change in changes]
        return found


@asynccontextmanager
async def looking_on(
    world: World, base: str, key: str = "office", last: int | None = None
) -> AsyncIterator[Stream]:
    headers = {"Authorization": f"Bearer {world.keys[key]}"}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    path = f"{base}/v1/campaigns/{world.facts.campaign_id}/changes"
    async with (
        httpx.AsyncClient(timeout=WAIT) as client,
        client.stream("GET", path, headers=headers) as answer,
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (
            200,
            "text/event-stream; charset=utf-8",
        )
        yield Stream(answer.aiter_lines())


@pytest.fixture
async def base(world: World) -> AsyncIterator[str]:
    async with listening(world.service) as base:
        yield base


async def test_a_stream_begins_now_and_tells_what_comes(world: World, base: str) -> None:
    async with looking_on(world, base) as stream:
        first = await stream.next()
        assert (first["name"], first["data"]["changes"]) == ("changes", [])
        owed = world.facts.assignment("north")
        await world.service.hear(owed)
        await world.service.hear(world.facts.submission(owed))
        assert await stream.facts(2) == [("assignment", "made"), ("submission", "received")]
        assert stream.seen[-1]["id"] > first["id"]
        assert stream.seen[-1]["data"]["behind_seconds"] >= 0


async def test_last_event_id_goes_on_where_it_was_and_tells_each_once(world: World, base: str) -> None:
    async with looking_on(world, base) as stream:
        last = (await stream.next())["id"]
    await world.service.hear(*[world.facts.assignment("north") for _ in range(3)])
    async with looking_on(world, base, last=last) as stream:
        assert len(await stream.facts(3)) == 3
        last = stream.seen[-1]["id"]
    await world.service.hear(world.facts.activity(1, "大会", "开幕"))
    async with looking_on(world, base, last=last) as stream:
        assert await stream.facts(1) == [("activity", "registered")]


async def test_a_burst_comes_whole_and_in_order(world: World, base: str) -> None:
    async with looking_on(world, base) as stream:
        await stream.next()
        owed = [world.facts.assignment("north") for _ in range(store.PAGE + 20)]
        await world.service.hear(*owed)
        ids: list[str] = []
        while len(ids) < len(owed):
            ids += [change["id"] for change in (await stream.next())["data"]["changes"]]
        assert ids == [str(each.assignment.id) for each in owed]


async def test_a_repeated_event_is_no_change(world: World, base: str) -> None:
    owed = world.facts.assignment("north")
    async with looking_on(world, base) as stream:
        await stream.next()
        await world.service.hear(owed)
        await world.service.hear(owed, owed)
        await world.service.hear(world.facts.activity(1, "大会", "开幕"))
        assert await stream.facts(2) == [("assignment", "made"), ("activity", "registered")]


async def test_what_is_no_longer_kept_is_a_reset(
    world: World, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "KEPT_COUNT", 2)
    async with looking_on(world, base) as stream:
        last = (await stream.next())["id"]
    await world.service.hear(*[world.facts.assignment("north") for _ in range(5)])
    async with world.service.database.transaction() as tx:
        await store.trim(tx.connection)
    for unknown in (last, 10**12):
        async with looking_on(world, base, last=unknown) as stream:
            message = await stream.next()
            assert (message["name"], message["id"]) == ("reset", last + 5)


async def test_a_unit_is_told_of_itself_an_overseer_of_its_subtree(world: World, base: str) -> None:
    facts = world.facts
    async with looking_on(world, base, "north") as unit, looking_on(world, base, "district") as overseer:
        await unit.next()
        await overseer.next()
        await world.service.hear(facts.assignment("stranger"), facts.assignment("south"))
        await world.service.hear(facts.assignment("north"), facts.deliverable_changed())
        assert await overseer.facts(3) == [
            ("assignment", "made"),
            ("assignment", "made"),
            ("deliverable", "defined"),
        ]
        assert await unit.facts(2) == [("assignment", "made"), ("deliverable", "defined")]
        told = [change for message in unit.seen for change in message["data"]["changes"]]
        assert told[0]["organization_ids"] == [str(facts.ids["north"])]


async def test_drafts_of_activities_are_told_to_the_issuer_and_their_hosts_alone(
    world: World, base: str
) -> None:
    facts = world.facts
    async with (
        looking_on(world, base) as office,
        looking_on(world, base, "north") as host,
        looking_on(world, base, "district") as other,
    ):
        for stream in (office, host, other):
            await stream.next()
        await world.service.hear(facts.activity(1, "大会", "草稿", state="draft"))
        await world.service.hear(facts.activity(2, "大会", "公开"))
        assert len(await office.facts(2)) == len(await host.facts(2)) == 2
        (change,) = (await other.next())["data"]["changes"]
        assert change["fact"] == "registered"
        office_ids = [c["id"] for m in office.seen for c in m["data"]["changes"]]
        assert change["id"] == office_ids[1]


async def test_other_campaigns_are_not_told(world: World, base: str) -> None:
    async with looking_on(world, base) as stream:
        await stream.next()
        elsewhere = world.facts.assignment("north")
        elsewhere.assignment.__dict__["campaign_id"] = new_id()
        await world.service.hear(elsewhere)
        await world.service.hear(world.facts.activity(1, "大会", "开幕"))
        assert await stream.facts(1) == [("activity", "registered")]


async def test_a_revoked_key_ends_the_stream_and_says_why(world: World, base: str) -> None:
    async with looking_on(world, base) as stream:
        await stream.next()
        async with world.service.database.transaction() as tx:
            await tx.connection.execute("UPDATE access_key SET revoked_at = now(), version = version + 1")
        message = await stream.next()
        assert message["name"] == "refused"
        assert "revoked" in message["data"]
        with pytest.raises(StopAsyncIteration):
            await anext(stream.lines)


@pytest.mark.parametrize("header", ["x", "-1", "1.5", "", "9" * 19])
async def test_a_last_event_id_that_is_none_is_refused(world: World, header: str) -> None:
    path = f"/v1/campaigns/{world.facts.campaign_id}/changes"
    answer = await world.service.ask("GET", path, world.keys["office"], headers={"Last-Event-ID": header})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_last_event_id")


async def test_who_may_not_read_figures_may_not_look_on(world: World) -> None:
    path = f"/v1/campaigns/{world.facts.campaign_id}/changes"
    assert (await world.service.ask("GET", path, None)).status_code == 401
    assert (await world.service.ask("GET", path, world.keys["ops"])).status_code == 403
    unknown = f"/v1/campaigns/{new_id()}/changes"
    assert (await world.service.ask("GET", unknown, world.keys["office"])).status_code == 404


async def test_one_process_tells_only_so_many(
    world: World, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "MOST_ONLOOKERS", 1)
    async with looking_on(world, base) as stream:
        await stream.next()
        path = f"{base}/v1/campaigns/{world.facts.campaign_id}/changes"
        async with httpx.AsyncClient() as client:
            answer = await client.get(path, headers={"Authorization": f"Bearer {world.keys['office']}"})
        assert (answer.status_code, answer.json()["code"]) == (503, "too_many_onlookers")
        assert answer.headers["Retry-After"]


async def test_batches_heard_at_once_become_visible_in_the_order_of_their_positions(world: World) -> None:
    """A reader that stands behind a position must never find a smaller one later."""
    done = asyncio.Event()
    highest = 0

    async def watch() -> None:
        nonlocal highest
        async with world.service.database.reading() as connection:
            while not done.is_set():
                rows = await connection.fetch("SELECT position FROM change ORDER BY position")
                positions = [row["position"] for row in rows]
                fresh = [each for each in positions if each not in known]
                assert all(each > highest for each in fresh), (highest, fresh)
                known.update(fresh)
                highest = max([highest, *positions])

    known: set[int] = set()
    watching = asyncio.create_task(watch())
    await asyncio.gather(
        *[world.service.hear(*[world.facts.assignment("north") for _ in range(7)]) for _ in range(40)]
    )
    done.set()
    await watching
    assert len(known) >= 280
