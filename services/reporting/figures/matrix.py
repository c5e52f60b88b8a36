"""The matrix out of its maintained rows, or out of history as of a past moment."""

# ruff: noqa: S608 - statements are put together out of constants only

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from services.reporting.figures.counts import debts_at
from services.reporting.figures.tree import NEWEST, seen_at
from services.reporting.rules import Scope


class Debt(NamedTuple):
    """One assignment as it stands in the matrix, and what was handed in for it. Ids are UUIDs or their text: a page
    holds ten thousand, and only passes them on."""

    id: Any
    deliverable_id: Any
    due_at: datetime | None
    state: str
    handed_in: str | None
    on_time: bool | None
    nil_return: bool | None
    review_stages: int | None
    review_stage: int | None


ROWS = f"""
    {seen_at("$3", "$4", "timestamptz '9999-12-31 00:00:00Z'")}
    -- The cells themselves only where no text of theirs holds.
    SELECT o.id, o.name, o.short_name, o.kind, o.parent_id, o.sort_order, t.body,
           CASE WHEN t.body IS NULL THEN r.cells END AS cells
      FROM organization o JOIN matrix_row r ON r.organization_id = o.id AND r.campaign_id = $1
      LEFT JOIN matrix_text t ON t.campaign_id = $1 AND t.organization_id = o.id AND t.made_of = r.xmin
                             AND t.form = $9 AND t.zone = $10 AND $11 BETWEEN t.since AND t.until
     WHERE (o.sort_order, o.id) > ($5, $6) AND ($7::uuid IS NULL OR o.parent_id = $7)
       AND ($2 OR o.id IN (SELECT id FROM seen))
     ORDER BY o.sort_order, o.id LIMIT $8
"""


async def read_rows(
    connection: Connection,
    campaign_id: UUID,
    scope: Scope,
    after: tuple[int, UUID],
    parent_id: UUID | None,
    limit: int,
    form: int,
    zone: str,
    moment: datetime,
) -> list[tuple[dict[str, Any], bytes | list[Debt]]]:
    """Units that owe anything, in the office's order, each with the text of its cells in a form, for a zone, at a
    present moment, or with its debts where none is kept."""
    rows = await connection.fetch(
        ROWS, campaign_id, *_parameters(scope), *after, parent_id, limit, form, zone, moment
    )
    return [(dict(row), row["body"] or debts_of_cells(row["cells"])) for row in rows]


PAST_ROWS = f"""
    {seen_at("$3", "$4", "$9")}
    SELECT o.id, o.name, o.short_name, o.kind, o.parent_id, o.sort_order
      FROM organization_past o
     WHERE o.id IN (SELECT organization_id FROM placement WHERE campaign_id = $1)
       AND o.version = {NEWEST.format(moment="$9", id="o.id")}
       AND (o.sort_order, o.id) > ($5, $6) AND ($7::uuid IS NULL OR o.parent_id = $7)
       AND ($2 OR o.id IN (SELECT id FROM seen))
       AND EXISTS (SELECT FROM assignment_past a
                    WHERE a.campaign_id = $1 AND a.organization_id = o.id
                      AND a.version = (SELECT max(version) FROM assignment_past b WHERE b.id = a.id AND b.since <= $9))
     ORDER BY o.sort_order, o.id LIMIT $8
"""
OWING_AT = """
    SELECT DISTINCT organization_id
      FROM (SELECT DISTINCT ON (id) organization_id FROM assignment_past
             WHERE campaign_id = $1 AND since <= $2 ORDER BY id, version DESC) AS owed
"""
PAST_CELLS = f"""
    WITH owing AS (
        SELECT DISTINCT id FROM assignment_past WHERE campaign_id = $1 AND organization_id = ANY ($3::uuid[])
    )
    {debts_at("$2", "= ANY ($3::uuid[])")}
"""


async def read_past_rows(
    connection: Connection,
    campaign_id: UUID,
    scope: Scope,
    after: tuple[int, UUID],
    parent_id: UUID | None,
    limit: int,
    moment: datetime,
) -> list[tuple[dict[str, Any], list[Debt]]]:
    """As read_rows, as it was at a moment."""
    rows = await connection.fetch(
        PAST_ROWS, campaign_id, *_parameters(scope), *after, parent_id, limit, moment
    )
    debts = await read_past_debts(connection, campaign_id, [row["id"] for row in rows], moment)
    return [(dict(row), sorted(debts[row["id"]], key=_order)) for row in rows]


async def read_past_debts(
    connection: Connection, campaign_id: UUID, organization_ids: Sequence[UUID], moment: datetime
) -> dict[UUID, list[Debt]]:
    """What each of these units owed at a moment."""
    cells = await connection.fetch(PAST_CELLS, campaign_id, moment, list(organization_ids))
    return debts_by_unit(organization_ids, cells)


def debts_by_unit(organization_ids: Sequence[UUID], rows: Sequence[asyncpg.Record]) -> dict[UUID, list[Debt]]:
    """Rows that hold the columns of a debt and whose it is."""
    debts: dict[UUID, list[Debt]] = {id: [] for id in organization_ids}
    for row in rows:
        values = dict(row)
        debts[values.pop("organization_id")].append(Debt(**values))
    return debts


# A page names each due moment once a unit.
_moment = lru_cache(10_000)(datetime.fromisoformat)


def debts_of_cells(cells: dict[str, list[Any]]) -> list[Debt]:
    """The debts that a matrix_row holds, in their order."""
    debts = (
        Debt(id, deliverable_id, due_at and _moment(due_at), *rest)
        for id, (deliverable_id, due_at, *rest) in cells.items()
    )
    return sorted(debts, key=_order)


def _order(debt: Debt) -> tuple[Any, Any]:
    return debt.deliverable_id, debt.id


def _parameters(scope: Scope) -> tuple[bool, UUID, bool]:
    return scope.everything, scope.organization_id, scope.with_those_below
