"""Reads the long files that wait: one at a time, its claim kept alive while it is read."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from chassis.connections import UNAVAILABLE
from chassis.database import Database
from chassis.http.problems import describe
from chassis.identity import new_id
from chassis.refusals import Refusal
from services.registry.imports import jobs, standing, store
from services.registry.imports.question import Question
from services.registry.imports.reading import MOST_WALL_SECONDS_OF_A_JOB, examine
from services.registry.imports.store import Import

log = structlog.get_logger()
BEAT_SECONDS = 3.0


@dataclass
class _Claim:
    """One file in this process's hands."""

    database: Database
    id: UUID
    by: UUID
    progress: float = 0.0

    async def tell(self, progress: float) -> None:
        """Say how far it is."""
        self.progress = progress
        async with self.database.reading() as connection:
            await jobs.beat(connection, self.id, self.by, progress)

    @contextlib.asynccontextmanager
    async def kept_alive(self) -> AsyncIterator[None]:
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.wait([beating])

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with contextlib.suppress(*UNAVAILABLE):
                await self.tell(self.progress)


async def read_next_import(database: Database, prefixes: Sequence[str]) -> bool:
    """Read the oldest that waits; whether there was one. No transaction is held while it is read."""
    by = new_id()
    async with database.transaction() as tx:
        for id in await jobs.give_up(tx):
            log.warning("import_given_up", import_id=str(id))
        imported = await jobs.claim(tx, by)
        if imported is None:
            return False
        file = await store.read_file(tx.connection, imported.id)
    claim = _Claim(database, imported.id, by)
    try:
        async with claim.kept_alive():
            await _read(claim, imported, file, prefixes)
    except UNAVAILABLE:
        raise
    except Refusal as refusal:
        async with database.transaction() as tx:
            await jobs.fail(tx, imported.id, by, describe(refusal))
    except Exception as error:
        log.exception("import_failed", import_id=str(imported.id))
        async with database.transaction() as tx:
            await jobs.note(tx, imported.id, by, f"{type(error).__name__}: {error}")
    return True


async def _read(claim: _Claim, imported: Import, file: bytes, prefixes: Sequence[str]) -> None:
    database = claim.database
    present = await standing.read_standing(database, imported.kind, imported.campaign_id, imported.sha256)
    answer = await examine(
        Question(imported.kind, file, present, prefixes), claim.tell, MOST_WALL_SECONDS_OF_A_JOB
    )
    async with database.transaction() as tx:
        await jobs.finish(tx, claim.id, claim.by, answer.findings, present.mark, answer.row_count)
