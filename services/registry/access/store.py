"""Keys in PostgreSQL: what the office knows of them, and the copy that lets callers in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis import access
from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.key_uses import KeyUse
from contracts.registry.keys import Key
from services.registry.access import model

INSERT = """
    INSERT INTO key (id, version, created_at, updated_at, organization_id, role, label, expires_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def insert(tx: Transaction, key: Key, secret_sha256: str) -> None:
    """Keep a new key; it opens this service as soon as the transaction has committed."""
    await tx.connection.execute(INSERT, *(getattr(key, name) for name in Key.model_fields))
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
    return Key.model_validate(dict(row)), row["secret_sha256"]


UPDATE = """
    UPDATE key SET version = $2, updated_at = $3, label = $4, expires_at = $5, revoked_at = $6 WHERE id = $1
"""


async def save(tx: Transaction, key: Key, secret_sha256: str) -> None:
    """Keep a changed or revoked key."""
    values = (key.id, key.version, key.updated_at, key.label, key.expires_at, key.revoked_at)
    await tx.connection.execute(UPDATE, *values)
    await let_in(tx.connection, key, secret_sha256)


LAST_USED = """
    SELECT greatest(a.last_used_at, (SELECT max(u.last_used_at) FROM key_use u WHERE u.key_id = a.id))
      FROM access_key a WHERE a.id = $1
"""


async def read_last_use(connection: Connection, id: UUID) -> datetime | None:
    """When the key last opened any service, as far as that is known here."""
    found: datetime | None = await connection.fetchval(LAST_USED, id)
    return found


FIND = """
    SELECT id, version, created_at, updated_at, organization_id, role, label, expires_at, revoked_at
      FROM key WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Key:
    """The key, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no key {id}")
    return Key.model_validate(dict(row))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which keys are asked for; `below` leaves only those of that organization and the ones under it."""

    below: UUID | None = None
    organization_id: UUID | None = None
    role: str | None = None
    state: str | None = None


LIST = """
    WITH RECURSIVE kept AS (
        SELECT id FROM organization WHERE id = $3
        UNION
        SELECT o.id FROM organization o JOIN kept ON o.parent_id = kept.id
    )
    SELECT k.id, k.version, k.created_at, k.updated_at, k.organization_id, k.role, k.label, k.expires_at,
           k.revoked_at,
           greatest(a.last_used_at, (SELECT max(u.last_used_at) FROM key_use u WHERE u.key_id = k.id)) AS last_used_at
      FROM key k
      JOIN access_key a ON a.id = k.id
     WHERE k.id > $1
       AND ($3::uuid IS NULL OR k.organization_id IN (SELECT id FROM kept))
       AND ($4::uuid IS NULL OR k.organization_id = $4)
       AND ($5::text IS NULL OR k.role = $5)
       AND ($6::text IS NULL OR $6 = CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
                                          WHEN k.expires_at <= $7 THEN 'expired'
                                          ELSE 'active' END)
     ORDER BY k.id LIMIT $2
"""


async def read_page(
    connection: Connection, after: UUID, wanted: Wanted, at: datetime, limit: int
) -> list[tuple[Key, datetime | None]]:
    """Keys in the order in which they were made, each with its last use; states are judged at `at`."""
    filters = (wanted.below, wanted.organization_id, wanted.role, wanted.state)
    rows = await connection.fetch(LIST, after, limit, *filters, at)
    return [(Key.model_validate(dict(row)), row["last_used_at"]) for row in rows]


OTHER_KEEPERS = """
    SELECT EXISTS (
        SELECT k.id FROM key k JOIN organization o ON o.id = k.organization_id
         WHERE k.id <> $1 AND k.role = 'coordinator' AND k.revoked_at IS NULL
           AND k.expires_at IS NULL AND o.parent_id IS NULL AND o.kind = 'office' AND o.closed_on IS NULL)
"""
IS_KEEPER = """
    SELECT k.role = 'coordinator' AND o.parent_id IS NULL AND o.kind = 'office'
      FROM key k JOIN organization o ON o.id = k.organization_id WHERE k.id = $1
"""
KEEPERS = 7_655_022
LOCK_KEEPERS = """
    -- Two keepers that take each other's key back at once would leave none.
    SELECT pg_advisory_xact_lock($1)
"""


async def check_not_the_last(tx: Transaction, key: Key) -> None:
    """Refuse to end the only key without an end that keeps the whole register: nobody could make another."""
    await tx.connection.execute(LOCK_KEEPERS, KEEPERS)
    ends_one = key.expires_at is None and await tx.connection.fetchval(IS_KEEPER, key.id)
    if ends_one and not await tx.connection.fetchval(OTHER_KEEPERS, key.id):
        raise model.LastKeeper(
            "this is the last key without an end that keeps the whole register; make another one first"
        )


KEEP_USES = """
    INSERT INTO key_use AS known (key_id, service, version, last_used_at)
    SELECT key_id, service, version, last_used_at
      FROM unnest($1::uuid[], $2::text[], $3::int[], $4::timestamptz[]) AS u (key_id, service, version, last_used_at)
    ON CONFLICT (key_id, service) DO UPDATE SET version = excluded.version, last_used_at = excluded.last_used_at
     WHERE excluded.version > known.version
"""


async def keep_uses(tx: Transaction, uses: Sequence[KeyUse]) -> None:
    """Keep those that are newer than what is known; each key and service at most once."""
    columns = [[getattr(use, name) for use in uses] for name in ("id", "service", "version", "last_used_at")]
    await tx.connection.execute(KEEP_USES, *columns)


async def let_in(connection: Connection, key: Key, secret_sha256: str) -> None:
    """Write the copy that requests are checked against."""
    await access.keep(connection, [access.copy_of(key, secret_sha256)])
