"""Key uses: noted in memory at each request, kept every few seconds in one statement, told once an hour a key."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from chassis.connections import UNAVAILABLE
from chassis.database import Database
from chassis.events import Fact, System

log = structlog.get_logger()

KEEP_SECONDS = 10.0
TELL_EVERY = timedelta(hours=1)

Tell = Callable[[Mapping[str, Any]], Fact]

KEEP_USES = """
    UPDATE access_key AS known
       SET first_used_at = coalesce(known.first_used_at, used.at),
           last_used_at = greatest(known.last_used_at, used.at),
           use_version = known.use_version + CASE WHEN known.use_told_at > $4 THEN 0 ELSE 1 END,
           use_told_at = CASE WHEN known.use_told_at > $4 THEN known.use_told_at ELSE $3 END
      FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
     WHERE known.id = used.id
    RETURNING known.id, new.use_version AS version, new.first_used_at AS created_at, new.last_used_at AS updated_at,
              new.last_used_at, new.use_version > old.use_version AS is_due
"""


class KeyUses:
    """What was used since it was last kept. A process that is killed loses at most KEEP_SECONDS of it.

    `tell` makes the fact that other services hear, at most once in TELL_EVERY for each key; None tells nothing.
    """

    def __init__(self, database: Database, service: str, tell: Tell | None) -> None:
        self.database = database
        self.service = service
        self.tell = tell
        self._noted: dict[UUID, datetime] = {}

    def note(self, key_id: UUID, at: datetime) -> None:
        """A known key was let in."""
        self._noted[key_id] = at

    async def keep(self) -> None:
        """Write down what was noted; when that fails, it stays noted for the next time."""
        noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            await self._write(noted)
        except BaseException:
            self._noted = noted | self._noted
            raise

    async def run(self) -> None:
        """Keep what was noted every KEEP_SECONDS, and once more at the end."""
        try:
            while True:
                await asyncio.sleep(KEEP_SECONDS)
                await self._try_to_keep()
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._try_to_keep(), timeout=1)

    async def _try_to_keep(self) -> None:
        try:
            await self.keep()
        except (*UNAVAILABLE, asyncpg.DeadlockDetectedError) as error:
            log.warning("key_uses_not_kept", error=repr(error))

    async def _write(self, noted: Mapping[UUID, datetime]) -> None:
        async with self.database.transaction() as tx:
            ids = sorted(noted)
            moments = [noted[id] for id in ids]
            rows = await tx.connection.fetch(KEEP_USES, ids, moments, tx.now, tx.now - TELL_EVERY)
            if self.tell is not None:
                due = [dict(row) | {"service": self.service} for row in rows if row["is_due"]]
                await tx.record_all([self.tell({"key_use": use}) for use in due], System(self.service))
