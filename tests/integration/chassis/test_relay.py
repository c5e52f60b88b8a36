"""The relay when it is killed, doubled, frozen, and when the bus is away or answers late."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chassis import outbox
from chassis.identity import new_id
from chassis.publishing import PublishFailed, Telling, publish_batch, publish_one
from tests.support.databases import Cluster, TestDatabase
from tests.support.parts import (
    ACTOR,
    connected,
    fresh_database,
    make_relay,
    record,
    registered,
    running,
    told,
    waiting_count,
)
from tests.support.servers import TestBus
from tests.support.waiting import until


@asynccontextmanager
async def relay_process(
    made: TestDatabase, bus: TestBus, *more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A relay in a process of its own, ended at the end of the block whatever was done to it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.relay_process", made.url, bus.url("registry"), *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def says(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()


async def until_empty(database: Any, seconds: float = 20) -> None:
    async def is_empty() -> bool:
        return await waiting_count(database) == 0

    await until(is_empty, seconds=seconds)


async def test_a_relay_killed_between_publish_and_taking_out_leaves_each_event_once(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made):
        await record(database, *(registered() for _ in range(5)))
        async with relay_process(made, bus, "30", "before-take-out") as process:
            assert await says(process) == "leading"
            assert await says(process) == "published"
            assert await waiting_count(database) == 5
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        async with connected(bus) as own, running(make_relay(database, made, own)):
            await record(database, registered())
            await until_empty(database)
        ids = [headers["ce-id"] for _, headers, _ in await told(bus)]
        assert len(ids) == len(set(ids)) == 6


async def test_pitfall_03_of_two_relays_at_once_one_leads_and_each_event_is_told_once(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as one, connected(bus) as other:
        first, second = make_relay(database, made, one), make_relay(database, made, other)
        async with running(first), running(second):
            await asyncio.gather(*(record(database, registered()) for _ in range(60)))
            await until_empty(database)
            leading = [relay.metrics.leading._value.get() for relay in (first, second)]
        assert sorted(leading) == [0, 1]
        ids = [headers["ce-id"] for _, headers, _ in await told(bus)]
        assert len(ids) == len(set(ids)) == 60


async def test_pitfall_04_a_frozen_leader_is_replaced_and_writes_nothing_when_it_wakes(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        # Longer than a slow bus is waited for: else each would end the other for ever.
        async with relay_process(made, bus, "6") as frozen:
            assert await says(frozen) == "leading"
            os.kill(frozen.pid, signal.SIGSTOP)
            async with running(make_relay(database, made, own, stale_seconds=6)):
                await record(database, registered())
                await until_empty(database, seconds=40)
                os.kill(frozen.pid, signal.SIGCONT)
                await record(database, *(registered() for _ in range(20)))
                await until_empty(database)
                await _until_chained(database, 21)
        ids = [headers["ce-id"] for _, headers, _ in await told(bus)]
        assert len(ids) == len(set(ids)) == 21


async def test_pitfall_04_a_killed_leader_is_followed_at_once(cluster: Cluster, bus: TestBus) -> None:
    async with (
        fresh_database(cluster) as (database, made),
        connected(bus) as own,
        relay_process(made, bus, "30") as leader,
    ):
        assert await says(leader) == "leading"
        async with running(make_relay(database, made, own)):
            os.kill(leader.pid, signal.SIGKILL)
            await record(database, registered())
            await until_empty(database, seconds=10)


async def test_pitfall_06_what_can_never_be_published_is_parked_and_those_behind_it_go_on(
    cluster: Cluster, bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        relay = make_relay(database, made, own)
        poison, sound = registered(), registered()
        usual = relay._telling

        def telling(waiting: outbox.Waiting) -> Telling:
            made_of = usual(waiting)
            if waiting.event.aggregate_id != poison.aggregate_id:
                return made_of
            return Telling(made_of.subject, made_of.message_id, made_of.headers, b"x" * 2_000_000)

        monkeypatch.setattr(relay, "_telling", telling)
        await record(database, poison, sound)
        async with running(relay):
            await until_empty(database)
        assert [headers["ce-subject"] for _, headers, _ in await told(bus)] == [str(sound.aggregate_id)]
        async with database.reading() as connection:
            backlog = await outbox.backlog(connection)
            assert backlog.parked_count == 1
            error = await connection.fetchval("SELECT error FROM outbox WHERE parked_at IS NOT NULL")
        assert "MaxPayload" in error


async def test_pitfall_11_a_replay_passes_the_duplicate_window_under_ids_of_its_own(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        async with running(make_relay(database, made, own)):
            await record(database, registered(), registered())
            await until_empty(database)
            async with database.transaction() as tx:
                assert await outbox.put_back(tx.connection, new_id()) == 2
            await until_empty(database)
        messages = await told(bus)
        assert len(messages) == 4
        assert len({headers["ce-id"] for _, headers, _ in messages}) == 2
        assert len({headers["Nats-Msg-Id"] for _, headers, _ in messages}) == 4


async def test_pitfall_12_after_a_timeout_the_same_id_is_sent_again_and_stored_once(
    cluster: Cluster, bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.publishing.ANSWER_SECONDS", 1.0)
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        async with running(make_relay(database, made, own)) as relay:
            await record(database, registered())
            await until_empty(database)
            bus.freeze()
            await record(database, *(registered() for _ in range(3)))
            await until(lambda: relay.metrics.failed._value.get() >= 1)
            bus.thaw()
            await until_empty(database)
        ids = [headers["ce-id"] for _, headers, _ in await told(bus)]
        assert len(ids) == len(set(ids)) == 4


async def test_a_batch_with_one_event_that_is_stored_already_is_refused_whole(bus: TestBus) -> None:
    async with connected(bus) as own:
        tellings = [
            Telling("rollcall.registry.organization.registered.v1", f"id-{n}", {}, b"{}") for n in range(3)
        ]
        await publish_one(own.client, "registry", tellings[1])
        with pytest.raises(PublishFailed) as refused:
            await publish_batch(own.client, "registry", tellings)
        assert refused.value.code == 10201
    assert len(await told(bus)) == 1


async def test_pitfall_13_publishing_into_the_wrong_stream_is_refused(bus: TestBus) -> None:
    async with connected(bus) as own:
        telling = Telling("rollcall.registry.organization.registered.v1", "id", {}, b"{}")
        with pytest.raises(PublishFailed):
            await publish_one(own.client, "submissions", telling)


async def test_pitfall_22_everything_flows_again_after_the_bus_was_away(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        assert own.client.options["max_reconnect_attempts"] == -1
        async with running(make_relay(database, made, own)) as relay:
            await record(database, registered())
            await until_empty(database)
            bus.kill()
            await record(database, *(registered() for _ in range(10)))
            await until(lambda: relay.metrics.failed._value.get() >= 1, seconds=60)
            assert await waiting_count(database) == 10
            await bus.start()
            await until_empty(database)
        assert len(await told(bus)) == 11


async def test_pitfall_27_a_service_that_starts_before_the_bus_takes_facts_and_tells_them_later(
    cluster: Cluster, bus: TestBus
) -> None:
    await bus.stop()
    async with fresh_database(cluster) as (database, made):
        own_connecting = connected(bus)
        entering = asyncio.create_task(own_connecting.__aenter__())
        await record(database, registered())
        assert await waiting_count(database) == 1
        assert not entering.done()
        await bus.start()
        own = await asyncio.wait_for(entering, 15)
        async with running(make_relay(database, made, own)):
            await until_empty(database)
        await own.close()
    assert len(await told(bus)) == 1


async def test_more_than_a_batch_is_told_whole(cluster: Cluster, bus: TestBus) -> None:
    async with fresh_database(cluster) as (database, made), connected(bus) as own:
        async with database.transaction() as tx:
            await tx.record_all([registered() for _ in range(1_234)], ACTOR)
        async with running(make_relay(database, made, own)):
            await until_empty(database)
        async with bus.administer() as jetstream:
            assert (await jetstream.stream_info("registry")).state.messages == 1_234
        await _until_chained(database, 1_234)


async def _until_chained(database: Any, count: int) -> None:
    async def is_chained() -> bool:
        async with database.reading() as connection:
            found: int = await connection.fetchval("SELECT count(*) FROM event_chain")
            return found == count

    await until(is_chained)
