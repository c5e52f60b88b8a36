"""Gathering: requests that come while one batch commits make up the next, so that many share one commit."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import asyncpg

from chassis.connections import UNAVAILABLE

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class Gatherer(Generic[Asked, Given]):
    """Does what is asked in batches, without ever waiting for a batch to fill: whoever comes alone goes at once.

    `work` takes a batch and gives for each in it an answer or the exception that is its refusal. When a whole
    batch fails, each of it is tried alone, so that nobody fails by another's fault. Once `crowd` wait, a second
    batch begins beside the first, so that this process and the database do not wait for each other in turn.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Asked]], Awaitable[Sequence[Given | Exception]]],
        limit: int = 64,
        crowd: int = 16,
    ) -> None:
        self._work = work
        self._limit = limit
        self._crowd = crowd
        self._waiting: deque[tuple[Asked, asyncio.Future[Given]]] = deque()
        self._workers = set[asyncio.Task[None]]()
        self._at_work = 0

    async def ask(self, asked: Asked) -> Given:
        """What is given for `asked`, or its refusal raised, when it is committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Given] = loop.create_future()
        self._waiting.append((asked, future))
        if self._at_work == 0 or (self._at_work == 1 and len(self._waiting) >= self._crowd):
            self._at_work += 1
            # In a context of its own: a batch belongs to none of the requests that are in it.
            worker = loop.create_task(self._work_off(), context=contextvars.Context())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        return await future

    async def _work_off(self) -> None:
        try:
            while batch := self._next_batch():
                outcomes = await self._try([asked for asked, _ in batch])
                for (_, future), outcome in zip(batch, outcomes, strict=True):
                    if future.cancelled():
                        continue
                    if isinstance(outcome, Exception):
                        future.set_exception(outcome)
                    else:
                        future.set_result(outcome)
        finally:
            self._at_work -= 1

    def _next_batch(self) -> list[tuple[Asked, "asyncio.Future[Given]"]]:
        """Those who wait; none when they are few and another worker will come back for them."""
        if self._at_work > 1 and len(self._waiting) < self._crowd:
            return []
        return [self._waiting.popleft() for _ in range(min(self._limit, len(self._waiting)))]

    async def _try(self, batch: Sequence[Asked]) -> Sequence[Given | Exception]:
        try:
            return await self._work(batch)
        except Exception as error:
            if len(batch) == 1 or _is_away(error):
                return [error] * len(batch)
            return [outcome for asked in batch for outcome in await self._try([asked])]


def _is_away(error: Exception) -> bool:
    """Whether the database cannot be reached by anybody; a lock is held against one of the batch."""
    return isinstance(error, UNAVAILABLE) and not isinstance(error, asyncpg.LockNotAvailableError)
