"""Telling: a fact about one thing is told once, and the newest one in place of older ones that have not gone yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    SELECT about_id FROM unnest($1::uuid[], $2::integer[]) AS heard (about_id, revision)
     WHERE EXISTS (SELECT FROM told t
                    WHERE t.about_id = heard.about_id AND t.due_at IS NULL AND t.about_revision >= heard.revision
                      AND starts_with(t.occasion, $3))
"""


@dataclass(frozen=True, slots=True)
class Happening:
    """That something about one thing happened; `revision` tells two of them apart."""

    about_id: UUID
    revision: int
    happened_at: datetime


async def find_news(tx: Transaction, noun: str, heard: Sequence[Happening]) -> set[UUID]:
    """The things of which facts are to be told; `noun` is what their occasions begin with, such as activity_."""
    fresh = [each for each in heard if tx.now - each.happened_at <= NO_NEWS_AFTER]
    rows = await tx.connection.fetch(WAS_TOLD, *_columns(fresh), noun) if fresh else []
    return {each.about_id for each in fresh} - {row["about_id"] for row in rows}


OVERTAKE = """
    -- What a delivery holds is taken out of it only while nobody is about to send it.
    WITH newer AS (
        SELECT about_id, revision FROM unnest($1::uuid[], $2::integer[]) AS newer (about_id, revision)
    ), resting AS (
        SELECT d.id FROM delivery d
         WHERE d.state = 'waiting' AND d.id IN (SELECT n.delivery_id FROM newer JOIN notification n USING (about_id)
                                                 WHERE n.state = 'sending')
         ORDER BY d.id FOR UPDATE SKIP LOCKED
    ), overtaken AS (
        SELECT n.id FROM newer JOIN notification n USING (about_id)
         WHERE n.about_revision <= newer.revision AND n.due_at IS NULL AND starts_with(n.occasion, $3)
           AND (n.state = 'planned' OR (n.state = 'sending' AND n.delivery_id IN (SELECT id FROM resting)))
         ORDER BY n.id FOR UPDATE OF n SKIP LOCKED
    )
    UPDATE notification n SET version = n.version + 1, updated_at = $4, state = 'given_up',
           last_error = 'settled before it was sent: there is newer to say'
      FROM overtaken WHERE n.id = overtaken.id
    RETURNING n.id, n.about_id, n.organization_id, n.about_revision, n.details
"""

Unsaid = Mapping[tuple[UUID, UUID], Mapping[str, Any]]
"""By thing and unit, the details of the oldest fact that the unit never heard of."""


async def overtake(tx: Transaction, noun: str, newer: Sequence[Happening]) -> Unsaid:
    """Give up what has not gone yet of these things up to their revisions."""
    rows = await tx.connection.fetch(OVERTAKE, *_columns(newer), noun, tx.now) if newer else []
    if rows:
        given_up = await deliveries.read(tx.connection, [row["id"] for row in rows])
        await tx.record_all([NotificationGivenUp(notification=each) for each in given_up], ACTOR)
    newest_first = sorted(rows, key=lambda row: row["about_revision"], reverse=True)
    return {(row["about_id"], row["organization_id"]): row["details"] for row in newest_first}


def _columns(heard: Sequence[Happening]) -> tuple[list[UUID], list[int]]:
    return [each.about_id for each in heard], [each.revision for each in heard]


async def allowed_in(tx: Transaction, campaign_ids: Iterable[UUID]) -> Mapping[UUID, datetime]:
    """When it may be said, by campaign: a batch speaks of few."""
    return {id: await allowed(tx, id) for id in dict.fromkeys(campaign_ids)}


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
