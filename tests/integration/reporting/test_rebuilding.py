"""Rebuilding: the read side equals what the logs make, is compared with it, and swapped while it answers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chassis import shadow
from chassis.connections import connect
from chassis.database import Database
from contracts.registry.organizations import OrganizationRegistered
from services.reporting import projections, rebuilding
from services.reporting.rebuilding import Rebuilt
from tests.integration.reporting.conftest import World
from tests.support.databases import Cluster
from tests.support.parts import ACTOR, fresh_database

INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"


@dataclass
class Owners:
    """Registry and submissions, whose logs hold what reporting has heard."""

    world: World
    databases: dict[str, Database]
    urls: dict[str, str]
    said: list[str] = field(default_factory=list)

    async def tell(self, *facts: Any, heard: bool = True) -> None:
        """Into the owner's log, and to reporting."""
        by_owner: dict[str, list[Any]] = {"registry": [], "submissions": []}
        for fact in facts:
            by_owner[fact.type.split(".")[1]].append(fact)
        for owner, told in by_owner.items():
            async with self.databases[owner].transaction() as tx:
                await tx.record_all(told, ACTOR)
        if heard:
            await self.world.service.hear(*facts)

    async def rebuild(self) -> Rebuilt:
        return await rebuilding.rebuild(self.world.service.made.owner_url, self.urls, self.said.append)

    async def check(self) -> Rebuilt:
        return await rebuilding.check(self.world.service.made.owner_url, self.urls, self.said.append)


@pytest.fixture
async def owners(cluster: Cluster, world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Owners]:
    monkeypatch.setattr(rebuilding, "SETTLE_SECONDS", 0.0)
    async with (
        fresh_database(cluster, "registry") as (registry, registry_made),
        fresh_database(cluster, "submissions") as (submissions, submissions_made),
    ):
        urls = {"registry": registry_made.url, "submissions": submissions_made.url}
        made = Owners(world, {"registry": registry, "submissions": submissions}, urls)
        facts = world.facts
        await made.tell(*facts.units(), facts.campaign(), facts.deliverable())
        owed = [facts.assignment(unit) for unit in ("north", "south")]
        await made.tell(*owed, facts.submission(owed[0]), facts.activity(1, "大会", "开幕"))
        yield made


async def indexes(world: World) -> list[Any]:
    async with world.service.database.reading() as connection:
        return [tuple(row) for row in await connection.fetch(INDEXES)]


async def change(world: World, statement: str) -> None:
    async with world.service.database.transaction() as tx:
        assert (await tx.connection.execute(statement)).split()[-1] != "0"


async def test_what_was_heard_equals_what_the_logs_make(owners: Owners) -> None:
    compared = await owners.check()
    assert (compared.differences, compared.problems, compared.swapped) == ([], [], False)
    assert compared.event_count == 11


async def test_a_row_that_was_changed_is_named_and_nothing_is_touched(owners: Owners) -> None:
    await change(owners.world, "UPDATE assignment SET state = 'waived' WHERE state = 'owed'")
    compared = await owners.check()
    assert sorted(each.split()[0] for each in compared.differences) == ["assignment", "assignment"]
    assert all(each.endswith("its columns differ") for each in compared.differences)
    async with owners.world.service.database.reading() as connection:
        assert await connection.fetchval("SELECT count(*) FROM assignment WHERE state = 'waived'") == 2


async def test_rows_too_many_and_rows_missing_are_told_apart(owners: Owners) -> None:
    await change(owners.world, "UPDATE activity SET id = gen_random_uuid()")
    words = {each.split(": ")[1] for each in (await owners.check()).differences}
    assert words == {"in use, not in the log", "in the log, missing in use"}


async def test_a_rebuild_mends_every_row_and_leaves_indexes_and_rights_as_they_were(owners: Owners) -> None:
    world, before, known = owners.world, await indexes(owners.world), await owners.world.get("overview")
    async with world.service.database.transaction() as tx:
        for table in projections.READ_SIDE:
            await tx.connection.execute(f"DELETE FROM {table}")
    rebuilt = await owners.rebuild()
    assert (rebuilt.swapped, rebuilt.problems) == (True, [])
    assert await indexes(world) == before
    again = await world.get("overview")
    moment = {"as_of", "behind_seconds"}
    assert {k: v for k, v in again.items() if k not in moment} == {
        k: v for k, v in known.items() if k not in moment
    }
    assert (await owners.check()).differences == []
    # The service goes on writing to the new tables with the rights that it has.
    await owners.tell(world.facts.assignment("district"))
    assert (await world.get("overview"))["expected"] == known["expected"] + 1


@pytest.mark.parametrize("path", ["overview", "matrix", "activities", "timeline"])
async def test_after_a_rebuild_the_past_is_told_as_before(owners: Owners, path: str) -> None:
    world = owners.world
    moment = world.service.database.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    before = await world.get(f"{path}?as_of={moment}")
    await owners.rebuild()
    again = await world.get(f"{path}?as_of={moment}")
    assert {**again, "behind_seconds": None} == {**before, "behind_seconds": None}


async def test_no_request_fails_while_tables_are_swapped_and_facts_come_in(owners: Owners) -> None:
    world, done = owners.world, asyncio.Event()
    answered = 0

    async def ask() -> None:
        nonlocal answered
        while not done.is_set():
            for path in ("overview", "matrix", "activities"):
                await world.get(path)
                answered += 1

    async def go_on() -> None:
        for _ in range(60):
            await owners.tell(world.facts.assignment("north"), world.facts.activity(2, "讲座", "讲座"))

    asking = [asyncio.create_task(ask()) for _ in range(3)]
    telling = asyncio.create_task(go_on())
    for _ in range(4):
        assert (await owners.rebuild()).swapped
    await telling
    done.set()
    await asyncio.gather(*asking)
    assert answered > 30
    assert (await owners.check()).differences == []
    assert (await world.get("overview"))["expected"] == 62


async def test_an_event_that_nobody_can_read_is_named_and_holds_up_no_other(owners: Owners) -> None:
    async with owners.databases["registry"].transaction() as tx:
        await tx.connection.execute(
            """
            INSERT INTO events (id, type, aggregate_id, aggregate_version, occurred_at, actor, traceparent, body)
            VALUES (gen_random_uuid(), $1, gen_random_uuid(), 1, now(), '{}', '', '{"organization": 1}')
            """,
            OrganizationRegistered.type,
        )
    await owners.tell(owners.world.facts.assignment("district"), heard=False)
    rebuilt = await owners.rebuild()
    (problem,) = rebuilt.problems
    assert problem.startswith("registry: an event cannot be read")
    assert rebuilt.swapped
    assert (await owners.world.get("overview"))["expected"] == 3


async def test_two_rebuilds_at_once_are_one(owners: Owners) -> None:
    other = await connect(owners.world.service.made.owner_url, "test")
    try:
        await shadow.make(other, projections.READ_SIDE)
        with pytest.raises(shadow.Busy, match="one at a time"):
            await owners.rebuild()
    finally:
        await other.close()
    # What that one left behind is in nobody's way.
    assert (await owners.rebuild()).swapped


async def test_a_reader_that_holds_its_tables_delays_the_swap_and_is_not_cut_off(owners: Owners) -> None:
    async with owners.world.service.database.transaction() as tx:
        await tx.connection.fetch("SELECT id FROM assignment")
        rebuilding_task = asyncio.create_task(owners.rebuild())
        done, _ = await asyncio.wait([rebuilding_task], timeout=2)
        assert not done
        assert len(await tx.connection.fetch("SELECT id FROM submission")) == 1
    assert (await rebuilding_task).swapped
