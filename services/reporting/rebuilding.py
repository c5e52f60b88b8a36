"""Rebuilding: the read side made again from the logs beside the one in use, then compared with it or swapped."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import structlog
from prometheus_client import CollectorRegistry

from chassis import shadow
from chassis.clock import Clock
from chassis.connections import UNAVAILABLE, Connection, connect, open_pool
from chassis.consumers import Consumer, Unreadable
from chassis.database import Database
from chassis.events import Fact
from chassis.log_reader import LogReader
from chassis.metrics import ConsumerMetrics
from contracts.catalogue import EVENTS
from services.reporting import projections
from services.reporting.app import SERVICE
from services.reporting.counters.checkpoints import keep_checkpoints
from services.reporting.counters.model import BEGINNING
from services.reporting.counters.refilling import fill_once
from services.reporting.counters.store import begin

log = structlog.get_logger()

HEARS = [line for line in SERVICE.hears if line.handler is not projections.keys.on_keys]
"""Keys are not read from here: when they were last used is this service's own."""
SETTLE_SECONDS = 15.0
SMALL = 200

Say = Callable[[str], None]


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild came to. `differences` name rows of the tables in use that were not what the logs make;
    `problems` name events that no table could take."""

    event_count: int = 0
    swapped: bool = False
    differences: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def check(owner_dsn: str, logs: Mapping[str, str], say: Say) -> Rebuilt:
    """Build the read side beside the one in use and compare them row by row; nothing in use is changed."""
    async with _building(owner_dsn, logs, say) as build:
        until = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while differences := await shadow.find_differences(build.owner, projections.COMPARED):
            if asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(0.25)
            await build.catch_up()
        build.rebuilt.differences = differences
        return build.rebuilt


async def rebuild(owner_dsn: str, logs: Mapping[str, str], say: Say) -> Rebuilt:
    """Build the read side beside the one in use, which answers meanwhile, and put it in its place.

    `owner_dsn` is reporting's database as the user that may make tables, `logs` the owners' databases by service.
    """
    async with _building(owner_dsn, logs, say) as build:
        while await build.read_on() > SMALL:
            pass
        await shadow.swap(build.owner, projections.READ_SIDE, build.catch_up)
        build.rebuilt.swapped = True
        return build.rebuilt


@dataclass(frozen=True, slots=True)
class _Build:
    owner: Connection
    consumer: Consumer
    readers: Mapping[str, LogReader]
    rebuilt: Rebuilt
    say: Say

    async def catch_up(self) -> None:
        """Apply what the logs hold and the shadow does not."""
        await self.read_on()

    async def read_on(self) -> int:
        """The same; how many events that were."""
        before = self.rebuilt.event_count
        for service, reader in self.readers.items():
            while events := await reader.read():
                await self._apply([fact for each in events if (fact := self._decode(service, *each))])
                self.rebuilt.event_count += len(events)
                if self.rebuilt.event_count // 50_000 > (self.rebuilt.event_count - len(events)) // 50_000:
                    self.say(f"{self.rebuilt.event_count} events applied")
        return self.rebuilt.event_count - before

    def _decode(self, service: str, type: str, body: bytes) -> Fact | None:
        try:
            return self.consumer.decode(type, {}, body)
        except Unreadable as error:
            self.rebuilt.problems.append(f"{service}: an event cannot be read: {error}")
            return None

    async def _apply(self, facts: Sequence[Fact]) -> None:
        """A batch whole; if that fails, one by one, as the service itself does."""
        try:
            async with self.consumer.database.transaction() as tx:
                await self.consumer.apply(tx, facts)
        except UNAVAILABLE:
            raise
        except Exception as error:
            if len(facts) == 1:
                self.rebuilt.problems.append(f"{facts[0].type} {facts[0].aggregate_id}: {error!r}")
                return
            for fact in facts:
                await self._apply([fact])


@asynccontextmanager
async def _building(owner_dsn: str, logs: Mapping[str, str], say: Say) -> AsyncIterator[_Build]:
    """A shadow brought to the end of the logs; removed at the end, whatever became of it."""
    types = [fact.type for line in HEARS for fact in line.facts]
    async with AsyncExitStack() as stack:
        owner = await connect(owner_dsn, "rebuild")
        stack.push_async_callback(owner.close)
        await owner.execute("SET statement_timeout = 0")
        await shadow.make(owner, projections.READ_SIDE)
        stack.push_async_callback(shadow.drop, owner)
        pool = await open_pool(
            # What is built is thrown away if the server fails: only the swap has to be on disk.
            owner_dsn, "rebuild", 2, search_path=f"{shadow.SCHEMA}, public", synchronous_commit="off",
        )  # fmt: skip
        stack.push_async_callback(pool.close)
        readers = {}
        for service, dsn in logs.items():
            connection = await connect(dsn, "rebuild")
            stack.push_async_callback(connection.close)
            readers[service] = LogReader(connection, types)
        metrics = ConsumerMetrics("reporting", CollectorRegistry())
        consumer = Consumer("log", "rebuild", HEARS, EVENTS, Database(pool, Clock()), metrics)
        build = _Build(owner, consumer, readers, Rebuilt(), say)
        await build.read_on()
        async with consumer.database.transaction() as tx:
            await begin(tx)
            await fill_once(tx, BEGINNING)
        await build.read_on()
        await keep_checkpoints(consumer.database)
        yield build
