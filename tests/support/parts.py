"""Parts of the chassis put together for a test: a database, a bus connection, a relay, a consumer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from prometheus_client import CollectorRegistry

from chassis.bus import Bus, make_bus
from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.consumers import Consumer, Hears
from chassis.database import Database
from chassis.events import System
from chassis.metrics import ConsumerMetrics, RelayMetrics
from chassis.pulling import subscribe
from chassis.relay import Relay
from contracts.catalogue import EVENTS
from contracts.registry.organizations import Organization, OrganizationChanged, OrganizationRegistered
from tests.support.databases import Cluster, TestDatabase
from tests.support.servers import TestBus

ACTOR = System("test")
DURABLE = "submissions-hears-registry"


def an_organization(
    id: UUID | None = None, version: int = 1, name: str = "第一单位", **fields: Any
) -> Organization:
    """A unit; name what matters to the test."""
    at = datetime(2024, 8, 30, 1, tzinfo=UTC)
    values = {"kind": "department", "created_at": at, "updated_at": at, **fields}
    return Organization(id=id or uuid4(), version=version, name=name, **values)


def registered(unit: Organization | None = None) -> OrganizationRegistered:
    """The fact that a unit was registered."""
    return OrganizationRegistered(organization=unit or an_organization())


def renamed(unit: Organization, version: int, name: str) -> OrganizationChanged:
    """The fact that a unit was renamed."""
    return OrganizationChanged(organization=unit.model_copy(update={"version": version, "name": name}))


@asynccontextmanager
async def fresh_database(
    cluster: Cluster, service: str = "registry"
) -> AsyncIterator[tuple[Database, TestDatabase]]:
    """A database of the test's own, as the service's runtime user."""
    made = await cluster.clone(service)
    pool = await open_pool(made.url, "test", 10)
    try:
        yield Database(pool, Clock()), made
    finally:
        pool.terminate()
        await made.drop()


async def record(database: Database, *facts: Any) -> None:
    """Each fact in a transaction of its own."""
    for fact in facts:
        async with database.transaction() as tx:
            await tx.record(fact, ACTOR)


@asynccontextmanager
async def connected(server: TestBus, user: str = "registry") -> AsyncIterator[Bus]:
    """A service's connection to the bus."""
    bus = make_bus(server.url(user), user, lambda: None)
    await bus.connect()
    try:
        yield bus
    finally:
        await bus.close()


def make_relay(database: Database, made: TestDatabase, bus: Bus, stale_seconds: float = 30.0) -> Relay:
    """A relay of registry, not running yet."""
    relay = Relay("registry", made.url, database, bus, RelayMetrics("registry", CollectorRegistry()))
    relay.reconcile_seconds = 0.2
    relay.stale_seconds = stale_seconds
    return relay


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[Relay]:
    """The relay at work until the end of the block."""
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def waiting_count(database: Database) -> int:
    """How many events are still to be told."""
    async with database.reading() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM outbox WHERE parked_at IS NULL"))


async def told(server: TestBus, stream: str = "registry") -> list[tuple[str, dict[str, str], bytes]]:
    """Everything in a stream: subject, headers, body."""
    async with server.administer() as jetstream:
        info = await jetstream.stream_info(stream)
        messages = []
        for sequence in range(max(info.state.first_seq, 1), info.state.last_seq + 1):
            try:
                message = await jetstream.get_msg(stream, sequence)
            except Exception:
                continue
            messages.append((message.subject or "", dict(message.headers or {}), message.data or b""))
        return messages


def make_consumer(database: Database, hears: Sequence[Hears], metrics: Any = None) -> Consumer:
    """A consumer of registry's events."""
    counted = metrics or ConsumerMetrics("submissions", CollectorRegistry())
    return Consumer("registry", DURABLE, hears, EVENTS, database, counted)


@asynccontextmanager
async def consuming(server: TestBus, consumer: Consumer) -> AsyncIterator[Bus]:
    """The consumer at work until the end of the block."""
    bus = make_bus(server.url("submissions"), "submissions", lambda: None)
    subscribe(bus.broker, consumer.stream, consumer.durable, consumer.take)
    await bus.connect()
    await bus.broker.start()
    try:
        yield bus
    finally:
        await bus.close()
