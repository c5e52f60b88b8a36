"""Notifications in PostgreSQL: planned once each, over each channel of whom they are for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.notifier.notifications import Notification, Unreachable
from services.notifier.rules import Sight
from services.notifier.texts.occasions import FactName

NOBODY = "no working address: the unit has no contact"


@dataclass(frozen=True, slots=True)
class FactToTell:
    """A fact that one organization is told at once; `revision` tells two facts about one thing apart.

    With `due_at` it is dropped when what is due then was handed in before it went. What goes `by_mail_alone` is
    nothing to miss for whoever has no mailbox.
    """

    occasion: FactName
    campaign_id: UUID
    about_id: UUID
    revision: int
    organization_id: UUID
    about_organization_id: UUID
    title: str
    details: Mapping[str, Any]
    planned_for: datetime
    assignment_id: UUID | None = None
    acknowledgement_id: UUID | None = None
    submission_id: UUID | None = None
    activity_id: UUID | None = None
    due_at: datetime | None = None
    by_mail_alone: bool = False


PLAN_FACTS = """
    -- Each once, also when the stream is heard again from its start and the unit's channels are others by then. In one
    -- order, so that two who plan many wait for each other and never both at once.
    WITH fact AS (
        SELECT occasion, campaign_id, about_id, revision, organization_id, about_organization_id, title, details,
               planned_for, assignment_id, acknowledgement_id, submission_id, activity_id, due_at, by_mail_alone
          FROM jsonb_to_recordset($3)
               AS fact (occasion text, campaign_id uuid, about_id uuid, revision integer, organization_id uuid,
                        about_organization_id uuid, title text, details jsonb, planned_for timestamptz,
                        assignment_id uuid, acknowledgement_id uuid, submission_id uuid, activity_id uuid,
                        due_at timestamptz, by_mail_alone boolean)
    ), new AS (
        INSERT INTO told (about_id, occasion, about_revision, recipient, planned_for)
        SELECT about_id, occasion, revision, organization_id::text, planned_for FROM fact
         ORDER BY about_id, occasion, revision, organization_id
        ON CONFLICT DO NOTHING
        RETURNING about_id, occasion, about_revision, recipient
    )
    INSERT INTO notification (id, version, created_at, updated_at, campaign_id, occasion, about_id, about_revision,
                              organization_id, about_organization_id, title, details, planned_for, assignment_id,
                              acknowledgement_id, submission_id, activity_id, due_at, channel, channel_number, state,
                              last_error)
    SELECT uuidv7(), 1, $1, $1, f.campaign_id, f.occasion, f.about_id, f.revision, f.organization_id,
           f.about_organization_id, f.title, f.details, f.planned_for, f.assignment_id, f.acknowledgement_id,
           f.submission_id, f.activity_id, f.due_at,
           coalesce(ch.kind, 'none'), coalesce(ch.number, 0),
           CASE WHEN ch.number IS NULL THEN 'failed' ELSE 'planned' END, CASE WHEN ch.number IS NULL THEN $2 END
      FROM fact f
      JOIN new ON new.about_id = f.about_id AND new.occasion = f.occasion AND new.about_revision = f.revision
              AND new.recipient = f.organization_id::text
      LEFT JOIN LATERAL channels_for(f.organization_id, f.occasion) AS ch ON ch.kind = 'email' OR NOT f.by_mail_alone
     WHERE ch.number IS NOT NULL OR NOT f.by_mail_alone
    ON CONFLICT (about_id, occasion, due_at, about_revision, organization_id, channel, channel_number) DO NOTHING
