"""Reminders: at each sweep the newest rung of each ladder is planned for whoever still owes."""

from datetime import timedelta
from uuid import UUID

from chassis.calendar import WorkingCalendar
from chassis.database import Database
from contracts.notifier.policies import Ladder
from services.notifier.directory import store as directory
from services.notifier.notifications import store
from services.notifier.policies import store as policies
from services.notifier.reminders.ladder import newest_missed, occasions

CALENDAR = WorkingCalendar()
REACH = timedelta(days=90)
"""How far from its due moment anything is still chased: further than the longest ladder, 30 working days."""


async def plan_reminders(database: Database) -> int:
    """Plan what has come due; how many were new. Twice at once plans each once, for it is unique."""
    now = database.clock.now()
    async with database.reading() as connection:
        moments = await store.read_due_moments(connection, now - REACH, now + REACH)
        zones = {each.id: each.timezone for each in await directory.read_campaigns(connection)}
        ladders: dict[UUID, Ladder] = {
            id: await policies.find(connection, id) for id in {id for id, _ in moments} & zones.keys()
        }
    planned = 0
    for campaign_id, due_at in moments:
        if campaign_id not in ladders:
            continue
        rungs = occasions(due_at, ladders[campaign_id], CALENDAR, zones[campaign_id])
        for occasion in newest_missed(rungs, now - REACH * 2, now):
            async with database.transaction() as tx:
                planned += await store.plan_rung(tx, campaign_id, due_at, occasion)
    return planned
