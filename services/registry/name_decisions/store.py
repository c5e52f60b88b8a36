"""Name decisions in PostgreSQL: one in force a text, and everything that was undone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.registry.name_decisions import NameDecision
from services.registry.name_decisions.model import OutsideParty, Verdict

FIND = """
    SELECT d.id, d.text, d.organization_id, d.outside_party, d.why, d.decided_at, d.decided_by,
           NULL::timestamptz AS undone_at, NULL::uuid AS undone_by,
           o.closed_on IS NULL OR o.closed_on > $2 AS in_force
      FROM decided_name d LEFT JOIN organization o ON o.id = d.organization_id
     WHERE d.text = $1
"""


async def find(connection: Connection, text: str, today: date) -> NameDecision | None:
    """What the text is decided to mean at present, in force or not."""
    row = await connection.fetchrow(FIND, text, today)
    return None if row is None else _read(row)


LOCK = """
    -- Of two who decide one text at once the second sees what the first decided.
    LOCK TABLE decided_name IN SHARE ROW EXCLUSIVE MODE
"""


async def lock(tx: Transaction) -> None:
    """Let nobody else decide anything until the transaction ends."""
    await tx.connection.execute(LOCK)


BEARER = """
    SELECT n.organization_id FROM organization_name n JOIN organization o ON o.id = n.organization_id
     WHERE n.name = $1 AND (o.closed_on IS NULL OR o.closed_on > $2)
"""


async def find_bearer(connection: Connection, text: str, today: date) -> UUID | None:
    """The open organization whose name or alias the text is."""
    bearer: UUID | None = await connection.fetchval(BEARER, text, today)
    return bearer


PUT_AWAY = """
    WITH gone AS (
        DELETE FROM decided_name WHERE text = ANY ($1::text[])
        RETURNING id, text, organization_id, outside_party, why, decided_at, decided_by
    )
    INSERT INTO undone_name (id, text, organization_id, outside_party, why, decided_at, decided_by, undone_at,
                             undone_by)
    SELECT id, text, organization_id, outside_party, why, decided_at, decided_by, $2, $3 FROM gone
"""
REMEMBER = """
    INSERT INTO decided_name (text, organization_id, outside_party, why, decided_at, decided_by)
    SELECT text, organization_id, outside_party, why, $5, $6
      FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[]) AS d (text, organization_id, outside_party, why)
     ORDER BY text
    ON CONFLICT (text) DO UPDATE SET organization_id = excluded.organization_id,
           outside_party = excluded.outside_party, why = excluded.why, decided_at = excluded.decided_at,
           decided_by = excluded.decided_by
"""


async def remember(
    tx: Transaction, verdicts: Mapping[str, Verdict], reasons: Mapping[str, str | None], by: UUID
) -> None:
    """Have these texts mean the same from now on; what they meant before is kept as undone."""
    present = await read_meanings(tx.connection)
    fresh = {text: verdict for text, verdict in verdicts.items() if present.get(text) != verdict}
    if not fresh:
        return
    texts = list(fresh)
    await tx.connection.execute(PUT_AWAY, texts, tx.now, by)
    units = [None if isinstance(verdict, OutsideParty) else verdict for verdict in fresh.values()]
    parties = [verdict.name if isinstance(verdict, OutsideParty) else None for verdict in fresh.values()]
    whys = [reasons.get(text) for text in texts]
    await tx.connection.execute(REMEMBER, texts, units, parties, whys, tx.now, by)


MEANINGS = "SELECT text, organization_id, outside_party FROM decided_name ORDER BY text"


async def read_meanings(connection: Connection) -> dict[str, Verdict]:
    """What each text is decided to mean, in force or not."""
    return _verdicts(await connection.fetch(MEANINGS))


DECIDED = """
    SELECT d.text, d.organization_id, d.outside_party
      FROM decided_name d LEFT JOIN organization o ON o.id = d.organization_id
     WHERE o.closed_on IS NULL OR o.closed_on > $1
     ORDER BY d.text
"""


async def read_decided(connection: Connection, today: date) -> dict[str, Verdict]:
    """What texts were decided to mean; one that meant a unit closed since is to be decided again."""
    return _verdicts(await connection.fetch(DECIDED, today))


UNDO = """
    WITH gone AS (
        DELETE FROM decided_name WHERE id = $1
        RETURNING id, text, organization_id, outside_party, why, decided_at, decided_by
    )
    INSERT INTO undone_name (id, text, organization_id, outside_party, why, decided_at, decided_by, undone_at,
                             undone_by)
    SELECT id, text, organization_id, outside_party, why, decided_at, decided_by, $2, $3 FROM gone
    RETURNING id
"""
IS_UNDONE = "SELECT EXISTS (SELECT FROM undone_name WHERE id = $1)"


async def undo(tx: Transaction, id: UUID, by: UUID) -> bool:
    """Undo a decision; one that was undone before stays as it is. False when there is none such."""
    if await tx.connection.fetchval(UNDO, id, tx.now, by) is not None:
        return True
    return bool(await tx.connection.fetchval(IS_UNDONE, id))


FOLLOW = "UPDATE decided_name SET organization_id = $2 WHERE organization_id = $1"


async def follow(tx: Transaction, merged_id: UUID, into_id: UUID) -> None:
    """Have what was decided to mean a merged unit mean its successor."""
    await tx.connection.execute(FOLLOW, merged_id, into_id)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; `text` is in NFKC and lower case."""

    text: str | None
    organization_id: UUID | None
    undone: bool


LIST = """
    SELECT d.id, d.text, d.organization_id, d.outside_party, d.why, d.decided_at, d.decided_by,
           NULL::timestamptz AS undone_at, NULL::uuid AS undone_by,
           o.closed_on IS NULL OR o.closed_on > $5 AS in_force
      FROM decided_name d LEFT JOIN organization o ON o.id = d.organization_id
     WHERE d.id > $1
       AND ($3::text IS NULL
            OR strpos(lower(normalize(concat_ws(' ', d.text, d.outside_party, o.name), NFKC)), $3) > 0)
       AND ($4::uuid IS NULL OR d.organization_id = $4)
     ORDER BY d.id LIMIT $2
"""
LIST_UNDONE = """
    SELECT d.id, d.text, d.organization_id, d.outside_party, d.why, d.decided_at, d.decided_by, d.undone_at,
           d.undone_by, false AS in_force
      FROM undone_name d LEFT JOIN organization o ON o.id = d.organization_id
     WHERE d.id > $1
       AND ($3::text IS NULL
            OR strpos(lower(normalize(concat_ws(' ', d.text, d.outside_party, o.name), NFKC)), $3) > 0)
       AND ($4::uuid IS NULL OR d.organization_id = $4)
     ORDER BY d.id LIMIT $2
"""


async def read_page(
    connection: Connection, after: UUID, filters: Filters, today: date, limit: int
) -> list[NameDecision]:
    """Decisions in the order in which they were made."""
    arguments = (after, limit, filters.text, filters.organization_id)
    if filters.undone:
        return [_read(row) for row in await connection.fetch(LIST_UNDONE, *arguments)]
    return [_read(row) for row in await connection.fetch(LIST, *arguments, today)]


def _verdicts(rows: Iterable[asyncpg.Record]) -> dict[str, Verdict]:
    return {row["text"]: row["organization_id"] or OutsideParty(row["outside_party"]) for row in rows}


def _read(row: asyncpg.Record) -> NameDecision:
    return NameDecision.model_validate(dict(row))
