"""Telling: a fact about one thing is told once, and the newest one in place of older ones that have not gone yet."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.events import System
from chassis.refusals import NotFound
from contracts.notifier.notifications import NotificationGivenUp
from contracts.notifier.policies import Ladder
from services.notifier.deliveries import store as deliveries
from services.notifier.directory import store as directory
from services.notifier.notifications.model import allowed_from
from services.notifier.policies import store as policies

FALLBACK_ZONE = "Asia/Shanghai"
NO_NEWS_AFTER = timedelta(days=14)
"""A notifier that was away for days makes up for it; one that is filled anew from its streams says nothing old."""
ACTOR = System("notifier")

WAS_TOLD = """
    -- This fact, or a newer one about the same thing, to whomever it was: what is heard again, or late, is no news.
    SELECT EXISTS (SELECT FROM told WHERE about_id = $1 AND due_at IS NULL AND about_revision >= $2
                                      AND starts_with(occasion, $3))
"""


async def is_news(tx: Transaction, noun: str, about_id: UUID, revision: int, happened_at: datetime) -> bool:
    """Whether a fact about this thing is to be told; `noun` is what its occasions begin with, such as activity_."""
    if tx.now - happened_at > NO_NEWS_AFTER:
        return False
    return not await tx.connection.fetchval(WAS_TOLD, about_id, revision, noun)


OVERTAKE = """
    -- What a delivery holds is taken out of it only while nobody is about to send it.
    WITH resting AS (
        SELECT d.id FROM delivery d
         WHERE d.state = 'waiting' AND d.id IN (SELECT delivery_id FROM notification
                                                 WHERE about_id = $1 AND state = 'sending')
           FOR UPDATE SKIP LOCKED
    ), overtaken AS (
        SELECT n.id FROM notification n
         WHERE n.about_id = $1 AND n.about_revision <= $2 AND n.due_at IS NULL AND starts_with(n.occasion, $3)
           AND (n.state = 'planned' OR (n.state = 'sending' AND n.delivery_id IN (SELECT id FROM resting)))
         ORDER BY n.id FOR UPDATE SKIP LOCKED
    )
    UPDATE notification n SET version = n.version + 1, updated_at = $4, state = 'given_up',
           last_error = 'settled before it was sent: there is newer to say'
      FROM overtaken WHERE n.id = overtaken.id
    RETURNING n.id, n.organization_id, n.about_revision, n.details
"""


async def overtake(
    tx: Transaction, noun: str, about_id: UUID, revision: int
) -> Mapping[UUID, Mapping[str, Any]]:
    """Give up what has not gone yet of this thing up to `revision`; by unit, the details of the oldest such."""
    rows = await tx.connection.fetch(OVERTAKE, about_id, revision, noun, tx.now)
    if rows:
        given_up = await deliveries.read(tx.connection, [row["id"] for row in rows])
        await tx.record_all([NotificationGivenUp(notification=each) for each in given_up], ACTOR)
    newest_first = sorted(rows, key=lambda row: row["about_revision"], reverse=True)
    return {row["organization_id"]: row["details"] for row in newest_first}


async def allowed(tx: Transaction, campaign_id: UUID) -> datetime:
    """When it may be said; by the default policy where the campaign was not heard of yet."""
    try:
        ladder: Ladder = await policies.find(tx.connection, campaign_id)
        zone = (await directory.find_campaign(tx.connection, campaign_id)).timezone
    except NotFound:
        ladder, zone = Ladder(), FALLBACK_ZONE
    return allowed_from(tx.now, ladder, zone)


def write(moment: datetime | None) -> str | None:
    """A moment as details keep it: under a name that ends in _at or _by."""
    return None if moment is None else moment.isoformat()
