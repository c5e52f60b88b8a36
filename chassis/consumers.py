"""Consumers: batches applied in one transaction, acknowledged after commit; parked at last, never dropped."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

import structlog
from nats.aio.msg import Msg

from chassis import parking
from chassis.connections import UNAVAILABLE
from chassis.database import Database, Transaction
from chassis.events import Fact
from chassis.metrics import ConsumerMetrics
from chassis.parking import Parked
from chassis.topology import ACK_WAIT_SECONDS

log = structlog.get_logger()

RETRY_SECONDS = (1, 5, 30, 120, 600)
MAX_TRIES = 8
_UNNAMED = UUID("6f8f9d0e-0d55-5c8e-9a57-0f3a3f8e7c11")


class Readable(Fact, Protocol):
    """An event that can be read from its JSON."""

    @classmethod
    def model_validate_json(cls, body: bytes) -> Any: ...


AnyFact = TypeVar("AnyFact", bound=Fact)
Handler = Callable[[Transaction, Sequence[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Hears:
    """A line of a service's table of contents: these facts go to this handler, in batches, in order."""

    facts: tuple[type[Readable], ...]
    handler: Handler


class Unreadable(Exception):
    """The message is no event that this release knows; no later try would change that."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message and the event that it carries."""

    message: Msg
    event: Fact


def latest(events: Iterable[AnyFact]) -> list[AnyFact]:
    """The newest event of each aggregate: each carries the whole state, so the others add nothing."""
    newest: dict[UUID, AnyFact] = {}
    for event in events:
        known = newest.get(event.aggregate_id)
        if known is None or event.aggregate_version >= known.aggregate_version:
            newest[event.aggregate_id] = event
    return list(newest.values())


