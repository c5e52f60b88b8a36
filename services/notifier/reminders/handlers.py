"""Reminders: at each sweep the newest rung of each ladder is planned for whoever still owes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from chassis.calendar import WorkingCalendar
from chassis.database import Database, Transaction
from contracts.notifier.policies import ReminderPolicy
from services.notifier.calendar.store import read_calendar
from services.notifier.directory import store as directory
from services.notifier.directory.store import CampaignCopy
from services.notifier.notifications import store
from services.notifier.policies import store as policies
from services.notifier.reminders.ladder import Occasion, newest_missed, occasions

log = structlog.get_logger()

REACH = timedelta(days=90)
"""How far from its due moment anything is still chased: further than the longest ladder, 30 working days."""
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


async def plan_reminders(database: Database) -> int:
    """Plan what has come due; how many were new. Twice at once plans each once, for it is unique."""
    async with database.transaction() as tx:
        return await plan_due(tx)


async def plan_due(tx: Transaction, campaign_id: UUID | None = None) -> int:
    """Plan what has come due by now, of all campaigns or of one.

    In one transaction, so that what one unit is told at one moment is sent as one message. No tick is kept: the
    newest rung is asked for again at each sweep, and what is planned is unique. So an assignment that is heard of
    late is not passed over, and a clock that jumps tells nothing twice.
    """
    moments = await store.read_due_moments(tx.connection, tx.now - REACH, tx.now + REACH, campaign_id)
    wanted = {id for id, _ in moments}
    known = {each.id: each for each in await directory.read_campaigns(tx.connection) if each.id in wanted}
    ladders = {id: await policies.find(tx.connection, id) for id in known}
    calendar = await read_calendar(tx.connection)
    planned = 0
    for id, due_at in moments:
        if id in known:
            for rung in _due_rungs(known[id], ladders[id], calendar, due_at, tx.now):
                planned += await store.plan_rung(tx, id, due_at, rung)
    return planned


def _due_rungs(
    campaign: CampaignCopy, policy: ReminderPolicy, calendar: WorkingCalendar, due_at: datetime, now: datetime
) -> Sequence[Occasion]:
    """The newest rungs that have come due; one campaign that cannot be reckoned with holds up no other."""
    # A policy that was set rules from then on: what its ladder would have told before is not made up for.
    since = ALWAYS if policy.version == 1 else policy.updated_at
    try:
        return newest_missed(occasions(due_at, policy, calendar, campaign.timezone), since, now)
    except Exception:
        log.exception("ladder_not_reckoned", campaign_id=str(campaign.id), due_at=due_at.isoformat())
        return ()