"""


async def plan_facts(tx: Transaction, facts: Sequence[FactToTell]) -> None:
    """Plan to tell these facts; the same fact again changes nothing."""
    if facts:
        await tx.connection.execute(PLAN_FACTS, tx.now, NOBODY, [_plainly(fact) for fact in facts])


async def plan_fact(tx: Transaction, fact: FactToTell) -> None:
    """Plan to tell one fact."""
    await plan_facts(tx, [fact])


def _plainly(fact: FactToTell) -> dict[str, Any]:
    values = {name: getattr(fact, name) for name in FactToTell.__dataclass_fields__}
    return {
        name: str(value) if isinstance(value, UUID | datetime) else value for name, value in values.items()
    }


LIST = """
    -- What is told to the caller's own, to those below a coordinator, and in campaigns that are the caller's to see.
    -- That there is an incident is for those to know who are told of it, and for the campaign's issuer.
    WITH RECURSIVE seen AS (
        SELECT $7::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $8
    ), issuing AS (
        SELECT $7::uuid AS id WHERE $9 <> 'none'
        UNION
        SELECT o.id FROM organization o JOIN issuing ON o.parent_id = issuing.id WHERE $9 = 'below'
    )
    SELECT n.id, n.version, n.created_at, n.updated_at, n.campaign_id, n.occasion, n.assignment_id,
           n.acknowledgement_id, n.submission_id, n.activity_id, n.organization_id, n.about_organization_id, n.channel,
           n.state, n.planned_for, n.sent_at, n.attempts, n.last_error, c.timezone
      FROM notification n LEFT JOIN campaign c ON c.id = n.campaign_id
     WHERE n.id > $1
       AND ($2::uuid IS NULL OR n.campaign_id = $2)
       AND ($3::uuid IS NULL OR n.organization_id = $3)
       AND ($4::text IS NULL OR n.state = $4)
       AND ($5::text IS NULL OR n.occasion = $5)
       AND ($6 OR n.organization_id IN (SELECT id FROM seen) OR c.issuer_id IN (SELECT id FROM issuing))
       AND (NOT starts_with(n.occasion, 'incident_') OR ($10 AND (n.organization_id = $7 OR c.issuer_id = $7)))
     ORDER BY n.id LIMIT $11
"""


async def read_page(
    connection: Connection,
    after: UUID,
    filters: tuple[UUID | None, UUID | None, str | None, str | None],
    sight: Sight,
    limit: int,
) -> list[tuple[Notification, str | None]]:
    """Notifications with their campaigns' zones; `filters` are campaign, organization told, state and occasion."""
    shown = (sight.everything, sight.organization_id, sight.told_below, sight.campaigns, sight.incidents)
    rows = await connection.fetch(LIST, after, *filters, *shown, limit)
    return [(Notification.model_validate(dict(row)), row["timezone"]) for row in rows]


UNREACHABLE = """
    -- Whoever owes something and has no channel that works; and whose channel refused for good and has taken nothing
    -- since, or who was told nothing for want of one.
    WITH working AS (
        SELECT DISTINCT organization_id FROM reach
    ), failed AS (
        SELECT n.organization_id, count(*) AS notification_count FROM notification n
         WHERE n.campaign_id = $1 AND n.state = 'failed'
           AND (n.channel <> 'none' OR n.organization_id NOT IN (SELECT organization_id FROM working))
           AND NOT EXISTS (SELECT FROM notification later
                            WHERE later.organization_id = n.organization_id AND later.sent_at >= n.updated_at)
         GROUP BY n.organization_id
    ), without AS (
        SELECT organization_id FROM still_owed WHERE campaign_id = $1
        EXCEPT
        SELECT organization_id FROM working
    )
    SELECT organization_id, coalesce(o.name, '') AS name, coalesce(f.notification_count, 0) AS notification_count
      FROM failed f FULL JOIN without w USING (organization_id)
      LEFT JOIN organization o ON o.id = organization_id
     ORDER BY organization_id
"""


async def read_unreachable(connection: Connection, campaign_id: UUID) -> list[Unreachable]:
    """Who is owed a message and has no working address."""
    return [Unreachable.model_validate(dict(row)) for row in await connection.fetch(UNREACHABLE, campaign_id)]


LOCK = """
    SELECT id, version, created_at, updated_at, campaign_id, occasion, assignment_id, acknowledgement_id,
           submission_id, activity_id, organization_id, about_organization_id, channel, state, planned_for, sent_at,
           attempts, last_error
      FROM notification WHERE id = $1 FOR UPDATE
"""


async def lock(tx: Transaction, id: UUID) -> Notification | None:
    """The notification, held until the transaction ends."""
    row = await tx.connection.fetchrow(LOCK, id)
    return None if row is None else Notification.model_validate(dict(row))


PLAN_AGAIN = """
    UPDATE notification SET version = version + 1, updated_at = $2, state = 'planned', last_error = NULL,
           delivery_id = NULL, channel = $3, channel_number = coalesce($4, channel_number)
     WHERE id = $1
    RETURNING id, version, created_at, updated_at, campaign_id, occasion, assignment_id, acknowledgement_id,
              submission_id, activity_id, organization_id, about_organization_id, channel, state, planned_for, sent_at,
              attempts, last_error
"""


async def plan_again(tx: Transaction, id: UUID, channel: str, number: int | None) -> Notification:
    """Plan it once more, over a channel that there is now; the same one when `number` is None."""
    row: asyncpg.Record | None = await tx.connection.fetchrow(PLAN_AGAIN, id, tx.now, channel, number)
    assert row is not None
    return Notification.model_validate(dict(row))
