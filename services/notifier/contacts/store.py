"""Contacts in PostgreSQL, the credentials in them sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from services.notifier.rules import Sight


@dataclass(frozen=True, slots=True)
class KeptContact:
    """A contact as it is kept; each of its channels has the number (`nth`) that notifications name it by."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    organization_id: UUID
    name: str
    locale: str
    channels: list[dict[str, Any]]
    role: str | None = None
    hears: list[str] | None = None


SETTING = 7_655_012
ALONE = "SELECT pg_advisory_xact_lock($1, hashtext(($2::uuid)::text))"
LOCK_ALL = """
    SELECT id, version, created_at, updated_at, organization_id, name, locale, channels, role, hears
      FROM contact WHERE organization_id = $1 ORDER BY id FOR UPDATE
"""


async def lock_all(tx: Transaction, organization_id: UUID) -> list[KeptContact]:
    """The organization's contacts; nobody else sets one there until the transaction ends."""
    await tx.connection.execute(ALONE, SETTING, organization_id)
    return [_read(row) for row in await tx.connection.fetch(LOCK_ALL, organization_id)]


SAVE = """
    INSERT INTO contact (id, version, created_at, updated_at, organization_id, name, locale, channels, role, hears)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
           name = excluded.name, locale = excluded.locale, channels = excluded.channels, role = excluded.role,
           hears = excluded.hears
"""


async def save(tx: Transaction, contact: KeptContact) -> None:
    """Keep a contact as it is now."""
    await tx.connection.execute(SAVE, *(getattr(contact, name) for name in KeptContact.__dataclass_fields__))


LOCK = """
    SELECT id, version, created_at, updated_at, organization_id, name, locale, channels, role, hears
      FROM contact WHERE id = $1 FOR UPDATE
"""


async def lock(tx: Transaction, id: UUID) -> KeptContact | None:
    """One contact, held until the transaction ends; None when there is none."""
    row = await tx.connection.fetchrow(LOCK, id)
    return None if row is None else _read(row)


FORGET_TARGETS = """
    UPDATE delivery SET target = NULL WHERE organization_id = $1 AND state = 'waiting' AND target IS NOT NULL
"""


async def forget_targets(tx: Transaction, organization_id: UUID) -> None:
    """Where it goes that waits is looked up anew: the organization's contacts are others now."""
    await tx.connection.execute(FORGET_TARGETS, organization_id)


DELETE = "DELETE FROM contact WHERE id = $1"


async def delete(tx: Transaction, id: UUID) -> None:
    """Forget a contact: nothing else holds any of what it is."""
    await tx.connection.execute(DELETE, id)


LIST = """
    WITH RECURSIVE seen AS (
        SELECT $4::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $5
    )
    SELECT id, version, created_at, updated_at, organization_id, name, locale, channels, role, hears
      FROM contact
     WHERE id > $1 AND ($2::uuid IS NULL OR organization_id = $2)
       AND ($3 OR organization_id IN (SELECT id FROM seen))
     ORDER BY id LIMIT $6
"""


async def read_page(
    connection: Connection, after: UUID, organization_id: UUID | None, sight: Sight, limit: int
) -> list[KeptContact]:
    """Contacts, as far as they are shown; all or one organization's."""
    shown = (sight.everything, sight.organization_id, sight.contacts_below)
    rows = await connection.fetch(LIST, after, organization_id, *shown, limit)
    return [_read(row) for row in rows]


OF_UNIT = """
    SELECT id, version, created_at, updated_at, organization_id, name, locale, channels, role, hears
      FROM contact WHERE organization_id = $1 ORDER BY id
"""


async def read_all(connection: Connection, organization_id: UUID) -> list[KeptContact]:
    """The organization's contacts."""
    return [_read(row) for row in await connection.fetch(OF_UNIT, organization_id)]


REACH = "SELECT kind, number FROM channels_for($1, $2) ORDER BY number"


async def read_reach(connection: Connection, organization_id: UUID, occasion: str) -> list[tuple[str, int]]:
    """Over which channels an organization is told of an occasion, kind and number."""
    return [(row["kind"], row["number"]) for row in await connection.fetch(REACH, organization_id, occasion)]


AFTER = """
    SELECT id, version, created_at, updated_at, organization_id, name, locale, channels, role, hears
      FROM contact WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE
"""


async def lock_page(tx: Transaction, after: UUID, limit: int) -> list[KeptContact]:
    """The next contacts in the order of their ids, held until the transaction ends."""
    return [_read(row) for row in await tx.connection.fetch(AFTER, after, limit)]


RESEAL = "UPDATE contact SET channels = $2 WHERE id = $1"


async def reseal(tx: Transaction, id: UUID, channels: Sequence[dict[str, Any]]) -> None:
    """Keep the same channels, sealed anew: no other version, for nothing of it was changed."""
    await tx.connection.execute(RESEAL, id, list(channels))


SEAL = "INSERT INTO secrets_seal (sealed) VALUES ($1) ON CONFLICT (singleton) DO NOTHING"
READ_SEAL = "SELECT sealed FROM secrets_seal"
RENEW_SEAL = "UPDATE secrets_seal SET sealed = $1"


async def read_seal(tx: Transaction, fresh: str) -> str:
    """What only the right key opens; `fresh` where there was nothing yet."""
    await tx.connection.execute(SEAL, fresh)
    sealed: str = await tx.connection.fetchval(READ_SEAL)
    return sealed


async def renew_seal(tx: Transaction, sealed: str) -> None:
    """Seal it with a newer key."""
    await tx.connection.execute(RENEW_SEAL, sealed)


def _read(row: asyncpg.Record) -> KeptContact:
    contact = KeptContact(**dict(row))
    for position, channel in enumerate(contact.channels, 1):
        channel.setdefault("nth", position)
    return contact
