"""The chassis' parts, put together by hand over a test's own database and bus."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import asyncpg
from prometheus_client import CollectorRegistry

from chassis import outbox
from chassis.bus import Bus, make_bus
from chassis.clock import Clock
from chassis.connections import connect, open_pool
from chassis.consumers import Consumer, Hears
from chassis.database import Database, Transaction
from chassis.events import System
from chassis.metrics import ConsumerMetrics, RelayMetrics
from chassis.pulling import subscribe
from chassis.relay import Relay
from contracts.catalogue import EVENTS
from contracts.registry.organizations import Organization, OrganizationChanged, OrganizationRegistered
from tests.support.databases import TestDatabase
from tests.support.servers import TestBus
from tests.support.waiting import until

CLERK = System("tests")
AT = datetime(2024, 9, 9, 1, 0, tzinfo=UTC)
REGISTERED = OrganizationRegistered.type
HEARER, DURABLE = "submissions", "submissions-hears-registry"


def an_organization(version: int = 1, id: UUID | None = None, name: str = "网信办") -> Organization:
    """A unit in one of its states."""
    return Organization(
        id=id or uuid4(), version=version, created_at=AT, updated_at=AT, name=name, kind="department"
    )


def registered(version: int = 1, id: UUID | None = None, name: str = "网信办") -> OrganizationRegistered:
    """A fact about a new unit."""
    return OrganizationRegistered(organization=an_organization(version, id, name))


def changed(version: int, id: UUID, name: str = "网信办") -> OrganizationChanged:
    """A fact about a unit that was there before."""
    return OrganizationChanged(organization=an_organization(version, id, name))


@asynccontextmanager
async def opened(url: str, clock: Clock | None = None, size: int = 10) -> AsyncIterator[Database]:
    """A service's database."""
    pool = await open_pool(url, "tests", size)
    try:
        yield Database(pool, clock or Clock())
    finally:
        pool.terminate()


@asynccontextmanager
async def as_superuser(registry: TestDatabase) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection that may do anything to the test's database."""
    connection = await connect(registry.admin_url, "superuser")
    try:
        yield connection
    finally:
        await connection.close()


async def record(database: Database, *facts: OrganizationRegistered | OrganizationChanged) -> None:
    """One transaction that does nothing but say so."""
    async with database.transaction() as tx:
        await tx.record_all(facts, CLERK)


@asynccontextmanager
async def connected(bus: TestBus, user: str = "registry") -> AsyncIterator[Bus]:
    """A service's own way to the bus."""
    line = make_bus(bus.url(user), user, _nothing)
    await asyncio.wait_for(line.connect(), 10)
    try:
        yield line
    finally:
        await line.close()


def _nothing() -> None:
    pass


def make_relay(url: str, database: Database, line: Bus) -> Relay:
    """The registry's relay, looking often."""
    relay = Relay("registry", url, database, line, RelayMetrics("registry", CollectorRegistry()))
    relay.poll_seconds, relay.reconcile_seconds = 0.02, 0.1
    return relay


@asynccontextmanager
async def running(*works: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Have these run beside the test; whatever ends one of them ends the test."""
    tasks = [asyncio.ensure_future(work()) for work in works]
    try:
        yield
        for task in tasks:
            assert not task.done(), f"ended by itself: {task}"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def backlog(database: Database) -> outbox.Backlog:
    """What waits to be told."""
    async with database.reading() as connection:
        return await outbox.backlog(connection)


async def until_told(database: Database, seconds: float = 20.0) -> None:
    """Wait until nothing waits to be told."""

    async def nothing_waits() -> bool:
        return (await backlog(database)).waiting_count == 0

    await until(nothing_waits, seconds)


class Stored(NamedTuple):
    """A message as a stream keeps it."""

    sequence: int
    subject: str
    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> str:
        return self.headers["ce-id"]

    @property
    def name(self) -> str:
        return self.organization.name

    @property
    def organization(self) -> Organization:
        return OrganizationRegistered.model_validate_json(self.body).organization


async def read_stream(bus: TestBus, stream: str = "registry") -> list[Stored]:
    """Everything that is in a stream, in its order."""
    async with bus.administer() as jetstream:
        state = (await jetstream.stream_info(stream)).state
        if state.messages == 0:
            return []
        hearer = await jetstream.pull_subscribe("", stream=stream)
        found: list[Stored] = []
        while len(found) < state.messages:
            for message in await hearer.fetch(500, timeout=5):
                sequence = message.metadata.sequence.stream
                found.append(Stored(sequence, message.subject, message.headers or {}, message.data))
        return found


async def count_stored(bus: TestBus, stream: str = "registry") -> int:
    """How many messages a stream holds."""
    async with bus.administer() as jetstream:
        return (await jetstream.stream_info(stream)).state.messages


Handler = Callable[[Transaction, Sequence[Any]], Awaitable[None]]

KEEP_COPY = """
    INSERT INTO copy AS known (id, version, name)
    SELECT id, version, name FROM unnest($1::uuid[], $2::int[], $3::text[]) AS c (id, version, name)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name
     WHERE excluded.version > known.version
"""


def make_consumer(database: Database, handler: Handler) -> Consumer:
    """What submissions hears of the registry, handed to `handler`."""
    facts = (OrganizationRegistered, OrganizationChanged)
    metrics = ConsumerMetrics(HEARER, CollectorRegistry())
    return Consumer("registry", DURABLE, [Hears(facts, handler)], EVENTS, database, metrics)


@asynccontextmanager
async def hearing(bus: TestBus, *consumers: Consumer) -> AsyncIterator[Bus]:
    """Have the consumers hear, each as a process of its own would."""
    line = make_bus(bus.url(HEARER), HEARER, _nothing)
    for consumer in consumers:
        subscribe(line.broker, consumer.stream, consumer.durable, consumer.take)
    await line.connect()
    await line.broker.start()
    try:
        yield line
    finally:
        await line.close()


async def tell(bus: TestBus, *facts: OrganizationRegistered | OrganizationChanged) -> None:
    """Put facts into the stream as a relay would, each under an id of its own."""
    for fact in facts:
        await tell_raw(bus, fact.type, fact.model_dump_json().encode(), {"ce-type": fact.type})


async def tell_raw(bus: TestBus, subject: str, body: bytes, headers: dict[str, str] | None = None) -> None:
    """Put any message into the registry's stream."""
    id = str(uuid4())
    async with bus.administer() as jetstream:
        own = {"Nats-Msg-Id": id, "ce-id": id}
        await jetstream.publish(subject, body, stream="registry", headers=own | (headers or {}))
