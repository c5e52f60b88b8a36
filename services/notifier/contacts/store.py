"""Contacts in PostgreSQL, their channels with addresses and secrets."""

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
    """A contact as it is kept; `channels` hold what may not be shown."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    organization_id: UUID
    name: str
    locale: str
    channels: list[dict[str, Any]]


LOCK = """
    SELECT id, version, created_at, updated_at, organization_id, name, locale, channels
      FROM contact WHERE organization_id = $1 FOR UPDATE
"""


async def lock(tx: Transaction, organization_id: UUID) -> KeptContact | None:
    """The organization's contact, held until the transaction ends; None when there is none."""
    return _read(await tx.connection.fetchrow(LOCK, organization_id))


SAVE = """
    INSERT INTO contact (id, version, created_at, updated_at, organization_id, name, locale, channels)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (organization_id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
           name = excluded.name, locale = excluded.locale, channels = excluded.channels
"""


async def save(tx: Transaction, contact: KeptContact) -> None:
    """Keep a contact as it is now."""
    await tx.connection.execute(SAVE, *(getattr(contact, name) for name in KeptContact.__dataclass_fields__))


LIST = """
    WITH RECURSIVE seen AS (
        SELECT $4::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $5
    )
    SELECT id, version, created_at, updated_at, organization_id, name, locale, channels
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
    return [contact for row in rows if (contact := _read(row))]


FIND = """
    SELECT id, version, created_at, updated_at, organization_id, name, locale, channels
      FROM contact WHERE organization_id = $1
"""


async def find(connection: Connection, organization_id: UUID) -> KeptContact | None:
    """The organization's contact; None when there is none."""
    return _read(await connection.fetchrow(FIND, organization_id))


def _read(row: asyncpg.Record | None) -> KeptContact | None:
    return None if row is None else KeptContact(**dict(row))
