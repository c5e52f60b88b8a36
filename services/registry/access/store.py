"""Keys in PostgreSQL: what the office knows of them, and the copy that lets callers in."""

from typing import Any
from uuid import UUID

import asyncpg

from chassis import access
from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.keys import Key

INSERT = """
    INSERT INTO key (id, version, created_at, updated_at, organization_id, role, label, expires_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def insert(tx: Transaction, key: Key, secret_sha256: str) -> None:
    """Keep a new key; it opens this service as soon as the transaction has committed."""
    await tx.connection.execute(INSERT, *(getattr(key, name) for name in _NAMES))
    await let_in(tx.connection, key, secret_sha256)


LOCK = """
    SELECT k.id, k.version, k.created_at, k.updated_at, k.organization_id, k.role, k.label, k.expires_at,
           k.revoked_at, a.secret_sha256
      FROM key k JOIN access_key a ON a.id = k.id WHERE k.id = $1 FOR UPDATE OF k
"""


async def lock(tx: Transaction, id: UUID) -> tuple[Key, str]:
    """The key and its secret's hash, held until the transaction ends."""
    row = await tx.connection.fetchrow(LOCK, id)
    if row is None:
        raise NotFound(f"there is no key {id}")
    return _read(row), row["secret_sha256"]


UPDATE = "UPDATE key SET version = $2, updated_at = $3, revoked_at = $4 WHERE id = $1"


async def save(tx: Transaction, key: Key, secret_sha256: str) -> None:
    """Keep a revoked key."""
    await tx.connection.execute(UPDATE, key.id, key.version, key.updated_at, key.revoked_at)
    await let_in(tx.connection, key, secret_sha256)


LIST = """
    SELECT id, version, created_at, updated_at, organization_id, role, label, expires_at, revoked_at
      FROM key WHERE id > $1 ORDER BY id LIMIT $2
"""


async def read_page(connection: Connection, after: UUID, limit: int) -> list[Key]:
    """Keys in the order in which they were made."""
    return [_read(row) for row in await connection.fetch(LIST, after, limit)]


async def let_in(connection: Connection, key: Key, secret_sha256: str) -> None:
    """Write the copy that requests are checked against."""
    await access.keep(connection, [access.copy_of(key, secret_sha256)])


_NAMES = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "organization_id",
    "role",
    "label",
    "expires_at",
    "revoked_at",
)


def _read(row: asyncpg.Record) -> Key:
    values: dict[str, Any] = dict(row)
    return Key.model_validate(values)
