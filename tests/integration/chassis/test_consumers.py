"""Consumers: once in effect, in any order, poison set aside, nothing dropped."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from chassis import parking
from chassis.consumers import MAX_TRIES, Hears, latest
from chassis.database import Transaction
from chassis.pulling import WAIT_SECONDS, stop_pulling, subscribe
from contracts.registry import organizations
from contracts.registry.organizations import Organization, OrganizationRegistered
from contracts.streams import DURABLES
from services.submissions.directory.consumers import on_organizations
from tests.support.databases import Cluster
from tests.support.parts import (
    DURABLE,
    an_organization,
    connected,
    consuming,
    fresh_database,
    make_consumer,
    registered,
    renamed,
)
from tests.support.servers import TestBus
from tests.support.waiting import until

SUBJECT = OrganizationRegistered.type


async def publish(bus: TestBus, *facts: Any) -> None:
    """Tell these facts as the relay would, each under an id of its own."""
    async with bus.administer() as jetstream:
        for fact in facts:
            headers = {"ce-id": str(uuid4()), "ce-type": fact.type}
            await jetstream.publish(fact.type, fact.model_dump_json().encode(), headers=headers)


async def publish_raw(bus: TestBus, subject: str, body: bytes, **headers: str) -> None:
    async with bus.administer() as jetstream:
        sent = {"ce-id": str(uuid4()), **{name.replace("_", "-"): value for name, value in headers.items()}}
        await jetstream.publish(subject, body, headers=sent)


async def until_acknowledged(bus: TestBus, seconds: float = 20) -> None:
    async def is_acknowledged() -> bool:
        async with bus.administer() as jetstream:
            info = await jetstream.consumer_info("registry", DURABLE)
            return not info.num_pending and not info.num_ack_pending

    await until(is_acknowledged, seconds=seconds)


async def names(database: Any) -> dict[str, tuple[int, str]]:
    async with database.reading() as connection:
        rows = await connection.fetch("SELECT id, version, body->>'name' AS name FROM organization")
    return {str(row["id"]): (row["version"], row["name"]) for row in rows}


async def parked(database: Any) -> list[parking.Parked]:
    async with database.reading() as connection:
        return await parking.read_page(connection, uuid4().__class__(int=0), 100)


async def test_duplicate_late_and_reordered_events_end_in_the_same_rows(
    cluster: Cluster, bus: TestBus
) -> None:
    unit = an_organization(name="一")
    facts: list[Any] = [registered(unit), renamed(unit, 2, "二"), renamed(unit, 3, "三")]
    async with fresh_database(cluster, "submissions") as (database, _):
        consumer = make_consumer(database, [Hears(organizations.FACTS, on_organizations)])
        async with consuming(bus, consumer):
            await publish(bus, facts[2], facts[0], facts[0], facts[1], facts[2], facts[0])
            await until_acknowledged(bus)
            await publish(bus, facts[1])
            await until_acknowledged(bus)
        assert await names(database) == {str(unit.id): (3, "三")}


@pytest.mark.parametrize(
    ("subject", "body", "headers", "reason"),
    [
        (SUBJECT, b"\xff\xfe not json", {}, "its body is no rollcall.registry.organization.registered.v1"),
        (SUBJECT, b"{}", {}, "its body is no"),
        ("rollcall.registry.organization.exploded.v9", b"{}", {}, "this release knows no event"),
        (SUBJECT, b"{}", {"ce_type": "rollcall.registry.key.issued.v1"}, "is not its subject"),
    ],
)
async def test_what_cannot_be_read_is_parked_at_once_with_its_reason_and_the_others_go_on(
    cluster: Cluster, bus: TestBus, subject: str, body: bytes, headers: dict[str, str], reason: str
) -> None:
    async with fresh_database(cluster, "submissions") as (database, _):
        consumer = make_consumer(database, [Hears(organizations.FACTS, on_organizations)])
        await publish_raw(bus, subject, body, **headers)
        await publish(bus, registered())
        async with consuming(bus, consumer):
            await until_acknowledged(bus)
        (only,) = await parked(database)
        assert reason in only.error
        assert (only.body, only.subject, only.tries) == (body, subject, 1)
        assert len(await names(database)) == 1


async def test_a_poison_event_in_a_batch_holds_up_no_other_and_is_parked_at_last(
    cluster: Cluster, bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.consumers.RETRY_SECONDS", (0.02,))
    tried = 0

    async def refuse_poison(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
        nonlocal tried
        if any(event.organization.name == "毒" for event in events):
            tried += len(events) == 1
            raise ValueError("cannot take this one")
        await on_organizations(tx, events)

    sound = [registered() for _ in range(20)]
    async with fresh_database(cluster, "submissions") as (database, _):
        consumer = make_consumer(database, [Hears(organizations.FACTS, refuse_poison)])
        await publish(bus, *sound[:10], registered(an_organization(name="毒")), *sound[10:])
        async with consuming(bus, consumer):
            await until_acknowledged(bus)
        assert len(await names(database)) == 20
        (only,) = await parked(database)
        assert only.error == "ValueError: cannot take this one"
        assert tried <= only.tries == MAX_TRIES

        consumer.handlers.clear()
        for fact in organizations.FACTS:
            consumer.handlers[fact].append(on_organizations)
        async with database.transaction() as tx:
            taken = await parking.take(tx.connection, only.id)
            assert taken is not None
            await consumer.put_back(tx, taken)
        assert len(await names(database)) == 21
        assert await parked(database) == []


async def test_pitfall_15_what_failed_waits_before_it_is_tried_again(
    cluster: Cluster, bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.consumers.RETRY_SECONDS", (0.5,))
    moments: list[float] = []

    async def refuse(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
        moments.append(asyncio.get_running_loop().time())
        raise ValueError("no")

    async with fresh_database(cluster, "submissions") as (database, _):
        consumer = make_consumer(database, [Hears(organizations.FACTS, refuse)])
        await publish(bus, registered())
        async with consuming(bus, consumer):
            await until(lambda: len(moments) >= 3)
    assert moments[1] - moments[0] >= 0.35
    assert moments[2] - moments[1] >= 0.35


async def test_pitfall_16_no_durable_gives_an_event_up_by_itself(bus: TestBus) -> None:
    """The advisory of a delivery limit is late and can be lost: what is given up is a row of ours, written first."""
    async with bus.administer() as jetstream:
        for durable in DURABLES:
            info = await jetstream.consumer_info(durable.stream, durable.name)
            assert info.config.max_deliver == -1, durable.name


async def test_pitfall_20_after_kill_9_of_a_consumer_the_next_goes_on_at_once(
    cluster: Cluster, bus: TestBus
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.pulling_process", bus.url("submissions"), stdout=PIPE
    )
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 20) == b"pulling\n"
    finally:
        process.kill()
        await process.wait()
    async with fresh_database(cluster, "submissions") as (database, _):
        await publish(bus, registered())
        consumer = make_consumer(database, [Hears(organizations.FACTS, on_organizations)])
        async with consuming(bus, consumer):
            await until_acknowledged(bus, seconds=2 * WAIT_SECONDS)


async def test_a_pull_that_ends_without_a_message_is_no_failure(
    bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "chassis.pulling.WAIT_SECONDS", 1e-6
    )  # nats-py ends it with asyncio's own TimeoutError

    async def take(messages: Sequence[Any]) -> None:
        raise AssertionError("nothing was told")

    async with connected(bus, "submissions") as connection:
        subscribe(connection.broker, "registry", DURABLE, take)
        with capture_logs() as logs:
            await connection.broker.start()
            await asyncio.sleep(0.2)
            await stop_pulling(connection.broker)
    assert [line for line in logs if line["event"] == "pull_failed"] == []


async def test_pitfall_25_batches_come_one_after_another_and_in_the_order_of_the_stream(
    cluster: Cluster, bus: TestBus
) -> None:
    heard: list[str] = []
    at_once = most_at_once = 0

    async def note(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
        nonlocal at_once, most_at_once
        at_once += 1
        most_at_once = max(most_at_once, at_once)
        await asyncio.sleep(0.01)
        heard.extend(event.organization.name for event in events)
        at_once -= 1

    sent = [f"第{n}" for n in range(60)]
    async with fresh_database(cluster, "submissions") as (database, _):
        async with consuming(bus, make_consumer(database, [Hears(organizations.FACTS, note)])):
            await publish(bus, *(registered(an_organization(name=name)) for name in sent))
            await until_acknowledged(bus)
    assert heard == sent
    assert most_at_once == 1


async def test_nothing_is_acknowledged_before_it_is_committed(cluster: Cluster, bus: TestBus) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def wait(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
        await on_organizations(tx, events)
        entered.set()
        await leave.wait()

    async with fresh_database(cluster, "submissions") as (database, _):
        consumer = make_consumer(database, [Hears(organizations.FACTS, wait)])
        await publish(bus, registered())
        async with consuming(bus, consumer):
            await entered.wait()
            async with bus.administer() as jetstream:
                info = await jetstream.consumer_info("registry", DURABLE)
                assert info.num_ack_pending == 1
            leave.set()
            await until_acknowledged(bus)


async def test_pitfall_17_a_handler_slower_than_the_servers_patience_is_not_doubled(
    cluster: Cluster, bus: TestBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.consumers.ACK_WAIT_SECONDS", 2.0)
    async with bus.administer() as jetstream:
        config = (await jetstream.consumer_info("registry", DURABLE)).config
        config.ack_wait = 2.0
        await jetstream.add_consumer("registry", config)
    calls = 0

    async def slow(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
        nonlocal calls
        calls += 1
        await asyncio.sleep(5)

    async with fresh_database(cluster, "submissions") as (database, _):
        async with consuming(bus, make_consumer(database, [Hears(organizations.FACTS, slow)])):
            await publish(bus, registered())
            await until(lambda: calls)
            await until_acknowledged(bus)
    assert calls == 1


async def test_while_the_database_is_away_nothing_is_parked_and_all_is_taken_in_later(
    cluster: Cluster, bus: TestBus
) -> None:
    async with fresh_database(cluster, "submissions") as (database, made):
        consumer = make_consumer(database, [Hears(organizations.FACTS, on_organizations)])
        await cluster.execute(f"ALTER DATABASE {made.name} ALLOW_CONNECTIONS false")
        async with consuming(bus, consumer):
            await publish(bus, registered(), registered())
            async with bus.administer() as jetstream:

                async def is_held() -> bool:
                    info = await jetstream.consumer_info("registry", DURABLE)
                    return bool(info.num_ack_pending)

                await until(is_held)
            await cluster.execute(f"ALTER DATABASE {made.name} ALLOW_CONNECTIONS true")
            await until_acknowledged(bus)
        assert len(await names(database)) == 2
        assert await parked(database) == []


async def test_pitfall_26_what_was_not_finished_at_the_end_is_given_back(
    cluster: Cluster, bus: TestBus
) -> None:
    entered = asyncio.Event()

    async def hang(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
        entered.set()
        await asyncio.sleep(3_600)

    async with fresh_database(cluster, "submissions") as (database, _):
        await publish(bus, registered())
        async with consuming(bus, make_consumer(database, [Hears(organizations.FACTS, hang)])):
            await entered.wait()
        consumer = make_consumer(database, [Hears(organizations.FACTS, on_organizations)])
        async with consuming(bus, consumer):
            await until_acknowledged(bus, seconds=8)
        assert len(await names(database)) == 1


async def test_pitfall_21_every_subscriber_acknowledges_for_itself(cluster: Cluster, bus: TestBus) -> None:
    async with fresh_database(cluster, "submissions") as (database, _):
        async with consuming(bus, make_consumer(database, [])) as own:
            subscribers = list(own.broker.subscribers)
            assert subscribers
            for subscriber in subscribers:
                assert subscriber.ack_policy.name == "MANUAL"
                assert type(subscriber).__name__ == "PromptBatchSubscriber"


async def test_facts_without_a_handler_here_are_passed_over(cluster: Cluster, bus: TestBus) -> None:
    async with fresh_database(cluster, "submissions") as (database, _):
        await publish(bus, registered())
        async with consuming(bus, make_consumer(database, [])):
            await until_acknowledged(bus)
        assert await parked(database) == []


def test_the_latest_of_each_aggregate_is_kept_in_the_order_of_first_sight() -> None:
    one, other = an_organization(name="甲"), an_organization(name="乙")
    facts: list[Any] = [registered(one), registered(other), renamed(one, 3, "丙"), renamed(one, 2, "丁")]
    kept: list[Organization] = [fact.organization for fact in latest(facts)]
    assert [unit.name for unit in kept] == ["丙", "乙"]
