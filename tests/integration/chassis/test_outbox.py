"""The outbox under overlapping transactions: nothing lost, nothing held up, order kept."""

import asyncio
import random
from collections import defaultdict

import asyncpg
import pytest

from chassis.refusals import TooLarge
from contracts.envelope import Event
from contracts.registry.organizations import OrganizationRegistered
from tests.support.databases import Cluster
from tests.support.parts import (
    ACTOR,
    an_organization,
    connected,
    fresh_database,
    make_relay,
    record,
    registered,
    renamed,
    running,
    told,
    waiting_count,
)
from tests.support.servers import TestBus
from tests.support.waiting import until


async def test_pitfall_01_transactions_that_commit_out_of_order_lose_no_event(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        facts = [registered() for _ in range(120)]

        async def commit_later(fact: OrganizationRegistered) -> None:
            async with database.transaction() as tx:
                await tx.record(fact, ACTOR)
                await asyncio.sleep(random.uniform(0, 0.05))

        async with running(make_relay(database, made, own)):
            await asyncio.gather(*(commit_later(fact) for fact in facts))
            await until(lambda: _is_empty(database))
        heard = {headers["ce-subject"] for _, headers, _ in await told(bus)}
        assert heard == {str(fact.aggregate_id) for fact in facts}


async def test_pitfall_01_an_event_with_a_smaller_position_that_commits_last_is_told(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        late, early = registered(), registered()
        async with running(make_relay(database, made, own)):
            async with database.transaction() as tx:
                await tx.record(late, ACTOR)
                await record(database, early)
                await until(lambda: _has_told(bus, 1))
            await until(lambda: _has_told(bus, 2))


async def test_pitfall_02_an_idle_writing_transaction_holds_nothing_up(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        idle = await asyncpg.connect(made.url)
        await idle.execute("BEGIN")
        await idle.execute(
            "INSERT INTO relay_lease (backend_pid, beat_at) VALUES (1, now()) ON CONFLICT DO NOTHING"
        )
        await idle.execute("ROLLBACK")
        await idle.execute("BEGIN")
        await idle.execute("SELECT pg_current_xact_id()")
        async with running(make_relay(database, made, own)):
            await record(database, registered())
            await until(lambda: _has_told(bus, 1), seconds=5)
        await idle.close()


async def test_pitfall_02_every_session_ends_idle_transactions_after_thirty_seconds(cluster: Cluster) -> None:
    async with fresh_database(cluster) as (database, _), database.reading() as connection:
        assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "30s"
        assert await connection.fetchval("SHOW TimeZone") == "UTC"


async def test_events_of_one_aggregate_are_told_in_their_order(cluster: Cluster, bus: TestBus) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        units = [an_organization() for _ in range(10)]

        async def live(index: int) -> None:
            facts: list[Event] = [registered(units[index])]
            facts += [renamed(units[index], version, f"名称{version}") for version in range(2, 12)]
            await record(database, *facts)

        async with running(make_relay(database, made, own)):
            await asyncio.gather(*(live(index) for index in range(10)))
            await until(lambda: _is_empty(database))
        versions: dict[str, list[str]] = defaultdict(list)
        for _, headers, body in await told(bus):
            versions[headers["ce-subject"]].append(body.decode().split('"version":')[1].split(",")[0])
        assert all(seen == [str(n) for n in range(1, 12)] for seen in versions.values())
        assert len(versions) == 10


async def test_pitfall_06_an_event_over_512_kib_is_refused_and_leaves_nothing(cluster: Cluster) -> None:
    async with fresh_database(cluster) as (database, _):
        huge = registered(an_organization(aliases=["长" * 100_000] * 2))
        with pytest.raises(TooLarge, match="expected at most 524288"):
            await record(database, huge)
        async with database.reading() as connection:
            assert await connection.fetchval("SELECT count(*) FROM events") == 0


async def test_an_event_of_the_same_aggregate_and_version_is_refused_by_the_database(
    cluster: Cluster,
) -> None:
    async with fresh_database(cluster) as (database, _):
        unit = an_organization()
        await record(database, registered(unit))
        with pytest.raises(asyncpg.UniqueViolationError):
            await record(database, registered(unit))


async def test_the_log_can_be_added_to_and_never_changed(cluster: Cluster) -> None:
    async with fresh_database(cluster) as (database, _):
        await record(database, registered())
        for statement in (
            "UPDATE events SET type = 'rollcall.a.b.c.v1'",
            "DELETE FROM events",
            "TRUNCATE events CASCADE",
            "UPDATE event_chain SET link = 2",
            "DELETE FROM event_chain",
        ):
            async with database.reading() as connection:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)


async def test_who_did_it_and_where_it_came_from_stand_with_each_event(cluster: Cluster) -> None:
    async with fresh_database(cluster) as (database, _):
        await record(database, registered())
        async with database.reading() as connection:
            row = await connection.fetchrow("SELECT actor, traceparent, occurred_at FROM events")
        assert row is not None
        assert row["actor"] == {"system": "test"}
        assert row["traceparent"].startswith("00-")
        assert row["occurred_at"].tzinfo is not None


async def _is_empty(database: object) -> bool:
    return await waiting_count(database) == 0  # type: ignore[arg-type]


async def _has_told(bus: TestBus, count: int) -> bool:
    return len(await told(bus)) >= count
