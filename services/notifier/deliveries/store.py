"""Deliveries in PostgreSQL: what one says, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.notifier.notifications import Notification
from services.notifier.deliveries.claims import Claimed


@dataclass(frozen=True, slots=True)
class Item:
    """One notification of a delivery, with what its text needs; `is_own` unless it is about a unit below."""

    notification_id: UUID
    occasion: str
    title: str
    is_own: bool
    about_name: str
    campaign_name: str
    timezone: str
    due_at: datetime | None
    details: dict[str, Any]


ITEMS = """
    -- The assignment may have been heard of only after the fact about it. An incident comes first, and outside of
    -- any campaign (the id of zeros) it stands under the unit's name.
    SELECT n.id AS notification_id, n.occasion, coalesce(nullif(n.title, ''), a.title, '') AS title,
           n.organization_id = n.about_organization_id AS is_own, coalesce(o.name, '') AS about_name,
           coalesce(c.name, CASE n.campaign_id WHEN '00000000-0000-0000-0000-000000000000' THEN o.name END, '')
               AS campaign_name,
           coalesce(c.timezone, CASE n.campaign_id WHEN '00000000-0000-0000-0000-000000000000'
                                                   THEN 'Asia/Shanghai' END, 'UTC') AS timezone, n.due_at, n.details
      FROM notification n
      LEFT JOIN organization o ON o.id = n.about_organization_id
      LEFT JOIN campaign c ON c.id = n.campaign_id
      LEFT JOIN assignment a ON a.id = n.assignment_id
     WHERE n.delivery_id = $1 AND n.state = 'sending'
     ORDER BY starts_with(n.occasion, 'incident_') DESC, n.planned_for, n.id
"""


async def read_items(connection: Connection, delivery_id: UUID) -> list[Item]:
    """What a delivery says."""
    return [Item(**dict(row)) for row in await connection.fetch(ITEMS, delivery_id)]


LOCK = "SELECT claimed_at FROM delivery WHERE id = $1 AND state = 'sending' FOR UPDATE"


async def is_held(tx: Transaction, claimed: Claimed) -> bool:
    """Whether this try is the newest, or the lease ran out and another process has the delivery by now."""
    claimed_at: datetime | None = await tx.connection.fetchval(LOCK, claimed.id)
    return claimed_at == claimed.claimed_at


BEGIN_TRY = """
    -- From here on nobody can know whether it arrived; the lease runs anew.
    UPDATE delivery SET tried = true, claimed_at = clock_timestamp() WHERE id = $1 RETURNING claimed_at
"""


async def begin_try(tx: Transaction, claimed: Claimed) -> Claimed:
    """Note that it is tried now; the claim as it is held from then on."""
    return replace(claimed, claimed_at=await tx.connection.fetchval(BEGIN_TRY, claimed.id))


COUNT_PART = "UPDATE delivery SET sent_parts = $2 WHERE id = $1"


async def count_part(tx: Transaction, delivery_id: UUID, sent_parts: int) -> None:
    """Note how many parts of a long message have arrived: they are not sent again."""
    await tx.connection.execute(COUNT_PART, delivery_id, sent_parts)


FINISH_NOTIFICATIONS = """
    UPDATE notification SET version = version + 1, updated_at = $2::timestamptz, state = $3,
           sent_at = CASE WHEN $3 = 'sent' THEN $2::timestamptz END, last_error = $4
     WHERE delivery_id = $1 AND state = 'sending'
    RETURNING id, version, created_at, updated_at, campaign_id, occasion, assignment_id, acknowledgement_id,
              submission_id, activity_id, organization_id, about_organization_id, channel, state, planned_for, sent_at,
              attempts, last_error
"""
FINISH = "UPDATE delivery SET state = 'done', claimed_at = NULL, next_try_at = NULL WHERE id = $1"


async def finish(tx: Transaction, delivery_id: UUID, state: str, error: str | None) -> list[Notification]:
    """End a delivery: its notifications are sent, failed or given up."""
    await tx.connection.execute(FINISH, delivery_id)
    rows = await tx.connection.fetch(FINISH_NOTIFICATIONS, delivery_id, tx.now, state, error)
    return [Notification.model_validate(dict(row)) for row in rows]


PUT_OFF = """
    UPDATE delivery SET state = 'waiting', claimed_at = NULL,
           next_try_at = clock_timestamp() + make_interval(secs => $2)
     WHERE id = $1
