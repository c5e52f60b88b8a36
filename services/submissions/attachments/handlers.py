"""Attachments: who may see one. How they are kept is the chassis' (`chassis/files/keeping.py`)."""

from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database
from chassis.files.keeping import Keeping, Telling
from chassis.files.rows import Rows
from chassis.files.serving import Kept
from chassis.refusals import NotFound
from contracts.attachments import Attachment
from contracts.submissions.attachments import FACTS
from services.submissions import rules
from services.submissions.attachments import store
from services.submissions.directory import store as directory

ATTACHMENTS: Keeping[Attachment] = Keeping(
    "attachments", Rows(Attachment, store.STATEMENTS), Telling.by(FACTS, "attachment")
)


async def find_attachment(database: Database, id: UUID, actor: Principal) -> Attachment:
    """The attachment, for its own organization and for whoever may see a submission that names it."""
    async with database.reading() as connection:
        attachment = await ATTACHMENTS.rows.find(connection, id)
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
    async with database.reading() as connection:
        return await ATTACHMENTS.locate(connection, attachment)
