"""Deliveries in PostgreSQL. Their own times are the server's real ones: a network knows no other clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.notifier.notifications import Notification

LEASE_SECONDS = 60
BATCH = 200


@dataclass(frozen=True, slots=True)
class Item:
    """One notification of a delivery, with what its text needs."""

    notification_id: UUID
    occasion: str
    title: str
    about_name: str
    campaign_name: str
    timezone: str
    due_at: Any
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process is to try: its `attempts` count this try."""

    id: UUID
    organization_id: UUID
    channel_number: int
    attempts: int


SETTLED = """
    -- Read again in the transaction that claims: what was handed in a moment ago is not reminded of.
    UPDATE notification n SET version = version + 1, updated_at = $1, state = 'given_up',
           last_error = 'settled before it was sent'
     WHERE n.state = 'planned' AND n.planned_for <= $1 AND n.due_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM still_owed o WHERE o.about_id = n.about_id AND o.due_at = n.due_at)
    RETURNING id
"""


async def drop_settled(tx: Transaction) -> list[UUID]:
    """Give up reminders of what is not owed any more."""
    return [row["id"] for row in await tx.connection.fetch(SETTLED, tx.now)]


GATHER = """
    -- What one contact is told over one channel at one time becomes one delivery.
    WITH waiting AS (
        SELECT id, organization_id, channel, channel_number FROM notification
         WHERE state = 'planned' AND planned_for <= $1
         ORDER BY planned_for, id LIMIT $2 FOR UPDATE SKIP LOCKED
    ), made AS (
        INSERT INTO delivery (id, organization_id, channel, channel_number, state, attempts, claimed_at)
        SELECT uuidv7(), organization_id, channel, channel_number, 'sending', 1, clock_timestamp()
          FROM waiting GROUP BY organization_id, channel, channel_number
        RETURNING id, organization_id, channel, channel_number, attempts
    ), taken AS (
        UPDATE notification n SET version = n.version + 1, updated_at = $1, state = 'sending',
               delivery_id = made.id, attempts = n.attempts + 1
          FROM waiting w JOIN made USING (organization_id, channel, channel_number)
         WHERE n.id = w.id
    )
    SELECT id, organization_id, channel_number, attempts FROM made
"""


async def gather(tx: Transaction) -> list[Claimed]:
    """Make deliveries of what is planned for now or earlier, and claim them."""
    return [Claimed(**dict(row)) for row in await tx.connection.fetch(GATHER, tx.now, BATCH)]


CLAIM_AGAIN = """
    -- Those whose time has come again, and those that a process died over: the same id, so the same Message-ID.
    WITH due AS (
        SELECT id FROM delivery
         WHERE (state = 'waiting' AND next_try_at <= clock_timestamp())
            OR (state = 'sending' AND claimed_at < clock_timestamp() - make_interval(secs => $1))
         ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE delivery d SET state = 'sending', claimed_at = clock_timestamp(), next_try_at = NULL,
               attempts = d.attempts + 1
          FROM due WHERE d.id = due.id
        RETURNING d.id, d.organization_id, d.channel_number, d.attempts
    ), counted AS (
        UPDATE notification n SET version = n.version + 1, updated_at = $3, attempts = n.attempts + 1
          FROM claimed WHERE n.delivery_id = claimed.id AND n.state = 'sending'
    )
    SELECT id, organization_id, channel_number, attempts FROM claimed
"""


async def claim_again(tx: Transaction) -> list[Claimed]:
    """Claim what is to be tried again."""
    rows = await tx.connection.fetch(CLAIM_AGAIN, LEASE_SECONDS, BATCH, tx.now)
    return [Claimed(**dict(row)) for row in rows]


ITEMS = """
    SELECT n.id AS notification_id, n.occasion, n.title, coalesce(o.name, '') AS about_name,
           coalesce(c.name, '') AS campaign_name, coalesce(c.timezone, 'UTC') AS timezone, n.due_at, n.details
      FROM notification n
      LEFT JOIN organization o ON o.id = n.about_organization_id
      LEFT JOIN campaign c ON c.id = n.campaign_id
     WHERE n.delivery_id = $1 AND n.state = 'sending' ORDER BY n.planned_for, n.id
"""


async def read_items(connection: Connection, delivery_id: UUID) -> list[Item]:
    """What a delivery says."""
    return [Item(**dict(row)) for row in await connection.fetch(ITEMS, delivery_id)]


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


READ = """
    SELECT id, version, created_at, updated_at, campaign_id, occasion, assignment_id, acknowledgement_id,
           submission_id, activity_id, organization_id, about_organization_id, channel, state, planned_for, sent_at,
           attempts, last_error
      FROM notification WHERE id = ANY ($1) ORDER BY id
"""


async def read(connection: Connection, ids: Sequence[UUID]) -> list[Notification]:
    """These notifications."""
    return [Notification.model_validate(dict(row)) for row in await connection.fetch(READ, list(ids))]