"""
NOTE_ERROR = """
    UPDATE notification SET version = version + 1, updated_at = $2, last_error = $3
     WHERE delivery_id = $1 AND state = 'sending'
"""


async def put_off(tx: Transaction, delivery_id: UUID, seconds: float, error: str) -> None:
    """Try a delivery again later."""
    await tx.connection.execute(PUT_OFF, delivery_id, seconds)
    await tx.connection.execute(NOTE_ERROR, delivery_id, tx.now, error)


POSTPONE = """
    UPDATE delivery SET state = 'waiting', claimed_at = NULL, attempts = attempts - 1,
           next_try_at = clock_timestamp() + make_interval(secs => $2), target = $3
     WHERE id = $1
"""
HOLD_ALIKE = """
    -- Those that wait for the same robot have nothing to try before this one.
    UPDATE delivery SET next_try_at = greatest(next_try_at, clock_timestamp() + make_interval(secs => $1))
     WHERE id IN (SELECT id FROM delivery WHERE target = $2 AND state = 'waiting' AND NOT tried AND id <> $3
                   ORDER BY id FOR UPDATE SKIP LOCKED)
"""
UNCOUNT = """
    UPDATE notification SET version = version + 1, updated_at = $2, attempts = attempts - 1
     WHERE delivery_id = $1 AND state = 'sending'
"""


async def postpone(tx: Transaction, delivery_id: UUID, seconds: float, target: bytes | None) -> None:
    """Have a delivery wait that was not tried: it counts as no try. `target` tells who waits for the same robot."""
    await tx.connection.execute(POSTPONE, delivery_id, seconds, target)
    if target is not None:
        await tx.connection.execute(HOLD_ALIKE, seconds, target, delivery_id)
    await tx.connection.execute(UNCOUNT, delivery_id, tx.now)


ADDRESSED = """
    SELECT DISTINCT organization_id, channel_number FROM notification WHERE delivery_id = $1 AND state = 'sending'
"""


async def read_addressed(tx: Transaction, delivery_id: UUID) -> list[tuple[UUID, int]]:
    """Whom a delivery speaks for, over which of their channels: several where they share a robot."""
    rows = await tx.connection.fetch(ADDRESSED, delivery_id)
    return [(row["organization_id"], row["channel_number"]) for row in rows]


RELEASE = """
    UPDATE notification n SET version = n.version + 1, updated_at = $2, state = 'planned', delivery_id = NULL
      FROM delivery d
     WHERE d.id = $1 AND n.delivery_id = d.id AND n.state = 'sending'
       AND (n.organization_id, n.channel_number) <> (d.organization_id, d.channel_number)
"""


async def release_others(tx: Transaction, delivery_id: UUID) -> None:
    """The contact whose robot was to say it has it no more: what it was to say for others they are told anew."""
    await tx.connection.execute(RELEASE, delivery_id, tx.now)


AGE = "SELECT extract(epoch FROM clock_timestamp() - uuid_extract_timestamp($1))::double precision"


async def read_age(tx: Transaction, delivery_id: UUID) -> float:
    """Real seconds since a delivery was made, which its id tells."""
    age: float = await tx.connection.fetchval(AGE, delivery_id)
    return age


READ = """
    SELECT id, version, created_at, updated_at, campaign_id, occasion, assignment_id, acknowledgement_id,
           submission_id, activity_id, organization_id, about_organization_id, channel, state, planned_for, sent_at,
           attempts, last_error
      FROM notification WHERE id = ANY ($1) ORDER BY id
"""


async def read(connection: Connection, ids: Sequence[UUID]) -> list[Notification]:
    """These notifications."""
    return [Notification.model_validate(dict(row)) for row in await connection.fetch(READ, list(ids))]
