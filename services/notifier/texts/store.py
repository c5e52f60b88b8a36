"""Texts in PostgreSQL: the offices' own, and what stands around the things that a delivery tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from services.notifier.texts.model import OwnText, Setting
from services.notifier.texts.occasions import kind_of


@dataclass(frozen=True, slots=True)
class KeptText:
    """An own text as it is kept."""

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    organization_id: UUID
    occasion: str
    locale: str
    subject: str
    body: str
    set_by: UUID


LIST = """
    SELECT id, version, created_at, updated_at, organization_id, occasion, locale, subject, body, set_by
      FROM own_text WHERE organization_id = $1
"""


async def read_all(connection: Connection, organization_id: UUID) -> Mapping[tuple[str, str], KeptText]:
    """An organization's own texts, by occasion and locale; a few dozen at most."""
    rows = await connection.fetch(LIST, organization_id)
    return {(row["occasion"], row["locale"]): KeptText(**dict(row)) for row in rows}


LOCK_OWN = "SELECT pg_advisory_xact_lock(7655012, hashtext($1::text))"
"""Of an organization's texts, so that two first versions of one are not written at once."""
FIND = LIST + " AND occasion = $2 AND locale = $3"


async def lock(tx: Transaction, organization_id: UUID, occasion: str, locale: str) -> KeptText | None:
    """The own text, nobody else changing it until the transaction ends; None when there is none."""
    await tx.connection.execute(LOCK_OWN, str(organization_id))
    return await find(tx.connection, organization_id, occasion, locale)


async def find(connection: Connection, organization_id: UUID, occasion: str, locale: str) -> KeptText | None:
    """The own text; None when there is none."""
    row = await connection.fetchrow(FIND, organization_id, occasion, locale)
    return None if row is None else KeptText(**dict(row))


SAVE = """
    INSERT INTO own_text (id, version, created_at, updated_at, organization_id, occasion, locale, subject, body, set_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (organization_id, occasion, locale) DO UPDATE SET version = excluded.version,
           updated_at = excluded.updated_at, subject = excluded.subject, body = excluded.body, set_by = excluded.set_by
"""


async def save(tx: Transaction, text: KeptText) -> None:
    """Keep a text as it is now."""
    await tx.connection.execute(SAVE, *(getattr(text, name) for name in KeptText.__dataclass_fields__))


DELETE = "DELETE FROM own_text WHERE id = $1"


async def delete(tx: Transaction, id: UUID) -> None:
    """Give an own text up: the built-in one holds again."""
    await tx.connection.execute(DELETE, id)


AROUND = """
    -- A date is known by what it is of, and moves with that one's version.
    SELECT n.id, n.campaign_id, n.occasion, n.organization_id = n.about_organization_id AS is_own, n.about_id,
           coalesce(n.assignment_id, n.acknowledgement_id, n.activity_id, n.about_id) AS thread_id,
           CASE WHEN n.about_id = s.id THEN s.revision WHEN n.about_id = a.id THEN a.version
                WHEN n.about_id = k.id THEN k.version ELSE n.about_revision END AS sequence, c.issuer_id
      FROM notification n
      LEFT JOIN campaign c ON c.id = n.campaign_id
      LEFT JOIN assignment a ON a.id = n.assignment_id
      LEFT JOIN acknowledgement k ON k.id = n.acknowledgement_id
      LEFT JOIN submission s ON s.id = n.submission_id
     WHERE n.delivery_id = $1 AND n.state = 'sending'
"""
OWN = """
    SELECT id, version, organization_id, occasion, locale, subject, body
      FROM own_text WHERE organization_id = ANY ($1) AND locale = $2
"""


async def read_settings(connection: Connection, delivery_id: UUID, locale: str) -> Mapping[UUID, Setting]:
    """By notification, what stands around the things that a delivery tells."""
    rows = await connection.fetch(AROUND, delivery_id)
    own = await _read_own(connection, list({row["issuer_id"] for row in rows if row["issuer_id"]}), locale)
    return {
        row["id"]: Setting(
            row["campaign_id"],
            row["thread_id"],
            row["about_id"],
            row["sequence"],
            own.get((row["issuer_id"], kind_of(row["occasion"], row["is_own"]))),
        )
        for row in rows
    }


async def _read_own(
    connection: Connection, issuers: Sequence[UUID], locale: str
) -> Mapping[tuple[UUID, str], OwnText]:
    if not issuers:
        return {}
    rows = await connection.fetch(OWN, issuers, locale)
    return {(row["organization_id"], row["occasion"]): OwnText(**dict(row)) for row in rows}
