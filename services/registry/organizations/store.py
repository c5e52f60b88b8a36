"""Organizations in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.registry.organizations import HistoryEntry, Organization
from services.registry.organizations import model
from services.registry.organizations.names import normal_form

FIND = """
    SELECT id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases, sort_order, opened_on,
           closed_on, former_names, merged_into_id, successor_ids, closed_because
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


LOCK_ALL = """
    SELECT id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases, sort_order, opened_on,
           closed_on, former_names, merged_into_id, successor_ids, closed_because
      FROM organization WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""


async def lock_all(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Organization]:
    """Those of these organizations that there are, held until the transaction ends."""
    return {row["id"]: _read(row) for row in await tx.connection.fetch(LOCK_ALL, ids)}


LOCK_CHILDREN = """
    SELECT id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases, sort_order, opened_on,
           closed_on, former_names, merged_into_id, successor_ids, closed_because
      FROM organization WHERE parent_id = $1 ORDER BY id FOR NO KEY UPDATE
"""


async def lock_children(tx: Transaction, id: UUID) -> list[Organization]:
    """The organizations right below one, held until the transaction ends."""
    return [_read(row) for row in await tx.connection.fetch(LOCK_CHILDREN, id)]


TREE = 7_655_021
LOCK_TREE = """
    -- Two moves at once, each sound by itself, can make a ring. Taken before any row, so that none waits in one.
    SELECT pg_advisory_xact_lock($1)
"""


async def lock_tree(tx: Transaction) -> None:
    """Let nobody else move an organization in the tree until the transaction ends."""
    await tx.connection.execute(LOCK_TREE, TREE)


SHARE_TREE = """
    -- Whoever gives a unit something new to owe, or puts one below it, lets nobody merge or split it meanwhile.
    SELECT pg_advisory_xact_lock_shared($1)
"""


async def share_tree(tx: Transaction) -> None:
    """Let nobody move, close, merge or split an organization until the transaction ends."""
    await tx.connection.execute(SHARE_TREE, TREE)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; `ids` are those that a search found, `below` a unit with all under it."""

    ids: Sequence[UUID] | None = None
    kind: str | None = None
    parent_id: UUID | None = None
    below: UUID | None = None
    is_open: bool | None = None


LIST = """
    WITH RECURSIVE seen AS (
        SELECT id FROM organization WHERE id = $7
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id
    )
    SELECT id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases, sort_order, opened_on,
           closed_on, former_names, merged_into_id, successor_ids, closed_because
      FROM organization
     WHERE (sort_order, id) > ($1, $2)
       AND ($4::uuid[] IS NULL OR id = ANY ($4))
       AND ($5::text IS NULL OR kind = $5)
       AND ($6::uuid IS NULL OR parent_id = $6)
       AND ($7::uuid IS NULL OR id IN (SELECT id FROM seen))
       AND ($8::bool IS NULL OR (closed_on IS NULL OR closed_on > $9) = $8)
     ORDER BY sort_order, id LIMIT $3
"""


async def read_page(
    connection: Connection, after: tuple[int, UUID], filters: Filters, today: date, limit: int
) -> list[Organization]:
    """Organizations in the office's own order."""
    rows = await connection.fetch(
        LIST,
        *after,
        limit,
        filters.ids,
        filters.kind,
        filters.parent_id,
        filters.below,
        filters.is_open,
        today,
    )
    return [_read(row) for row in rows]


ALL_OPEN = """
    SELECT id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases, sort_order, opened_on,
           closed_on, former_names, merged_into_id, successor_ids, closed_because
      FROM organization WHERE closed_on IS NULL OR closed_on > $1 ORDER BY sort_order, id
"""


async def read_open(connection: Connection, today: date) -> list[Organization]:
    """Every organization that is open on that day: what a text may mean."""
    return [_read(row) for row in await connection.fetch(ALL_OPEN, today)]


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


CLOSED = """
    SELECT id, closed_on FROM organization WHERE id = ANY ($1::uuid[]) AND closed_on <= $2
"""


async def find_closed(connection: Connection, ids: list[UUID], today: date) -> dict[UUID, date]:
    """Those of `ids` that are closed on that day, and since when."""
    return {row["id"]: row["closed_on"] for row in await connection.fetch(CLOSED, ids, today)}


HISTORY = """
    -- Each fact of one unit beside the state before it; (aggregate_id, aggregate_version) is unique.
    SELECT e.aggregate_version AS version, e.type, e.occurred_at, e.actor, convert_from(e.body, 'UTF8') AS after,
           (SELECT convert_from(p.body, 'UTF8') FROM events p
             WHERE p.aggregate_id = e.aggregate_id AND p.aggregate_version < e.aggregate_version
             ORDER BY p.aggregate_version DESC LIMIT 1) AS before
      FROM events e WHERE e.aggregate_id = $1 AND e.aggregate_version > $2 ORDER BY e.aggregate_version LIMIT $3
"""


async def read_history(connection: Connection, id: UUID, after: int, limit: int) -> list[HistoryEntry]:
    """What happened to a unit, out of the log, from its beginning on."""
    return [
        HistoryEntry(
            version=row["version"],
            fact=".".join(row["type"].split(".")[2:4]),
            occurred_at=row["occurred_at"],
            actor=row["actor"],
            changes=model.compare(row["before"], row["after"]),
        )
        for row in await connection.fetch(HISTORY, id, after, limit)
    ]


