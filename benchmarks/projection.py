"""A projection beside the plain way: one transaction for each event that comes."""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import nats
from prometheus_client import CollectorRegistry

from benchmarks.bench import Row, compare
from benchmarks.stage import Stage, an_organization
from chassis.bus import make_bus
from chassis.clock import Clock
from chassis.connections import connect, open_pool
from chassis.consumers import Consumer, Hears, latest
from chassis.database import Database, Transaction
from chassis.metrics import ConsumerMetrics
from chassis.publishing import Telling, publish_batch
from chassis.pulling import subscribe
from contracts.catalogue import EVENTS
from contracts.registry import organizations
from contracts.registry.organizations import OrganizationRegistered

DURABLE = "reporting-hears-registry"
PLAIN_COUNT = 2_000
COUNT = 20_000
TABLE = "CREATE TABLE IF NOT EXISTS benchmark_unit (id uuid PRIMARY KEY, version integer, name text)"
KEEP = """
    INSERT INTO benchmark_unit AS known (id, version, name)
    SELECT id, version, name FROM unnest($1::uuid[], $2::int[], $3::text[]) AS u (id, version, name)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name
     WHERE excluded.version > known.version
"""


async def measure(stage: Stage, rounds: int) -> list[Row]:
    """Events a second from the stream into a table, acknowledged after commit."""
    cases = {
        "one transaction an event, nats-py": partial(_plain, stage),
        "FastStream batches of 500, one transaction": partial(_batches, stage),
    }
    return await compare(cases, "events/s", rounds)


async def keep(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
    """The projection: newest of each, in one statement."""
    units = [event.organization for event in latest(events)]
    columns = ([u.id for u in units], [u.version for u in units], [u.name for u in units])
    await tx.connection.execute(KEEP, *columns)


async def _fill(stage: Stage, count: int) -> None:
    client = await nats.connect(stage.nats.url("registry"), inbox_prefix=b"_INBOX_registry")
    for start in range(0, count, 500):
        facts = [an_organization() for _ in range(min(500, count - start))]
        tellings = [
            Telling(
                fact.type, str(fact.aggregate_id), {"ce-type": fact.type}, fact.model_dump_json().encode()
            )
            for fact in facts
        ]
        await publish_batch(client, "registry", tellings)
    await client.close()


async def _prepare(stage: Stage) -> None:
    owner = await connect(stage.databases["reporting"].owner_dsn, "benchmark")
    await owner.execute(TABLE)
    await owner.execute("TRUNCATE benchmark_unit")
    await owner.close()


async def _plain(stage: Stage) -> float:
    await _prepare(stage)
    async with stage.jetstream():
        await _fill(stage, PLAIN_COUNT)
        connection = await connect(stage.databases["reporting"].app_dsn, "plain")
        client = await nats.connect(stage.nats.url("reporting"), inbox_prefix=b"_INBOX_reporting")
        subscription = await client.jetstream().pull_subscribe_bind(consumer=DURABLE, stream="registry")
        started, taken = time.perf_counter(), 0
        while taken < PLAIN_COUNT:
            for message in await subscription.fetch(100, timeout=5):
                unit = OrganizationRegistered.model_validate_json(message.data).organization
                async with connection.transaction():
                    await connection.execute(KEEP, [unit.id], [unit.version], [unit.name])
                await message.ack()
                taken += 1
        seconds = time.perf_counter() - started
        await client.close()
        await connection.close()
        return PLAIN_COUNT / seconds


async def _batches(stage: Stage) -> float:
    await _prepare(stage)
    async with stage.jetstream():
        await _fill(stage, COUNT)
        pool = await open_pool(stage.databases["reporting"].app_dsn, "reporting", 4)
        bus = make_bus(stage.nats.url("reporting"), "reporting", lambda: None)
        metrics: Any = ConsumerMetrics("reporting", CollectorRegistry())
        hears = [Hears(organizations.FACTS, keep)]
        consumer = Consumer("registry", DURABLE, hears, EVENTS, Database(pool, Clock()), metrics)
        subscribe(bus.broker, "registry", DURABLE, consumer.take)
        await bus.connect()
        started = time.perf_counter()
        await bus.broker.start()
        heard = metrics.heard.labels("registry")
        while heard._value.get() < COUNT:
            await asyncio.sleep(0.005)
        seconds = time.perf_counter() - started
        await bus.close()
        await pool.close()
        return COUNT / seconds
