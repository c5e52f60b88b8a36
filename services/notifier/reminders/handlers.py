"""Reminders: at each sweep the newest rung of each ladder is planned for whoever still owes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from chassis.calendar import WorkingCalendar
from chassis.database import Database, Transaction
from services.notifier.calendar.store import read_calendar
from services.notifier.directory import store as directory
from services.notifier.directory.store import CampaignCopy
from services.notifier.policies import store as policies
from services.notifier.policies.store import Policies
from services.notifier.reminders import store
from services.notifier.reminders.ladder import Look, look_at
from services.notifier.reminders.store import DueMoment

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Planned:
    """What a sweep did; `fired_at` are the moments of the rungs that it found to have come due."""

    notification_count: int = 0
    fired_at: Sequence[datetime] = ()


async def plan_reminders(database: Database) -> Planned:
    """Plan what has come due. Of two at once one plans all, and the other nothing."""
    async with database.transaction() as tx:
        if not await store.try_to_sweep(tx):
            return Planned()
        return await plan_due(tx)


async def find_moments(database: Database) -> None:
    """Take down the moments that a release before this one has heard of and did not."""
    async with database.transaction() as tx:
        await store.find_moments(tx.connection)


async def plan_due(tx: Transaction, campaign_id: UUID | None = None) -> Planned:
    """Plan what has come due by now, of all campaigns or of one, while nobody else plans.

    In one transaction, so that what one unit is told at one moment is sent as one message. No tick is kept: each due
    moment says when its next rung comes, what is heard is looked at by itself, and what is planned is unique. So an
    assignment that is heard of late is not passed over, and a clock that jumps tells nothing twice.
    """
    moments = await store.lock_moments(tx, campaign_id)
    looks = await _look(tx, moments)
    await store.save_moments(tx, [_write(moment, look) for moment, look in looks])
    planned = 0
    fired: list[datetime] = []
    for moment, look in looks:
        rungs = _rungs(look)
        if rungs and rungs != moment.rungs:
            fired += [one.fire_at for one in look.rungs]
            for batch in await store.cut(tx.connection, moment):
                planned += await store.plan_rungs(tx, moment, rungs, batch)
    planned += await store.plan_heard(tx)
    return Planned(planned, fired)


async def _look(tx: Transaction, moments: Sequence[DueMoment]) -> list[tuple[DueMoment, Look]]:
    """What stands at each of these moments; those of a campaign that was not heard of yet are left for later."""
    if not moments:
        return []
    wanted = {moment.campaign_id for moment in moments}
    campaigns = {each.id: each for each in await directory.read_campaigns(tx.connection, wanted)}
    ladders = await policies.read(tx.connection, wanted)
    calendar = await read_calendar(tx.connection)
    return [
        (moment, _look_at(campaigns[moment.campaign_id], ladders, calendar, moment, tx.now))
        for moment in moments
        if moment.campaign_id in campaigns
    ]


def _look_at(
    campaign: CampaignCopy, ladders: Policies, calendar: WorkingCalendar, moment: DueMoment, now: datetime
) -> Look:
    """One moment that cannot be reckoned with holds up no other."""
    try:
        ladder, since = ladders.holding(moment.campaign_id, moment.deliverable_id)
        return look_at(moment.due_at, ladder, calendar, campaign.timezone, since, now)
    except Exception:
        log.exception("ladder_not_reckoned", campaign_id=str(campaign.id), due_at=moment.due_at.isoformat())
        return Look((), None)


def _rungs(look: Look) -> list[dict[str, Any]]:
    return [
        {"occasion": one.name, "fire_at": one.fire_at.isoformat(), "recipient": one.to} for one in look.rungs
    ]


def _write(moment: DueMoment, look: Look) -> dict[str, Any]:
    return {
        "campaign_id": str(moment.campaign_id),
        "deliverable_id": str(moment.deliverable_id),
        "due_at": moment.due_at.isoformat(),
        "rungs": _rungs(look),
        "next_at": None if look.next_at is None else look.next_at.isoformat(),
    }
