"""The database: transactions that see one moment of the clock, append to the log, and wake the relay at commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

import asyncpg

from chassis import events, idempotency
from chassis.clock import Clock
from chassis.connections import Connection
from chassis.events import Actor, Entry, Fact
from chassis.tracing import current_traceparent

LONG = "SET LOCAL statement_timeout = '600s'"
"""Who reads a whole table for a file waits longer than a request may."""
Answer = TypeVar("Answer", bound=idempotency.Answer)


class Transaction:
    """One transaction. `now` is the moment that it stands at; every rule in it judges by that one."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.recorded = False
        self.answered: idempotency.Answer | None = None

    async def record(self, fact: Fact, actor: Actor) -> None:
        """Append one fact to the log; it is told when this transaction has committed."""
        await self.record_all([fact], actor)

    async def record_all(self, facts: Sequence[Fact], actor: Actor) -> None:
        """Append facts of one actor to the log, in their order."""
        traceparent = current_traceparent()
        await self.append([Entry(fact, actor, traceparent) for fact in facts])

    async def append(self, entries: Sequence[Entry]) -> None:
        """Append facts to the log, in their order, each with its own actor."""
        if entries:
            await events.append(self.connection, entries, self.now)
            self.recorded = True

    def answer(self, answered: Answer) -> Answer:
        """Give the answer that the same Idempotency-Key gets again, kept in this transaction."""
        self.answered = answered
        return answered


class Database:
    """A service's own database. `told` is set whenever something was recorded and committed."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", clock: Clock) -> None:
        self.pool = pool
        self.clock = clock
        self.told = asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit what is done inside, or none of it."""
        async with self.pool.acquire(timeout=5) as connection, connection.transaction():
            tx = Transaction(connection, self.clock.now())
            claim = await idempotency.claim(connection, tx.now)
            yield tx
            if claim is not None:
                await idempotency.keep(connection, claim, tx.answered)
        if tx.recorded:
            self.told.set()

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[Connection]:
        """A connection whose statements commit each by itself, whatever becomes of the request."""
        async with self.pool.acquire(timeout=5) as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection for statements that only read, each seeing what is committed when it starts."""
        async with self.pool.acquire(timeout=5) as connection:
            yield connection

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[Connection]:
        """A connection for statements that only read, all seeing what was committed when the first started."""
        async with (
            self.pool.acquire(timeout=5) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """The same for work that takes minutes, cursors included."""
        async with self.looking() as connection:
            await connection.execute(LONG)
            yield connection
