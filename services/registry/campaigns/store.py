"""Campaigns in PostgreSQL."""

from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.campaigns import Campaign

FIND = """
    SELECT id, version, created_at, updated_at, name, theme, starts_on, ends_on, timezone, issuer_id, parent_id,
           based_on, annex_titles, annex_remarks, warnings, category_order
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
           based_on, annex_titles, annex_remarks, warnings, category_order
      FROM campaign
     WHERE id > $1 AND ($3::uuid IS NULL OR parent_id = $3) AND ($4::uuid IS NULL OR issuer_id = $4)
     ORDER BY id LIMIT $2
"""


async def read_page(
    connection: Connection,
    after: UUID,
    limit: int,
    parent_id: UUID | None = None,
    issuer_id: UUID | None = None,
) -> list[Campaign]:
    """Campaigns in the order in which they were opened: all, or those under one, or those of one issuer."""
    rows = await connection.fetch(LIST, after, limit, parent_id, issuer_id)
    return [Campaign.model_validate(dict(row)) for row in rows]


CHILD = """
    SELECT id, version, created_at, updated_at, name, theme, starts_on, ends_on, timezone, issuer_id, parent_id,
           based_on, annex_titles, annex_remarks, warnings
      FROM campaign WHERE parent_id = $1 AND issuer_id = $2 ORDER BY id LIMIT 1
"""


async def find_child(connection: Connection, parent_id: UUID, issuer_id: UUID) -> Campaign | None:
    """The campaign that this issuer has under the parent; None while it has none."""
    row = await connection.fetchrow(CHILD, parent_id, issuer_id)
    return None if row is None else Campaign.model_validate(dict(row))


INSERT = """
    INSERT INTO campaign (id, version, created_at, updated_at, name, theme, starts_on, ends_on, timezone, issuer_id,
                          parent_id, based_on, annex_titles, annex_remarks, warnings, category_order)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""


async def insert(tx: Transaction, campaign: Campaign) -> None:
    """Keep a new campaign."""
    await tx.connection.execute(INSERT, *_columns(campaign))


UPDATE = """
    UPDATE campaign SET version = $2, created_at = $3, updated_at = $4, name = $5, theme = $6, starts_on = $7,
           ends_on = $8, timezone = $9, issuer_id = $10, parent_id = $11, based_on = $12, annex_titles = $13,
           annex_remarks = $14, warnings = $15, category_order = $16
     WHERE id = $1
"""


async def save(tx: Transaction, campaign: Campaign) -> None:
    """Keep a changed campaign."""
    await tx.connection.execute(UPDATE, *_columns(campaign))


def _columns(campaign: Campaign) -> tuple[object, ...]:
    return tuple(_value(campaign, name) for name in Campaign.model_fields)


def _value(campaign: Campaign, name: str) -> object:
    if name == "warnings":
        return [warning.model_dump(mode="json") for warning in campaign.warnings]
    return getattr(campaign, name)
