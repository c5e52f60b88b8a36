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
    """Does what is asked in batches, one at a time, without ever waiting for a batch to fill.

    `work` takes a batch and gives for each in it an answer or the exception that is its refusal. When a whole
    batch fails, each of it is tried alone, so that nobody fails by another's fault.
    """

    def __init__(
        self, work: Callable[[Sequence[Asked]], Awaitable[Sequence[Given | Exception]]], limit: int = 64
    ) -> None:
        self._work = work
        self._limit = limit
        self._waiting: deque[tuple[Asked, asyncio.Future[Given]]] = deque()
        self._working: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Given:
        """What is given for `asked`, or its refusal raised, when it is committed."""
        future: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._working is None or self._working.done():
            # In a context of its own: a batch belongs to none of the requests that are in it.
            self._working = asyncio.create_task(self._work_off(), context=contextvars.Context())
        return await future

    async def _work_off(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(self._limit, len(self._waiting)))]
            outcomes = await self._try([asked for asked, _ in batch])
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if future.cancelled():
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)

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
