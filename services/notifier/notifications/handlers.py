"""Notifications: try one again that failed."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.refusals import Conflict, NotFound
from contracts.notifier.notifications import NO_CAMPAIGN, Notification
from services.notifier import rules
from services.notifier.contacts import store as contacts
from services.notifier.directory import store as directory
from services.notifier.notifications import store
from services.notifier.notifications.model import in_zone


class NotFailed(Conflict):
    """Only what failed or was given up is tried again."""


class NoAddress(Conflict):
    """There is still nobody to send it to."""


async def retry_notification(database: Database, id: UUID, actor: Principal) -> Notification:
    """Plan it once more: over the same channel, or the first of a unit that had none."""
    async with database.transaction() as tx:
        present = await store.lock(tx, id)
        if present is None:
            raise NotFound(f"there is no notification {id}")
        runner, timezone = await _find_runner(tx, present)
        rules.check_may_run(actor, runner)
        if present.state not in ("failed", "given_up"):
            raise NotFailed(f"this notification is {present.state}")
        reach = await contacts.read_reach(tx.connection, present.organization_id, present.occasion)
        usable = [each for each in reach if present.channel in ("none", each[0])]
        if not usable:
            raise NoAddress("the unit has no working address of this kind; set one with PUT /v1/contacts")
        channel, number = usable[0]
        is_new = present.channel == "none"
        planned = await store.plan_again(tx, id, channel, number if is_new else None)
        return tx.answer(in_zone(planned, timezone))


async def _find_runner(tx: Transaction, notification: Notification) -> tuple[UUID, str | None]:
    """The campaign's issuer and zone; outside of any campaign whoever is told."""
    if notification.campaign_id == NO_CAMPAIGN:
        return notification.organization_id, None
    campaign = await directory.find_campaign(tx.connection, notification.campaign_id)
    return campaign.issuer_id, campaign.timezone
