"""Exports: asked for, made by a sweep, fetched."""

import asyncio
import hashlib
from pathlib import Path
from uuid import UUID

import structlog

from chassis.access import Principal
from chassis.connections import UNAVAILABLE
from chassis.database import Database
from chassis.events import System
from chassis.identity import new_id
from chassis.refusals import Conflict
from contracts.reporting.exports import Export, ExportFinished, RequestExport
from contracts.shapes import changed
from services.reporting import rules
from services.reporting.exports import store
from services.reporting.exports.annex import write_annex
from services.reporting.figures import store as figures

log = structlog.get_logger()
ACTOR = System("reporting")


class NotDone(Conflict):
    """The file is not made yet, or could not be."""


class NotWritten(Exception):
    """The disk is full, or the folder cannot be written: a person has to look."""


class PastNotKept(Conflict):
    """Exports are made of the present state."""


async def request_export(
    database: Database, campaign_id: UUID, command: RequestExport, actor: Principal
) -> Export:
    """Ask for a file; it is made soon."""
    if command.as_of is not None:
        raise PastNotKept("as_of is not supported for this export yet; leave it out for the present state")
    async with database.transaction() as tx:
        campaign = await figures.find_campaign(tx.connection, campaign_id)
        rules.check_may_export(actor, campaign.issuer_id)
        export = Export(
            id=new_id(),
            version=1,
            created_at=tx.now,
            updated_at=tx.now,
            campaign_id=campaign_id,
            kind=command.kind,
            state="queued",
        )
        await store.insert(tx, export)
        return tx.answer(export)


async def find_export(database: Database, id: UUID, actor: Principal) -> Export:
    """How far an export is."""
    rules.check_may_read(actor)
    async with database.reading() as connection:
        export = await store.find(connection, id)
        campaign = await figures.find_campaign(connection, export.campaign_id)
        rules.check_may_export(actor, campaign.issuer_id)
    return export


async def find_file(database: Database, folder: Path, id: UUID, actor: Principal) -> tuple[Export, Path]:
    """The finished file."""
    export = await find_export(database, id, actor)
    if export.state != "done":
        raise NotDone(f"the export is {export.state}{': ' + export.error if export.error else ''}")
    return export, file_of(folder, export)


def file_of(folder: Path, export: Export) -> Path:
    """Where an export's file lies."""
    return folder / f"{export.id}.xlsx"


async def make_next_export(database: Database, folder: Path) -> bool:
    """Make the oldest that waits; whether there was one. No transaction is held while it is made."""
    async with database.transaction() as tx:
        waiting = await store.claim(tx)
        if waiting is None:
            return False
        running = changed(waiting, tx.now, state="running", progress=0.1)
        await store.save(tx, running)
    try:
        finished = await _make(database, folder, running)
    except UNAVAILABLE:
        raise
    except Exception as error:
        log.exception("export_failed", export_id=str(running.id))
        finished = changed(
            running, database.clock.now(), state="failed", error=f"{type(error).__name__}: {error}"
        )
    async with database.transaction() as tx:
        await store.save(tx, finished)
        await tx.record(ExportFinished(export=finished), ACTOR)
    return True


async def _make(database: Database, folder: Path, export: Export) -> Export:
    async with database.reading() as connection:
        campaign = await figures.find_campaign(connection, export.campaign_id)
        rows = await store.read_annex_rows(connection, export.campaign_id)
    titles = campaign.annex_titles or [campaign.name]
    content = await asyncio.to_thread(write_annex, rows, titles, campaign.annex_remarks)
    try:
        await asyncio.to_thread(_write, file_of(folder, export), content)
    except OSError as error:
        raise NotWritten(f"the file cannot be written: {error}") from error
    return changed(
        export,
        database.clock.now(),
        state="done",
        progress=1.0,
        rows=len(rows),
        url=f"/v1/exports/{export.id}/file",
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
