"""The relay: tells the bus what the log holds, in order and in batches, and takes out only what was confirmed."""

import asyncio
import json
import time
from dataclasses import dataclass, replace

import asyncpg
import nats.errors
import nats.js.errors
import structlog

from chassis import chain, lease, outbox, reconciling
from chassis.bus import Bus
from chassis.connections import UNAVAILABLE
from chassis.database import Database
from chassis.metrics import RelayMetrics
from chassis.outbox import Waiting
from chassis.publishing import (
    DUPLICATE_IN_BATCH,
    NeverPublishable,
    PublishFailed,
    Telling,
    publish_batch,
    publish_one,
)

log = structlog.get_logger()

BUS_AWAY = (nats.errors.Error, nats.js.errors.Error, PublishFailed, OSError, asyncio.TimeoutError)
BEAT_SECONDS = 5.0
HEAD_SECONDS = 60.0
MEASURE_SECONDS = 1.0
TELL_SECONDS = 1.0
GATHER_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: in the stream, or never publishable and why; the stream's newest sequence."""

    told: list[Waiting]
    parked: list[tuple[Waiting, str]]
    last_seq: int


class Relay:
    """One service's relay. Run as many as there are processes: one leads, the others stand by.

    `dsn` is for a connection of its own, which holds the lease and does all of the relay's writing.
    """

    def __init__(self, service: str, dsn: str, database: Database, bus: Bus, metrics: RelayMetrics) -> None:
        self.service = service
        self.dsn = dsn
        self.database = database
        self.bus = bus
        self.metrics = metrics
        self.poll_seconds = 0.05
        self.reconcile_seconds = 10.0
        self.stale_seconds = lease.STALE_SECONDS
        self.head = chain.Head(0, chain.GENESIS)
        self.told_head: chain.Head | None = None
        self._due: dict[str, float] = {}

    async def run(self) -> None:
        """Lead, or stand by and lead later; ends only by being cancelled."""
        while True:
            try:
                async with lease.lead(self.dsn, f"{self.service}-relay", self.stale_seconds) as connection:
                    self.metrics.leading.set(1)
                    await self._lead(connection)
            except UNAVAILABLE as error:
                log.warning("relay_without_database", error=repr(error))
                await asyncio.sleep(0.5)
            finally:
                self.metrics.leading.set(0)

    async def _lead(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self.head = await chain.read_head(connection)
        self._due.clear()
        while True:
            self.database.told.clear()
            if self._is_due("beat", BEAT_SECONDS):
                await lease.beat(connection)
            if self._is_due("measure", MEASURE_SECONDS):
                await self._measure(connection)
            told = await self._try_to_tell(connection)
            if told < outbox.BATCH:
                await self._wait()

    async def _try_to_tell(self, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
        try:
            if self._is_due("reconcile", self.reconcile_seconds):
                await reconciling.reconcile(connection, self.bus.jetstream, self.service)
            if self._is_due("head", HEAD_SECONDS):
                await self._tell_head()
            return await self._tell(connection)
        except BUS_AWAY as error:
            self.metrics.failed.inc()
            log.warning("relay_without_bus", error=str(error) or repr(error))
            self._due.pop("reconcile", None)
            await asyncio.sleep(0.5)
            return 0

    async def _tell(self, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
        """Tell what waits, oldest first, for a second at most; how many left the outbox.

        While one batch is on its way to the stream, the next is read and the one before is taken out.
        """
        until = time.monotonic() + TELL_SECONDS
        count, batch = 0, await outbox.read(connection)
        publishing = asyncio.create_task(self._publish(batch))
        try:
            while batch:
                is_over = time.monotonic() > until
                following = [] if is_over else await outbox.read(connection, besides=batch)
                outcome = await publishing
                publishing = asyncio.create_task(self._publish(following))
                await self._settle(connection, batch, outcome)
                count, batch = count + len(batch), following
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
        return count

    async def _settle(
        self, connection: "asyncpg.Connection[asyncpg.Record]", batch: list[Waiting], outcome: Outcome
    ) -> None:
        """Chain what is in the stream now and take it out of the outbox, in one transaction."""
        async with connection.transaction():
            head = await chain.extend(connection, self.head, [w.event for w in batch if not w.chained])
            await outbox.take_out(connection, outcome.told)
            for waiting, error in outcome.parked:
                await outbox.park(connection, waiting, error)
            await reconciling.confirm(connection, self.service, outcome.last_seq)
        self.head = head
        self.metrics.told.inc(len(outcome.told))

    async def _publish(self, batch: list[Waiting]) -> Outcome:
        """All at once; one by one when the stream has some of them already, or one cannot be published."""
        if not batch:
            return Outcome([], [], 0)
        tellings = [self._telling(waiting) for waiting in batch]
        try:
            return Outcome(batch, [], await publish_batch(self.bus.client, self.service, tellings))
        except PublishFailed as refused:
            if refused.code != DUPLICATE_IN_BATCH:
                log.warning("batch_refused", error=str(refused))
        except (nats.errors.MaxPayloadError, nats.errors.BadSubjectError, ValueError) as error:
            log.warning("batch_unpublishable", error=repr(error))
        return await self._publish_singly(batch, tellings)

    async def _publish_singly(self, batch: list[Waiting], tellings: list[Telling]) -> Outcome:
        told, parked, last_seq = list[Waiting](), list[tuple[Waiting, str]](), 0
        for waiting, telling in zip(batch, tellings, strict=True):
            try:
                last_seq = max(last_seq, await publish_one(self.bus.client, self.service, telling))
                told.append(waiting)
            except NeverPublishable as error:
                parked.append((waiting, str(error)))
                self.metrics.parked.inc()
                log.error("event_parked_unpublished", event_id=str(waiting.event.id), error=str(error))
        return Outcome(told, parked, last_seq)

    def _telling(self, waiting: Waiting) -> Telling:
        event = waiting.event
        return Telling(
            subject=event.type,
            message_id=waiting.message_id,
            headers={
                "ce-specversion": "1.0",
                "ce-id": str(event.id),
                "ce-type": event.type,
                "ce-source": f"/rollcall/{self.service}",
                "ce-time": event.occurred_at.isoformat(),
                "ce-subject": str(event.aggregate_id),
                "content-type": "application/json",
                "traceparent": event.traceparent,
            },
            body=event.body,
        )

    async def _tell_head(self) -> None:
        """Publish the chain's head outside of this database, so that a tail cut off here shows there."""
        if self.head == self.told_head or self.head.link == 0:
            return
        body = json.dumps({"link": self.head.link, "hash": self.head.hash.hex()}).encode()
        message_id = f"{self.service}-{self.head.link}-{self.head.hash.hex()[:16]}"
        await publish_one(self.bus.client, "heads", Telling(f"heads.{self.service}", message_id, {}, body))
        self.told_head = replace(self.head)

    async def _measure(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        backlog = await outbox.backlog(connection)
        now = self.database.clock.now()
        age = 0.0 if backlog.oldest_at is None else max(0.0, (now - backlog.oldest_at).total_seconds())
        self.metrics.waiting.set(backlog.waiting_count)
        self.metrics.oldest_seconds.set(age)
        self.metrics.parked_present.set(backlog.parked_count)

    def _is_due(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every
        return True

    async def _wait(self) -> None:
        """Until something is committed here, or a poll has passed: others may write to the same outbox."""
        try:
            async with asyncio.timeout(self.poll_seconds):
                await self.database.told.wait()
                # What is committed in the next moment goes along, and costs no publish and no batch of its own.
                await asyncio.sleep(GATHER_SECONDS)
        except TimeoutError:
            pass
