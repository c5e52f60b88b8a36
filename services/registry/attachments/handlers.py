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
from contracts.registry.attachments import FACTS
from services.registry import rules
from services.registry.activities import store as activities
from services.registry.attachments import store
from services.registry.campaigns import store as campaigns
from services.registry.notices import store as notices

ATTACHMENTS: Keeping[Attachment] = Keeping(
    "attachments", Rows(Attachment, store.STATEMENTS), Telling.by(FACTS, "attachment")
)


async def find_attachment(database: Database, id: UUID, actor: Principal) -> Attachment:
    """The attachment, for whoever may read a notice or an activity that names it, and until then for its own unit."""
    async with database.reading() as connection:
        attachment = await ATTACHMENTS.rows.find(connection, id)
        if attachment is None or not await _may_see(connection, attachment, actor):
            raise NotFound(f"there is no attachment {id}, or it is not yours to see")
    return attachment


async def _may_see(connection: Connection, attachment: Attachment, actor: Principal) -> bool:
    if actor.role not in rules.READERS:
        return False
    uses = await store.read_uses(connection, attachment.id)
    if not uses:
        return actor.organization_id == attachment.organization_id
    for noun, used_by in uses:
        if await (_sees_notice if noun == "notice" else _sees_activity)(connection, used_by, actor):
            return True
    return False


async def _sees_notice(connection: Connection, id: UUID, actor: Principal) -> bool:
    notice = await notices.find(connection, id)
    if notice is None:
        return False
    campaign = await campaigns.find(connection, notice.campaign_id)
    return rules.may_read_notice(actor, campaign, notice)


async def _sees_activity(connection: Connection, id: UUID, actor: Principal) -> bool:
    activity = await activities.find(connection, id)
    campaign = await campaigns.find(connection, activity.campaign_id)
    return rules.may_read_activity(actor, campaign, activity)


async def find_file(database: Database, id: UUID, actor: Principal) -> Kept:
    """Where the bytes of an attachment lie, that the scanner lets pass."""
    attachment = await find_attachment(database, id, actor)
    async with database.reading() as connection:
        return await ATTACHMENTS.locate(connection, attachment)
