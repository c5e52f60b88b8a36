"""Notices and acknowledgements in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.registry.notices import Acknowledgement, Notice

FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, title, body, addressee_ids, acknowledge_by, replaces_id,
           state, issued_at
      FROM notice WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Notice | None:
    """The notice, or None."""
    row = await connection.fetchrow(FIND, id)
    return None if row is None else Notice.model_validate(dict(row))


LOCK = FIND + " FOR UPDATE"


async def lock(tx: Transaction, id: UUID) -> Notice | None:
    """The notice, held until the transaction ends; None when there is none such."""
    row = await tx.connection.fetchrow(LOCK, id)
    return None if row is None else Notice.model_validate(dict(row))


LIST = """
    SELECT id, version, created_at, updated_at, campaign_id, title, body, addressee_ids, acknowledge_by, replaces_id,
           state, issued_at
      FROM notice
     WHERE campaign_id = $1 AND id > $2
       AND ($3::uuid IS NULL OR $3 = ANY (addressee_ids)
            OR EXISTS (SELECT FROM acknowledgement a WHERE a.notice_id = notice.id AND a.organization_id = $3))
       AND ($4 OR state = 'issued')
     ORDER BY id LIMIT $5
"""


async def read_page(
    connection: Connection,
    campaign_id: UUID,
    after: UUID,
    addressee_id: UUID | None,
    with_drafts: bool,
    limit: int,
) -> list[Notice]:
    """A campaign's notices, with or without drafts; with an addressee, those to it."""
    rows = await connection.fetch(LIST, campaign_id, after, addressee_id, with_drafts, limit)
    return [Notice.model_validate(dict(row)) for row in rows]


HAS_TO_ACKNOWLEDGE = """
    SELECT EXISTS (SELECT FROM acknowledgement WHERE notice_id = $1 AND organization_id = $2)
"""


async def has_to_acknowledge(connection: Connection, notice_id: UUID, organization_id: UUID) -> bool:
    """Whether it owes or owed an acknowledgement: an addressee, or who took an addressee's place."""
    return bool(await connection.fetchval(HAS_TO_ACKNOWLEDGE, notice_id, organization_id))


INSERT = """
    INSERT INTO notice (id, version, created_at, updated_at, campaign_id, title, body, addressee_ids, acknowledge_by,
                        replaces_id, state, issued_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def insert(tx: Transaction, notice: Notice) -> None:
    """Keep a new notice."""
    await tx.connection.execute(INSERT, *(getattr(notice, name) for name in Notice.model_fields))


ISSUE = "UPDATE notice SET version = $2, updated_at = $3, state = $4, issued_at = $5 WHERE id = $1"


async def save_issued(tx: Transaction, notice: Notice) -> None:
    """Keep an issued notice."""
    await tx.connection.execute(
        ISSUE, notice.id, notice.version, notice.updated_at, notice.state, notice.issued_at
    )


OWE = """
    INSERT INTO acknowledgement (id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title,
                                 due_at, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def insert_owed(tx: Transaction, owed: Sequence[Acknowledgement]) -> None:
    """Keep what the addressees owe."""
    names = list(Acknowledgement.model_fields)[:10]
    await tx.connection.executemany(OWE, [[getattr(each, name) for name in names] for each in owed])


LOCK_OWED = """
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state,
           acknowledged_at, acknowledged_by
      FROM acknowledgement WHERE notice_id = $1 AND organization_id = $2 FOR UPDATE
"""


async def lock_owed(tx: Transaction, notice_id: UUID, organization_id: UUID) -> Acknowledgement | None:
    """What one addressee owes for one notice; None when it is not addressed."""
    row = await tx.connection.fetchrow(LOCK_OWED, notice_id, organization_id)
    return None if row is None else Acknowledgement.model_validate(dict(row))


LOCK_STILL_OWED = """
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state,
           acknowledged_at, acknowledged_by
      FROM acknowledgement WHERE notice_id = $1 AND state = 'owed' ORDER BY id FOR UPDATE
"""


async def lock_still_owed(tx: Transaction, notice_id: UUID) -> list[Acknowledgement]:
    """Who has not acknowledged yet, held until the transaction ends."""
    return [
        Acknowledgement.model_validate(dict(row))
        for row in await tx.connection.fetch(LOCK_STILL_OWED, notice_id)
    ]


SAVE_OWED = """
    UPDATE acknowledgement SET version = $2, updated_at = $3, state = $4, acknowledged_at = $5, acknowledged_by = $6
     WHERE id = $1
"""


async def save_owed(tx: Transaction, owed: Sequence[Acknowledgement]) -> None:
    """Keep changed acknowledgements."""
    rows = [
        (each.id, each.version, each.updated_at, each.state, each.acknowledged_at, each.acknowledged_by)
        for each in owed
    ]
    await tx.connection.executemany(SAVE_OWED, rows)


LIST_OWED = """
    SELECT id, version, created_at, updated_at, campaign_id, notice_id, organization_id, title, due_at, state,
           acknowledged_at, acknowledged_by
      FROM acknowledgement
     WHERE notice_id = $1 AND id > $2 AND ($3::text IS NULL OR state = $3) ORDER BY id LIMIT $4
"""


async def read_owed(
    connection: Connection, notice_id: UUID, after: UUID, state: str | None, limit: int
) -> list[Acknowledgement]:
    """A notice's acknowledgements, given and owed."""
    rows = await connection.fetch(LIST_OWED, notice_id, after, state, limit)
    return [Acknowledgement.model_validate(dict(row)) for row in rows]
