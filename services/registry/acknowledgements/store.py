"""Acknowledgements in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.registry.notices import Acknowledgement

INSERT = """
    INSERT INTO acknowledgement (id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title,
                                 due_at, state)
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state
      FROM jsonb_to_recordset($1) AS owed (id uuid, version integer, created_at timestamptz, updated_at timestamptz,
                                           campaign_id uuid, notice_id uuid, organization_id uuid, title text,
                                           due_at timestamptz, state text)
"""


async def insert(tx: Transaction, owed: Sequence[Acknowledgement]) -> None:
    """Keep what addressees owe."""
    await tx.connection.execute(INSERT, [each.model_dump(mode="json") for each in owed])


LOCK = """
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state,
           acknowledged_at, acknowledged_by, on_behalf, recorded_by, why
      FROM acknowledgement WHERE notice_id = $1 AND organization_id = $2 FOR UPDATE
"""


async def lock(tx: Transaction, notice_id: UUID, organization_id: UUID) -> Acknowledgement | None:
    """What one addressee owes for one notice; None when it is not addressed."""
    row = await tx.connection.fetchrow(LOCK, notice_id, organization_id)
    return None if row is None else Acknowledgement.model_validate(dict(row))


LOCK_STILL_OWED = """
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state,
           acknowledged_at, acknowledged_by, on_behalf, recorded_by, why
      FROM acknowledgement WHERE notice_id = $1 AND state = 'owed' ORDER BY id FOR UPDATE
"""


async def lock_still_owed(tx: Transaction, notice_id: UUID) -> list[Acknowledgement]:
    """Who has not acknowledged yet, held until the transaction ends."""
    return [
        Acknowledgement.model_validate(dict(row))
        for row in await tx.connection.fetch(LOCK_STILL_OWED, notice_id)
    ]


SAVE = """
    UPDATE acknowledgement AS known SET version = given.version, updated_at = given.updated_at, state = given.state,
           acknowledged_at = given.acknowledged_at, acknowledged_by = given.acknowledged_by,
           on_behalf = given.on_behalf, recorded_by = given.recorded_by, why = given.why
      FROM jsonb_to_recordset($1) AS given (id uuid, version integer, updated_at timestamptz, state text,
                                            acknowledged_at timestamptz, acknowledged_by text, on_behalf boolean,
                                            recorded_by uuid, why text)
     WHERE known.id = given.id
"""


async def save(tx: Transaction, owed: Sequence[Acknowledgement]) -> None:
    """Keep changed acknowledgements."""
    await tx.connection.execute(SAVE, [each.model_dump(mode="json") for each in owed])


OF_NOTICE = """
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state,
           acknowledged_at, acknowledged_by, on_behalf, recorded_by, why
      FROM acknowledgement
     WHERE notice_id = $1 AND id > $2 AND ($3::text IS NULL OR state = $3) ORDER BY id LIMIT $4
"""


async def read_of_notice(
    connection: Connection, notice_id: UUID, after: UUID, state: str | None, limit: int
) -> list[Acknowledgement]:
    """A notice's acknowledgements, given and owed."""
    rows = await connection.fetch(OF_NOTICE, notice_id, after, state, limit)
    return [Acknowledgement.model_validate(dict(row)) for row in rows]


OF_CAMPAIGN = """
    WITH RECURSIVE seen AS (
        SELECT id FROM organization WHERE id = $4
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id
    )
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state,
           acknowledged_at, acknowledged_by, on_behalf, recorded_by, why
      FROM acknowledgement
     WHERE campaign_id = $1 AND id > $2
       AND ($3::uuid IS NULL OR organization_id = $3)
       AND ($4::uuid IS NULL OR organization_id IN (SELECT id FROM seen))
       AND ($5::text IS NULL OR state = $5)
       AND ($6::timestamptz IS NULL OR (state = 'owed' AND due_at < $6))
     ORDER BY id LIMIT $7
"""


async def read_of_campaign(
    connection: Connection,
    campaign_id: UUID,
    after: UUID,
    organization_id: UUID | None,
    below: UUID | None,
    state: str | None,
    overdue_at: datetime | None,
    limit: int,
) -> list[Acknowledgement]:
    """A campaign's acknowledgements; with `below`, only those of that organization and the ones under it."""
    rows = await connection.fetch(
        OF_CAMPAIGN, campaign_id, after, organization_id, below, state, overdue_at, limit
    )
    return [Acknowledgement.model_validate(dict(row)) for row in rows]


COUNT = """
    SELECT notice_id, count(*) FILTER (WHERE state = 'owed')::int AS owed_count,
           count(*) FILTER (WHERE state = 'acknowledged')::int AS acknowledged_count
      FROM acknowledgement WHERE notice_id = ANY ($1::uuid[]) GROUP BY notice_id
"""


async def count(connection: Connection, notice_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """By notice, how many still owe and how many have acknowledged."""
    rows = await connection.fetch(COUNT, notice_ids)
    return {row["notice_id"]: (row["owed_count"], row["acknowledged_count"]) for row in rows}
