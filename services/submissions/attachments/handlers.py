"""Attachments: store one, find one; scan what waits, remove what nothing names."""

from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database
from chassis.events import System
from chassis.files import contents
from chassis.files.scanner import Address, ScannerAway, scan
from chassis.files.serving import Kept
from chassis.files.uploads import Files, Received
from chassis.identity import new_id
from chassis.refusals import NotFound
from contracts.attachments import Attachment
from contracts.submissions.attachments import (
    AttachmentCleared,
    AttachmentRefused,
    AttachmentRemoved,
    AttachmentStored,
)
from services.submissions import rules
from services.submissions.attachments import model, store
from services.submissions.directory import store as directory

SCANNER = System("scanner")
SWEEP = System("attachments")


async def store_attachment(
    database: Database, files: Files, received: Received, actor: Principal
) -> Attachment:
    """Keep a file that was received whole; the same bytes are kept once."""
    file = model.File(received.filename, received.media_type, received.size, received.sha256)
    async with contents.placing(database, files.storage, received) as placed, database.transaction() as tx:
        model.check_room(await store.count_unused(tx.connection, actor.organization_id))
        await contents.claim(tx, placed)
        is_scanned = files.settings.clamd_url is not None
        attachment = model.store(file, new_id(), actor.organization_id, is_scanned, tx.now)
        await store.insert(tx, attachment)
        await tx.record(AttachmentStored(attachment=attachment), actor)
        tx.answer(attachment)
    files.metrics.received.inc()
    files.metrics.received_bytes.inc(received.size)
    return attachment


async def find_attachment(database: Database, id: UUID, actor: Principal) -> Attachment:
    """The attachment, for its own organization and for whoever may see a submission that names it."""
    async with database.reading() as connection:
        attachment = await store.find(connection, id)
        if attachment is None or not await _may_see(connection, attachment, actor):
            raise NotFound(f"there is no attachment {id}, or it is not yours to see")
    return attachment


async def _may_see(connection: Connection, attachment: Attachment, actor: Principal) -> bool:
    if rules.may_keep_attachments(actor, attachment.organization_id):
        return True
    for organization_id, campaign_id in await store.read_uses(connection, attachment.id):
        if rules.may_read(actor, await directory.read_standing(connection, organization_id, campaign_id)):
            return True
    return False


async def find_file(database: Database, id: UUID, actor: Principal) -> Kept:
    """Where the bytes of an attachment lie, that the scanner lets pass."""
    attachment = await find_attachment(database, id, actor)
    model.check_fetchable(attachment)
    async with database.reading() as connection:
        location = await contents.locate(connection, attachment.sha256)
    return Kept(location, attachment.sha256, attachment.size, attachment.filename, attachment.media_type)


async def scan_next(database: Database, files: Files, scanner: Address) -> bool:
    """Have the scanner look at the next attachment; False when none waits. ScannerAway puts it off."""
    async with database.apart() as connection:
        waiting = await store.claim_scan(connection)
        if waiting is None:
            return False
        location = await contents.locate(connection, waiting.sha256)
    try:
        finding = await scan(scanner, files.storage.read(location))
    except ScannerAway:
        async with database.apart() as connection:
            await store.put_off_scan(connection, waiting.id)
        raise
    files.metrics.scanned.labels("clean" if finding is None else "refused").inc()
    async with database.transaction() as tx:
        present = await store.lock(tx, waiting.id)
        if present is not None and present.state in ("scanning", "unscanned"):
            judged = model.judge(present, finding, tx.now)
            fact = AttachmentCleared if finding is None else AttachmentRefused
            await store.save_verdict(tx, judged)
            await tx.record(fact(attachment=judged), SCANNER)
    return True


async def remove_unused(database: Database) -> int:
    """Remove attachments that nothing came to name in time; how many."""
    async with database.transaction() as tx:
        unused = await store.delete_unused(tx, model.unused_before(tx.now))
        await tx.record_all(
            [AttachmentRemoved(attachment=model.remove(each, tx.now)) for each in unused], SWEEP
        )
    return len(unused)


async def remove_contents(database: Database, files: Files, grace_seconds: float) -> None:
    """Have the bytes go that no attachment names, and what an upload left that was never finished."""
    async with database.transaction() as tx:
        await store.release_contents(tx, grace_seconds)
    while removed := await contents.remove_leaving(database, files.storage):
        files.metrics.removed.inc(removed)
    await files.sweep_incoming()