INSERT = """
    INSERT INTO organization (id, version, created_at, updated_at, name, short_name, kind, parent_id, aliases,
                              sort_order, opened_on, closed_on, former_names, merged_into_id, successor_ids,
                              closed_because)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""


async def insert(tx: Transaction, organization: Organization) -> None:
    """Keep a new organization and claim its names."""
    await insert_all(tx, [organization])


async def insert_all(tx: Transaction, organizations: Sequence[Organization]) -> None:
    """Keep new organizations, those above before those below, and claim their names."""
    await tx.connection.executemany(INSERT, [_columns(each) for each in organizations])
    await _claim_names(tx, organizations)


UPDATE = """
    UPDATE organization SET version = $2, created_at = $3, updated_at = $4, name = $5, short_name = $6, kind = $7,
           parent_id = $8, aliases = $9, sort_order = $10, opened_on = $11, closed_on = $12, former_names = $13,
           merged_into_id = $14, successor_ids = $15, closed_because = $16
     WHERE id = $1
"""


async def save(tx: Transaction, organization: Organization) -> None:
    """Keep a changed organization, and claim the names that it has now."""
    await save_all(tx, [organization])


async def save_all(tx: Transaction, organizations: Sequence[Organization]) -> None:
    """Keep changed organizations, and claim the names that they have now."""
    await tx.connection.executemany(UPDATE, [_columns(each) for each in organizations])
    await _claim_names(tx, organizations)


LET_NAMES_GO = """
    -- Their own, and those of whoever has closed by date since: nothing happens at midnight, so it happens here.
    DELETE FROM organization_name n
     WHERE organization_id = ANY ($1::uuid[])
        OR (name = ANY ($2::text[])
            AND EXISTS (SELECT FROM organization o WHERE o.id = n.organization_id AND o.closed_on <= $3))
"""
CLAIM_NAMES = """
    INSERT INTO organization_name (name, organization_id)
    SELECT name, organization_id FROM unnest($1::text[], $2::uuid[]) AS n (name, organization_id) ORDER BY name
        ON CONFLICT DO NOTHING RETURNING name AS claim, organization_id
"""
NAME_BEARERS = """
    SELECT n.name AS claim, o.name FROM organization_name n JOIN organization o ON o.id = n.organization_id
     WHERE n.name = ANY ($1::text[])
"""
LET_FORMS_GO = """
    DELETE FROM organization_form f
     WHERE organization_id = ANY ($1::uuid[])
        OR (form = ANY ($2::text[])
            AND EXISTS (SELECT FROM organization o WHERE o.id = f.organization_id AND o.closed_on <= $3))
"""
CLAIM_FORMS = """
    INSERT INTO organization_form (form, organization_id)
    SELECT form, organization_id FROM unnest($1::text[], $2::uuid[]) AS n (form, organization_id) ORDER BY form
        ON CONFLICT DO NOTHING RETURNING form AS claim, organization_id
"""
FORM_BEARERS = """
    SELECT f.form AS claim, o.name FROM organization_form f JOIN organization o ON o.id = f.organization_id
     WHERE f.form = ANY ($1::text[])
"""
Claim = tuple[str, UUID]


async def _claim_names(tx: Transaction, organizations: Sequence[Organization]) -> None:
    """Each name as it is written, and in its normal form: two spellings of one name are one unit's."""
    today = model.today(tx.now)
    names = {(name, each.id): name for each in organizations for name in model.names_of(each, today)}
    await _claim(tx, organizations, names, (LET_NAMES_GO, CLAIM_NAMES, NAME_BEARERS))
    forms = {(normal_form(name), id): name for name, id in names}
    await _claim(tx, organizations, forms, (LET_FORMS_GO, CLAIM_FORMS, FORM_BEARERS))


async def _claim(
    tx: Transaction,
    organizations: Sequence[Organization],
    written: Mapping[Claim, str],
    statements: tuple[str, str, str],
) -> None:
    let_go, claim, bearers = statements
    wanted, ids = [text for text, _ in written], [id for _, id in written]
    await tx.connection.execute(let_go, [each.id for each in organizations], wanted, model.today(tx.now))
    claimed = {tuple(row) for row in await tx.connection.fetch(claim, wanted, ids)}
    if refused := {text: name for (text, id), name in written.items() if (text, id) not in claimed}:
        rows = await tx.connection.fetch(bearers, list(refused))
        model.refuse_names(refused.values(), {refused[row["claim"]]: row["name"] for row in rows})


async def describe(connection: Connection, id: UUID) -> Mapping[str, Any] | None:
    """The organization as the API shows it; None when there is none such."""
    row = await connection.fetchrow(FIND, id)
    return None if row is None else _read(row).model_dump(mode="json")


def _columns(organization: Organization) -> tuple[Any, ...]:
    return tuple(_value(organization, name) for name in _NAMES)


def _value(organization: Organization, name: str) -> Any:
    if name == "former_names":
        return [former.model_dump(mode="json") for former in organization.former_names]
    return getattr(organization, name)


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
    "former_names",
    "merged_into_id",
    "successor_ids",
    "closed_because",
)


def _read(row: asyncpg.Record) -> Organization:
    return Organization.model_validate(dict(row))
