"""Giving up: the campaign's issuer is told which unit could not be reached, once a day for each."""

from typing import Final

from chassis.database import Transaction
from contracts.notifier.notifications import NO_CAMPAIGN, Notification
from services.notifier.contacts import store as contacts
from services.notifier.directory import store as directory
from services.notifier.notifications import store as notifications
from services.notifier.notifications.store import FactToTell

OCCASION: Final = "delivery_given_up"
ISSUER = "SELECT issuer_id FROM campaign WHERE id = $1"


async def tell_issuer(tx: Transaction, ended: list[Notification], said: str) -> None:
    """Plan to tell the issuer, if it can be reached: what was not delivered may have been this very message."""
    meant = [(each.campaign_id, each.organization_id) for each in ended if each.occasion != OCCASION]
    for campaign_id, unit in dict.fromkeys(meant):
        issuer_id = await tx.connection.fetchval(ISSUER, campaign_id)
        if campaign_id == NO_CAMPAIGN or issuer_id is None or issuer_id == unit:
            continue
        described = await directory.describe(tx.connection, unit)
        if described is None or not await contacts.read_reach(tx.connection, issuer_id, OCCASION):
            continue
        fact = FactToTell(
            occasion=OCCASION,
            campaign_id=campaign_id,
            about_id=unit,
            revision=tx.now.toordinal(),
            organization_id=issuer_id,
            about_organization_id=unit,
            title=described["name"],
            details={"channel": ended[0].channel, "reason": said},
            planned_for=tx.now,
        )
        await notifications.plan_fact(tx, fact)