class Consumer:
    """Takes in what one durable hears.

    `catalogue` holds every event there is; those without a handler here are acknowledged and passed over.
    `at_last` is given all of a batch when every handler is through: what it locks is held until the commit alone.
    """

    def __init__(
        self,
        stream: str,
        durable: str,
        hears: Sequence[Hears],
        catalogue: Mapping[str, type[Readable]],
        database: Database,
        metrics: ConsumerMetrics,
        at_last: Handler | None = None,
    ) -> None:
        self.stream = stream
        self.durable = durable
        self.catalogue = catalogue
        self.database = database
        self.metrics = metrics
        self.at_last = at_last
        self.handlers: dict[type[Fact], list[Handler]] = defaultdict(list)
        for line in hears:
            for fact in line.facts:
                self.handlers[fact].append(line.handler)

    async def take(self, messages: Sequence[Msg]) -> None:
        """Apply a batch whole; if that fails, one by one, so that one bad event holds up no other."""
        async with self._held(messages):
            heard = [one for message in messages if (one := await self._read(message))]
            error = await self._apply_when_possible(heard)
            if error is None:
                await self._acknowledge(heard)
            elif len(heard) == 1:
                await self._put_off(heard[0].message, error)
            else:
                for one in heard:
                    await self._take_alone(one)
            self._measure(messages)

    async def apply(self, tx: Transaction, events: Sequence[Fact]) -> None:
        """Hand each handler its events, in order, inside the transaction."""
        portions: dict[Handler, list[Fact]] = defaultdict(list)
        for event in events:
            for handler in self.handlers.get(type(event), ()):
                portions[handler].append(event)
        for handler, portion in portions.items():
            await handler(tx, portion)
        if self.at_last is not None:
            await self.at_last(tx, events)

    def decode(self, subject: str, headers: Mapping[str, str], body: bytes) -> Fact:
        """The event in a message; Unreadable says what was wrong and what was expected."""
        type_name = headers.get("ce-type", subject)
        if type_name != subject:
            raise Unreadable(f"its type {type_name!r} is not its subject {subject!r}")
        model = self.catalogue.get(type_name)
        if model is None:
            raise Unreadable(f"this release knows no event {type_name!r}")
        try:
            event: Fact = model.model_validate_json(body)
        except ValueError as invalid:
            raise Unreadable(f"its body is no {type_name}: {invalid}") from invalid
        return event

    async def put_back(self, tx: Transaction, parked: Parked) -> None:
        """Apply a parked message again."""
        await self.apply(tx, [self.decode(parked.subject, parked.headers, parked.body)])

    async def _read(self, message: Msg) -> Heard | None:
        try:
            return Heard(message, self.decode(message.subject, message.headers or {}, message.data))
        except Unreadable as error:
            await self._park(message, str(error))
            return None

    async def _take_alone(self, heard: Heard) -> None:
        error = await self._apply_when_possible([heard])
        if error is None:
            await self._acknowledge([heard])
        else:
            await self._put_off(heard.message, error)

    async def _apply_when_possible(self, heard: Sequence[Heard]) -> Exception | None:
        """What kept the events from being applied; waits while the database is away, for that is not theirs."""
        while heard:
            try:
                async with self.database.transaction() as tx:
                    await self.apply(tx, [one.event for one in heard])
                return None
            except UNAVAILABLE as error:
                log.warning("consumer_without_database", durable=self.durable, error=repr(error))
                await asyncio.sleep(0.5)
            except Exception as error:
                log.exception("events_not_applied", durable=self.durable, count=len(heard))
                return error
        return None

    async def _acknowledge(self, heard: Sequence[Heard]) -> None:
        for one in heard:
            await one.message.ack()
        self.metrics.heard.labels(self.stream).inc(len(heard))

    async def _put_off(self, message: Msg, error: Exception) -> None:
        tries = message.metadata.num_delivered
        if tries >= MAX_TRIES:
            await self._park(message, f"{type(error).__name__}: {error}")
            return
        delay = RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1]
        await message.nak(delay=delay * random.uniform(0.8, 1.2))
        self.metrics.retried.labels(self.stream).inc()

    async def _park(self, message: Msg, error: str) -> None:
        headers = message.headers or {}
        sequence = message.metadata.sequence.stream
        parked = Parked(
            id=_identity(headers.get("ce-id"), self.durable, sequence),
            durable=self.durable,
            sequence=sequence,
            subject=message.subject,
            headers=headers,
            body=message.data,
            error=error,
            tries=message.metadata.num_delivered,
            parked_at=self.database.clock.now(),
        )
        while True:
            try:
                async with self.database.transaction() as tx:
                    await parking.park(tx.connection, parked)
                break
            except UNAVAILABLE:
                await asyncio.sleep(0.5)
        await message.ack()
        self.metrics.parked.labels(self.stream).inc()
        log.error("event_parked", durable=self.durable, subject=message.subject, error=error)

    @asynccontextmanager
    async def _held(self, messages: Sequence[Msg]) -> AsyncIterator[None]:
        """Keep the server from giving these to another while they are worked on; give them back if stopped."""
        holding = asyncio.create_task(_hold(messages))
        try:
            yield
        except asyncio.CancelledError:
            for message in messages:
                if not message.is_acked:
                    await message.nak()
            raise
        finally:
            holding.cancel()

    def _measure(self, messages: Sequence[Msg]) -> None:
        newest = messages[-1].metadata
        self.metrics.waiting.labels(self.stream).set(newest.num_pending)
        self.metrics.behind.labels(self.stream).set(max(0.0, time.time() - newest.timestamp.timestamp()))


async def _hold(messages: Sequence[Msg]) -> None:
    while True:
        await asyncio.sleep(ACK_WAIT_SECONDS / 3)
        for message in messages:
            if not message.is_acked:
                await message.in_progress()


def _identity(event_id: str | None, durable: str, sequence: int) -> UUID:
    try:
        return UUID(event_id or "")
    except ValueError:
        return uuid5(_UNNAMED, f"{durable}/{sequence}")
