"""Campaigns in PostgreSQL."""

from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.campaigns import Campaign

FIND = """
    SELECT id, version, created_at, updated_at, name, theme, starts_on, ends_on, timezone, issuer_id, parent_id,
           based_on, annex_titles, annex_remarks
      FROM campaign WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Campaign:
    """The campaign, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no campaign {id}")
    return Campaign.model_validate(dict(row))


# Not FOR UPDATE: a row that refers to this one may be made meanwhile, by whoever holds the lock on addressees.
LOCK = FIND + " FOR NO KEY UPDATE"


async def lock(tx: Transaction, id: UUID) -> Campaign:
    """The campaign, held until the transaction ends."""
    row = await tx.connection.fetchrow(LOCK, id)
    if row is None:
        raise NotFound(f"there is no campaign {id}")
    return Campaign.model_validate(dict(row))


LIST = """
    SELECT id, version, created_at, updated_at, name, theme, starts_on, ends_on, timezone, issuer_id, parent_id,
           based_on, annex_titles, annex_remarks
      FROM campaign WHERE id > $1 ORDER BY id LIMIT $2
"""


async def read_page(connection: Connection, after: UUID, limit: int) -> list[Campaign]:
    """Campaigns in the order in which they were opened."""
    return [Campaign.model_validate(dict(row)) for row in await connection.fetch(LIST, after, limit)]


INSERT = """
    INSERT INTO campaign (id, version, created_at, updated_at, name, theme, starts_on, ends_on, timezone, issuer_id,
                          parent_id, based_on, annex_titles, annex_remarks)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""


async def insert(tx: Transaction, campaign: Campaign) -> None:
    """Keep a new campaign."""
    await tx.connection.execute(INSERT, *_columns(campaign))


UPDATE = """
    UPDATE campaign SET version = $2, created_at = $3, updated_at = $4, name = $5, theme = $6, starts_on = $7,
           ends_on = $8, timezone = $9, issuer_id = $10, parent_id = $11, based_on = $12, annex_titles = $13,
           annex_remarks = $14
     WHERE id = $1
"""


async def save(tx: Transaction, campaign: Campaign) -> None:
    """Keep a changed campaign."""
    await tx.connection.execute(UPDATE, *_columns(campaign))


def _columns(campaign: Campaign) -> tuple[object, ...]:
    return tuple(getattr(campaign, name) for name in Campaign.model_fields)
