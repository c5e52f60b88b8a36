"""The hash chain: any change of the log is found and named."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from chassis import chain
from chassis.database import Database
from tests.support.databases import Cluster, TestDatabase
from tests.support.parts import connected, fresh_database, make_relay, record, registered, running
from tests.support.servers import TestBus
from tests.support.waiting import until


@asynccontextmanager
async def a_told_log(
    cluster: Cluster, bus: TestBus, count: int = 8
) -> AsyncIterator[tuple[Database, TestDatabase]]:
    """A database whose events are all told and chained."""
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        async with running(make_relay(database, made, own)):
            await asyncio.gather(*(record(database, registered()) for _ in range(count)))

            async def is_chained() -> bool:
                async with database.reading() as connection:
                    found: int = await connection.fetchval("SELECT count(*) FROM event_chain")
                    return found == count

            await until(is_chained)
        yield database, made


async def verify(database: Database, known: chain.Head | None = None) -> chain.ChainReport:
    async with database.reading() as connection:
        return await chain.verify(connection, known)


async def tamper(made: TestDatabase, *statements: str) -> None:
    """What only someone with all rights, and constraints out of the way, could do."""
    connection = await asyncpg.connect(made.admin_url)
    try:
        await connection.execute("SET session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_pitfall_07_concurrent_writers_do_not_fork_the_chain(cluster: Cluster, bus: TestBus) -> None:
    async with a_told_log(cluster, bus, count=200) as (database, _):
        report = await verify(database)
        assert (report.link_count, report.problems) == (200, ())


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE events SET body = body || 'x' WHERE position = 3", "is not what was chained"),
        ('UPDATE events SET actor = \'{"system": "other"}\' WHERE position = 3', "is not what was chained"),
        (
            "UPDATE events SET occurred_at = occurred_at + interval '1 second' WHERE position = 3",
            "is not what",
        ),
        ("DELETE FROM events WHERE position = 3", "are missing"),
        ("DELETE FROM event_chain WHERE link = 4", "links 4 to 4 are missing"),
        ("UPDATE event_chain SET hash = sha256('x') WHERE link = 4", "is not what was chained"),
        (
            "INSERT INTO events (id, type, aggregate_id, aggregate_version, occurred_at, actor, traceparent, body) "
            "SELECT gen_random_uuid(), type, gen_random_uuid(), 1, occurred_at, actor, traceparent, body FROM events "
            "WHERE position = 3",
            "neither chained nor waiting",
        ),
    ],
)
async def test_pitfall_07_a_changed_deleted_or_inserted_row_is_found(
    cluster: Cluster, bus: TestBus, statement: str, problem: str
) -> None:
    async with a_told_log(cluster, bus) as (database, made):
        assert (await verify(database)).problems == ()
        await tamper(made, statement)
        problems = (await verify(database)).problems
        assert problems
        assert any(problem in each for each in problems)


async def test_pitfall_07_two_links_that_change_places_are_found(cluster: Cluster, bus: TestBus) -> None:
    async with a_told_log(cluster, bus) as (database, made):
        await tamper(
            made,
            "UPDATE event_chain SET link = 100 WHERE link = 3",
            "UPDATE event_chain SET link = 3 WHERE link = 4",
            "UPDATE event_chain SET link = 4 WHERE link = 100",
        )
        assert len((await verify(database)).problems) >= 2


async def test_pitfall_07_a_tail_that_is_cut_off_shows_by_the_head_that_was_published(
    cluster: Cluster, bus: TestBus
) -> None:
    async with a_told_log(cluster, bus) as (database, made):
        head = (await verify(database)).head
        await tamper(
            made,
            "DELETE FROM event_chain WHERE link > 5",
            "DELETE FROM events WHERE position NOT IN (SELECT position FROM event_chain)",
        )
        assert (await verify(database)).problems == ()
        problems = (await verify(database, known=head)).problems
        assert problems == ("the chain ends at link 5, and 8 was published: its tail is cut off",)


async def test_the_relay_publishes_the_head_outside_of_its_database(
    cluster: Cluster, bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.relay.HEAD_SECONDS", 0.05)
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        async with running(make_relay(database, made, own)):
            await record(database, registered())

            async def head() -> Any:
                async with bus.administer() as jetstream:
                    return (await jetstream.stream_info("heads")).state.messages

            await until(head)
        async with bus.administer() as jetstream:
            message = await jetstream.get_last_msg("heads", "heads.registry")
        report = await verify(database)
        assert message.data is not None
        assert report.head.hash.hex() in message.data.decode()
