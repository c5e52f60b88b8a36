"""Summaries: one to each coordinator and overseer of a campaign and day, when there is anything to say."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.calendar import local
from chassis.connections import Connection
from chassis.database import Database, Transaction
from services.notifier.calendar.store import read_calendar
from services.notifier.directory import store as directory
from services.notifier.directory.store import CampaignCopy
from services.notifier.notifications import store as notifications
from services.notifier.notifications.store import FactToTell
from services.notifier.policies import store as policies
from services.notifier.reminders.ladder import REACH
from services.notifier.summaries import store
from services.notifier.summaries.model import day_due, says_anything


async def plan_summaries(database: Database) -> int:
    """Plan the summaries that have come due; how many have anything to say."""
    now, count = database.clock.now(), 0
    async with database.reading() as connection:
        due = await _find_due(connection, now)
    for campaign, day, at, recipient in due:
        async with database.transaction() as tx:
            count += await _summarize(tx, campaign, day, at, recipient)
    return count


async def _find_due(connection: Connection, now: datetime) -> list[tuple[CampaignCopy, date, datetime, UUID]]:
    calendar = await read_calendar(connection)
    found = []
    for campaign in await directory.read_campaigns(connection):
        policy = await policies.find(connection, campaign.id)
        if (due := day_due(now, policy, calendar, campaign.timezone)) is not None:
            for recipient in await store.read_recipients(connection, campaign, due[0], now):
                found.append((campaign, *due, recipient))
    return found


async def _summarize(
    tx: Transaction, campaign: CampaignCopy, day: date, at: datetime, recipient: UUID
) -> bool:
    details = await _describe(tx, campaign, recipient)
    if not says_anything(details):
        await store.mark(tx, campaign.id, day, recipient, at)
        return False
    fact = FactToTell(
        occasion=store.OCCASION,
        campaign_id=campaign.id,
        about_id=campaign.id,
        revision=day.toordinal(),
        organization_id=recipient,
        about_organization_id=recipient,
        title=day.isoformat(),
        details=details,
        planned_for=at,
    )
    await notifications.plan_fact(tx, fact)
    return True


async def _describe(tx: Transaction, campaign: CampaignCopy, recipient: UUID) -> Mapping[str, Any]:
    """What is still owed and by whom, what has no date, who cannot be reached, what did not arrive since yesterday."""
    connection = tx.connection
    owed = await store.read_owed(connection, campaign, recipient, tx.now)
    undated = await store.read_undated(connection, campaign, recipient, tx.now - REACH, all_of_them=False)
    unreachable = await notifications.read_unreachable(connection, campaign.id)
    if recipient != campaign.issuer_id:
        below = await store.read_below(connection, recipient)
        unreachable = [each for each in unreachable if each.organization_id in below]
    return {
        "deliverables": [_show(each, campaign.timezone) for each in owed],
        "undated": [each.title for each in undated],
        "unreachable_count": len(unreachable),
        "unreachable": [each.name for each in unreachable if each.name][: store.NAMES],
        "given_up_count": await store.count_given_up(
            connection, campaign, recipient, tx.now - timedelta(days=1)
        ),
    }


def _show(item: dict[str, Any], zone: str) -> dict[str, Any]:
    due_at = item.pop("next_due_at")
    return {**item, "next_due": None if due_at is None else f"{local(due_at, zone):%Y-%m-%d %H:%M}"}
