"""Notices in PostgreSQL."""

from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.registry.notices import Notice

FIND = """
    SELECT id, version, created_at, updated_at, campaign_id, title, body, addressee_ids, acknowledge_by, replaces_id,
           state, issued_at, addressee_rule, acknowledge_on, acknowledge_time, timezone, warnings, attachment_ids,
           replaced_by_id
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
           state, issued_at, addressee_rule, acknowledge_on, acknowledge_time, timezone, warnings, attachment_ids,
           replaced_by_id
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
                        replaces_id, state, issued_at, addressee_rule, acknowledge_on, acknowledge_time, timezone,
                        warnings, attachment_ids, replaced_by_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
"""
KEPT = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "campaign_id",
    "title",
    "body",
    "addressee_ids",
    "acknowledge_by",
    "replaces_id",
    "state",
    "issued_at",
    "addressee_rule",
    "acknowledge_on",
    "acknowledge_time",
    "timezone",
    "warnings",
    "attachment_ids",
    "replaced_by_id",
)


async def insert(tx: Transaction, notice: Notice) -> None:
    """Keep a new notice."""
    await tx.connection.execute(INSERT, *_columns(notice))


SAVE = """
    UPDATE notice SET version = $2, created_at = $3, updated_at = $4, campaign_id = $5, title = $6, body = $7,
           addressee_ids = $8, acknowledge_by = $9, replaces_id = $10, state = $11, issued_at = $12,
           addressee_rule = $13, acknowledge_on = $14, acknowledge_time = $15, timezone = $16, warnings = $17,
           attachment_ids = $18, replaced_by_id = $19
     WHERE id = $1
"""


async def save(tx: Transaction, notice: Notice) -> None:
    """Keep a changed notice."""
    await tx.connection.execute(SAVE, *_columns(notice))


DELETE = "DELETE FROM notice WHERE id = $1"


async def delete(tx: Transaction, id: UUID) -> None:
    """Let a draft go; the log keeps that it was there."""
    await tx.connection.execute(DELETE, id)


FOREIGN_ATTACHMENTS = """
    SELECT id FROM unnest($1::uuid[]) AS wanted (id) EXCEPT SELECT id FROM attachment WHERE organization_id = $2
"""


async def find_foreign_attachments(connection: Connection, ids: list[UUID], owner_id: UUID) -> set[UUID]:
    """Those of `ids` that name no attachment of this organization: a notice would show it to its addressees."""
    return {row["id"] for row in await connection.fetch(FOREIGN_ATTACHMENTS, ids, owner_id)}


SHOWS_ATTACHMENT = """
    SELECT EXISTS (SELECT FROM notice WHERE attachment_ids @> ARRAY[$1::uuid] AND state = 'issued'
                      AND $2::uuid = ANY (addressee_ids))
"""


async def shows_attachment(connection: Connection, attachment_id: UUID, organization_id: UUID) -> bool:
    """Whether an issued notice to this organization carries the attachment."""
    shown: bool = await connection.fetchval(SHOWS_ATTACHMENT, attachment_id, organization_id)
    return shown


def _columns(notice: Notice) -> list[Any]:
    values = {name: getattr(notice, name) for name in KEPT}
    rule = notice.addressee_rule
    values["addressee_rule"] = None if rule is None else rule.model_dump(mode="json")
    values["warnings"] = [warning.model_dump(mode="json") for warning in notice.warnings]
    return list(values.values())
