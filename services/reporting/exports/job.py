"""The making of exports: claimed, told of while it goes on, finished or failed; taken again when its process died."""

import asyncio
import contextlib
import errno
import hashlib
import os
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import structlog

from chassis.connections import UNAVAILABLE
from chassis.events import System
from chassis.identity import new_id
from chassis.refusals import Refusal
from contracts.reporting.exports import Export, ExportFinished
from services.reporting.counters.model import PRESENT
from services.reporting.exports import model, sources, store
from services.reporting.exports.kinds import KINDS
from services.reporting.exports.order import NotMakeable, Order, Progress, Workshop

log = structlog.get_logger()
ACTOR = System("reporting")
BEAT_SECONDS = 2.0
_CHUNK = 1024 * 1024
_OF_THE_DISK = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.ENOENT,
    errno.EEXIST,
    errno.ENOTDIR,
}


class NotWritten(Exception):
    """The disk is full, or the folder cannot be written: a person has to look."""


class DiedTooOften(Exception):
    """Each process that made it ended over it."""


async def make_next_export(workshop: Workshop) -> bool:
    """Make the oldest that waits; whether there was one. No transaction is held while it is made, and one that was
    cancelled or taken by another meanwhile is dropped.
    """
    maker = new_id()
    claimed = await _claim(workshop, maker)
    if claimed is None:
        return False
    running, is_spent = claimed
    part = workshop.folder / f"{running.id}-{maker}.part"
    try:
        if is_spent:
            raise DiedTooOften(f"{store.MOST_TRIES} processes died over it")
        finished = await _make_while_held(workshop, running, maker, part)
    except NotMakeable as error:
        finished = model.fail(running, str(error), workshop.database.clock.now())
    except Exception as error:
        if isinstance(error, UNAVAILABLE) and not _is_of_the_disk(error):
            raise
        log.exception("export_failed", export_id=str(running.id))
        finished = model.fail(running, _say(error), workshop.database.clock.now())
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    if finished is not None:
        await _keep(workshop, finished, maker)
    return True


async def _claim(workshop: Workshop, maker: UUID) -> tuple[Export, bool] | None:
    async with workshop.database.transaction() as tx:
        waiting = await store.claim(tx, workshop.settings.exports_at_once)
        if waiting is None:
            return None
        export, tries = waiting
        running = model.start(export, tx.now)
        await store.save(tx, running, maker)
    return running, tries >= store.MOST_TRIES


async def _make_while_held(workshop: Workshop, export: Export, maker: UUID, part: Path) -> Export | None:
    """The finished export; None when it is no longer this process's to make."""
    progress = Progress()
    making = asyncio.create_task(_make(workshop, export, maker, part, progress))
    beating = asyncio.create_task(_beat(workshop, export.id, maker, progress))
    try:
        await asyncio.wait((making, beating), return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            await beating
            log.warning("export_dropped", export_id=str(export.id), reason="cancelled, or taken by another")
            return None
        return await making
    finally:
        for task in (making, beating):
            task.cancel()
        await asyncio.gather(making, beating, return_exceptions=True)


async def _beat(workshop: Workshop, id: UUID, maker: UUID, progress: Progress) -> None:
    """Say how far it is, until it is another's."""
    while True:
        with contextlib.suppress(*UNAVAILABLE):
            async with workshop.database.transaction() as tx:
                rows, row_total, share = progress.rows, progress.row_total, progress.share
                if not await store.beat(tx, id, maker, rows, row_total, share):
                    return
        await asyncio.sleep(BEAT_SECONDS)


async def _make(workshop: Workshop, export: Export, maker: UUID, part: Path, progress: Progress) -> Export:
    kind = KINDS[export.kind]
    up_to = export.as_of or PRESENT
    moment = export.as_of or workshop.database.clock.now()
    async with workshop.database.reading() as connection:
        campaign = await sources.find_campaign(connection, export.campaign_id, up_to)
    order = Order(campaign, moment, workshop.database, workshop.settings, workshop.storage, progress, up_to)
    with await asyncio.to_thread(_open, part) as out:
        await kind.make(order, out)
        size, sha256 = await asyncio.to_thread(_seal, out)
    await asyncio.to_thread(part.replace, file_of(workshop.folder, export, maker))
    return model.finish(
        export,
        progress.rows,
        size,
        sha256,
        kind.filename(order),
        workshop.database.clock.now(),
        workshop.settings.export_keep_days,
    )


async def _keep(workshop: Workshop, finished: Export, maker: UUID) -> None:
    async with workshop.database.transaction() as tx:
        held = await store.lock(tx, finished.id)
        if held.state != "running" or await store.find_maker(tx.connection, finished.id) != maker:
            return
        await store.save(tx, finished, maker)
        await tx.record(ExportFinished(export=finished), ACTOR)


def file_of(folder: Path, export: Export, maker: UUID | None) -> Path:
    """Where an export's file lies; each maker has its own, so that one who was given up cannot harm another's."""
    name = f"{export.id}-{maker}" if maker else str(export.id)
    return folder / f"{name}{KINDS[export.kind].extension}"


def _open(part: Path) -> BinaryIO:
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return part.open("w+b")


def _seal(out: BinaryIO) -> tuple[int, str]:
    """Size and hash of what is on disk now."""
    out.flush()
    os.fsync(out.fileno())
    out.seek(0)
    digest = hashlib.sha256()
    while chunk := out.read(_CHUNK):
        digest.update(chunk)
    return out.tell(), digest.hexdigest()


def _is_of_the_disk(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno in _OF_THE_DISK


def _say(error: Exception) -> str:
    if _is_of_the_disk(error):
        return f"{NotWritten.__name__}: the file cannot be written: {error}"
    if isinstance(error, Refusal):
        return f"{error.code}: {error}"
    return f"{type(error).__name__}: {error}"
