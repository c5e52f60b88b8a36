"""Organizations in PostgreSQL."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.organizations import Organization
from services.registry.organizations import model

FIND = """
    SELECT id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases, sort_order, opened_on,
           closed_on
      FROM organization WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Organization:
    """The organization, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no organization {id}")
    return _read(row)


# Not FOR UPDATE: a row that refers to this one may be made meanwhile, by whoever holds the lock on addressees.
LOCK = FIND + " FOR NO KEY UPDATE"


async def lock(tx: Transaction, id: UUID) -> Organization:
    """The organization, held until the transaction ends."""
    row = await tx.connection.fetchrow(LOCK, id)
    if row is None:
        raise NotFound(f"there is no organization {id}")
    return _read(row)


TREE = 7_655_021
LOCK_TREE = """
    -- Two moves at once, each sound by itself, can make a ring. Taken before any row, so that none waits in one.
    SELECT pg_advisory_xact_lock($1)
"""


async def lock_tree(tx: Transaction) -> None:
    """Let nobody else move an organization in the tree until the transaction ends."""
    await tx.connection.execute(LOCK_TREE, TREE)


LIST = """
    SELECT id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases, sort_order, opened_on,
           closed_on
      FROM organization WHERE (sort_order, id) > ($1, $2) ORDER BY sort_order, id LIMIT $3
"""


async def read_page(connection: Connection, after: tuple[int, UUID], limit: int) -> list[Organization]:
    """Organizations in the office's own order."""
    return [_read(row) for row in await connection.fetch(LIST, *after, limit)]


ALL_OPEN = """
    SELECT id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases, sort_order, opened_on,
           closed_on
      FROM organization WHERE closed_on IS NULL ORDER BY sort_order, id
"""


async def read_open(connection: Connection) -> list[Organization]:
    """Every organization that is open: what a text may mean."""
    return [_read(row) for row in await connection.fetch(ALL_OPEN)]


DECIDED = "SELECT organization_id, text FROM decided_name WHERE organization_id IS NOT NULL ORDER BY text"


async def read_decided(connection: Connection) -> dict[UUID, list[str]]:
    """By organization, the texts that people decided to mean it when they applied an import."""
    decided: dict[UUID, list[str]] = {}
    for row in await connection.fetch(DECIDED):
        decided.setdefault(row["organization_id"], []).append(row["text"])
    return decided


ANCESTORS = """
    WITH RECURSIVE line AS (
        SELECT id, parent_id, 1 AS height FROM organization WHERE id = $1
        UNION ALL
        SELECT o.id, o.parent_id, line.height + 1 FROM organization o JOIN line ON o.id = line.parent_id
         WHERE line.height < 100
    )
    SELECT id FROM line
"""


async def read_ancestors(connection: Connection, id: UUID) -> list[UUID]:
    """The organization and those above it, up to the root; empty when there is none such."""
    return [row["id"] for row in await connection.fetch(ANCESTORS, id)]


MISSING = "SELECT id FROM unnest($1::uuid[]) AS wanted (id) EXCEPT SELECT id FROM organization"


async def find_missing(connection: Connection, ids: list[UUID]) -> set[UUID]:
    """Those of `ids` that are not in the register."""
    return {row["id"] for row in await connection.fetch(MISSING, ids)}


INSERT = """
    INSERT INTO organization (id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases,
                              sort_order, opened_on, closed_on)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def insert(tx: Transaction, organization: Organization) -> None:
    """Keep a new organization and claim its names."""
    await tx.connection.execute(INSERT, *_columns(organization))
    await _claim_names(tx, organization)


UPDATE = """
    UPDATE organization SET version = $2, created_at = $3, updated_at = $4, name = $5, short_name = $6, kind = $7,
           parent_id = $8, aliases = $9, sort_order = $10, opened_on = $11, closed_on = $12
     WHERE id = $1
"""


async def save(tx: Transaction, organization: Organization) -> None:
    """Keep a changed organization, and claim the names that it has now."""
    await tx.connection.execute(UPDATE, *_columns(organization))
    await _claim_names(tx, organization)


LET_NAMES_GO = "DELETE FROM organization_name WHERE organization_id = $1"
CLAIM_NAMES = """
    INSERT INTO organization_name (name, organization_id) SELECT name, $2 FROM unnest($1::text[]) AS n (name)
     ORDER BY name
"""


async def _claim_names(tx: Transaction, organization: Organization) -> None:
    await tx.connection.execute(LET_NAMES_GO, organization.id)
    try:
        await tx.connection.execute(CLAIM_NAMES, model.names_of(organization), organization.id)
    except asyncpg.UniqueViolationError as taken:
        raise model.NameTaken(
            f"another open organization has a name or alias of {organization.name!r}: {taken.detail}"
        ) from None


async def describe(connection: Connection, id: UUID) -> Mapping[str, Any] | None:
    """The organization as the API shows it; None when there is none such."""
    row = await connection.fetchrow(FIND, id)
    return None if row is None else _read(row).model_dump(mode="json")


def _columns(organization: Organization) -> tuple[Any, ...]:
    return tuple(getattr(organization, name) for name in _NAMES)


_NAMES = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "name",
    "short_name",
    "kind",
    "parent_id",
    "aliases",
    "sort_order",
    "opened_on",
    "closed_on",
)


def _read(row: asyncpg.Record) -> Organization:
    return Organization.model_validate(dict(row))
