"""Exports: asked for, cancelled, fetched, and their files given up after their time."""

import asyncio
import contextlib
from datetime import datetime
from pathlib import Path
from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.identity import new_id
from contracts.reporting.exports import Export, RequestExport
from services.reporting import rules
from services.reporting.exports import fonts, model, sources, store
from services.reporting.exports.job import file_of
from services.reporting.exports.kinds import KINDS
from services.reporting.exports.order import Workshop
from services.reporting.figures.looking import check_as_of
from services.reporting.settings import ReportingSettings


async def request_export(
    database: Database,
    settings: ReportingSettings,
    campaign_id: UUID,
    command: RequestExport,
    actor: Principal,
) -> Export:
    """Ask for a file; it is made soon. What could not be made is refused at once."""
    rules.check_may_read(actor)
    if command.kind == "summary_pdf":
        await asyncio.to_thread(fonts.check_chinese, settings.font_folders)
    async with database.transaction() as tx:
        issuer_id = await sources.find_issuer(tx.connection, campaign_id)
        rules.check_may_export(actor, issuer_id)
        if command.as_of is not None:
            await _check_past(tx, campaign_id, command.kind, command.as_of)
        export = Export(
            id=new_id(),
            version=1,
            created_at=tx.now,
            updated_at=tx.now,
            campaign_id=campaign_id,
            kind=command.kind,
            as_of=command.as_of,
            state="queued",
        )
        await store.insert(tx, export)
        return tx.answer(export)


async def _check_past(tx: Transaction, campaign_id: UUID, kind: str, as_of: datetime) -> None:
    past_of = KINDS[kind].past_of
    model.check_keeps_past(kind, past_of)
    await check_as_of(tx.connection, campaign_id, tx.now, as_of)
    model.check_whole(as_of, await sources.count_missing(tx.connection, campaign_id, as_of, past_of or ()))


async def find_export(database: Database, id: UUID, actor: Principal) -> Export:
    """How far an export is."""
    rules.check_may_read(actor)
    async with database.reading() as connection:
        export = await store.find(connection, id)
        rules.check_may_export(actor, await sources.find_issuer(connection, export.campaign_id))
    return export


async def cancel_export(database: Database, id: UUID, actor: Principal) -> Export:
    """Give up one that is not done; whoever makes it stops within seconds."""
    await find_export(database, id, actor)
    async with database.transaction() as tx:
        export = await store.lock(tx, id)
        cancelled = model.cancel(export, tx.now)
        if cancelled is not export:
            await store.save(tx, cancelled)
        return tx.answer(cancelled)


async def find_file(database: Database, folder: Path, id: UUID, actor: Principal) -> tuple[Export, Path]:
    """The finished file."""
    export = await find_export(database, id, actor)
    model.check_done(export)
    async with database.reading() as connection:
        return export, file_of(folder, export, await store.find_maker(connection, id))


async def expire_exports(workshop: Workshop) -> None:
    """Give up the files whose time is over, and remove what belongs to no export."""
    async with workshop.database.transaction() as tx:
        for export in await store.lock_expiring(tx, tx.now):
            await store.save(tx, model.expire(export, tx.now))
    await remove_left_files(workshop)


async def remove_left_files(workshop: Workshop) -> None:
    """Remove the files of exports that were cancelled, failed, expired, or made by another."""
    files = await asyncio.to_thread(_files_of, workshop.folder)
    async with workshop.database.reading() as connection:
        held = await store.read_held(connection, list({id for id, _ in files}))
    for who, paths in files.items():
        if who not in held:
            for path in paths:
                with contextlib.suppress(OSError):
                    await asyncio.to_thread(path.unlink, missing_ok=True)


def _files_of(folder: Path) -> dict[tuple[UUID, UUID | None], list[Path]]:
    """Files by export and maker; what has another name is not ours."""
    found: dict[tuple[UUID, UUID | None], list[Path]] = {}
    for path in folder.glob("*.*"):
        id, maker = path.stem[:36], path.stem[37:]
        with contextlib.suppress(ValueError):
            found.setdefault((UUID(id), UUID(maker) if maker else None), []).append(path)
    return found
