"""What is counted, out of the counters: as of the present or of any past moment, by what it is broken down."""

# ruff: noqa: S608 - statements are put together out of constants only

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from services.reporting.counters.model import COUNTS, PRESENT
from services.reporting.figures.tree import NEWEST, seen_at
from services.reporting.rules import Scope

_SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in COUNTS)
_KINDS = "deliverable_id, district_id, unit_kind, due_at"


def _broken_down(source: str, before: str = "WITH") -> str:
    """Sums of a source by each of the kinds, and of all; `left_out` has a bit for each kind that was summed over.

    By deliverable and by due moment out of what both come to together: every further set costs as much as the first.
    """
    return f"""
    {before} summed AS (
        SELECT grouping({_KINDS}) AS left_out, {_KINDS}, {_SUMS},
               coalesce(sum(owed) FILTER (WHERE due_at < $3), 0)::bigint AS overdue
          FROM {source}
         GROUP BY GROUPING SETS ((deliverable_id, due_at), (district_id), (unit_kind))
    )
    SELECT * FROM summed WHERE left_out <> 6
    UNION ALL
    SELECT 6 + 8 * grouping(deliverable_id) + grouping(due_at), deliverable_id, NULL, NULL, due_at, {_SUMS},
           coalesce(sum(overdue), 0)::bigint
      FROM summed WHERE left_out = 6
     GROUP BY GROUPING SETS ((deliverable_id), (due_at), ())
    """


def _present(among: str) -> str:
    return _broken_down(
        f"counter JOIN cell ON cell.id = counter.cell_id WHERE counter.campaign_id = $1 AND up_to = $2 AND {among}"
    )


def _past(among: str) -> str:
    return _broken_down(
        f"counted JOIN cell ON cell.id = counted.cell_id WHERE {among}",
        f"""
    WITH nearest AS (
        SELECT coalesce(max(up_to), timestamptz '0001-01-01 00:00:00Z') AS up_to
          FROM checkpoint WHERE campaign_id = $1 AND up_to <= $2
    ), counted AS (
        SELECT cell_id, {", ".join(COUNTS)} FROM counter
         WHERE campaign_id = $1 AND up_to = (SELECT up_to FROM nearest)
        UNION ALL
        SELECT cell_id, {", ".join(COUNTS)} FROM movement
         WHERE campaign_id = $1 AND moment > (SELECT up_to FROM nearest) AND moment <= $2
    ),""",
    )


# A statement of their own each: of one with a condition that may be absent, the plan that is kept expects few cells and
# looks each up by itself, which takes twice as long for a whole campaign.
PRESENT_COUNTS, PAST_COUNTS = _present("true"), _past("true")
DISTRICTS_PRESENT_COUNTS, DISTRICTS_PAST_COUNTS = _present("district_id = $4"), _past("district_id = $4")


def debts_at(moment: str, among: str) -> str:
    """Assignments as they stood at a moment, of the units that `among` tells of; for `WITH owing (id)`."""
    return f"""
    SELECT a.id, a.deliverable_id, a.due_at, a.state, a.organization_id, s.state AS handed_in, s.on_time,
           s.nil_return, s.review_stages, s.review_stage
      FROM owing
      JOIN LATERAL (SELECT id, campaign_id, deliverable_id, due_at, state, organization_id FROM assignment_past past
                     WHERE past.id = owing.id AND past.since <= {moment} ORDER BY version DESC LIMIT 1) AS a
           ON a.campaign_id = $1 AND a.organization_id {among}
      LEFT JOIN LATERAL (SELECT state, on_time, nil_return, review_stages, review_stage FROM submission_past past
                          WHERE past.assignment_id = owing.id AND past.since <= {moment}
                          ORDER BY revision DESC LIMIT 1) AS s ON true
    """


UNITS_COUNTS = _broken_down(
    "placed",
    f"""
    {seen_at("$4", "$5", "$2")}, owing AS (
        SELECT DISTINCT id FROM assignment_past WHERE campaign_id = $1 AND organization_id IN (SELECT id FROM seen)
    ), debt AS (
        {debts_at("$2", "IN (SELECT id FROM seen)")}
    ), acknowledged AS (
        SELECT a.organization_id, a.state
          FROM (SELECT DISTINCT id FROM acknowledgement_past
                 WHERE campaign_id = $1 AND organization_id IN (SELECT id FROM seen)) AS asked
          JOIN LATERAL (SELECT organization_id, state FROM acknowledgement_past past
                         WHERE past.id = asked.id AND past.since <= $2 ORDER BY version DESC LIMIT 1) AS a
               ON a.organization_id IN (SELECT id FROM seen)
    ), counted AS (
        SELECT organization_id, deliverable_id, due_at, state <> 'waived' AS expected,
               state <> 'waived' AND coalesce(handed_in, 'withdrawn') <> 'withdrawn' AS actual,
               state <> 'waived' AND coalesce(handed_in, 'withdrawn') <> 'withdrawn' AND on_time AS actual_on_time,
               state <> 'waived' AND handed_in = 'accepted' AS accepted,
               state <> 'waived' AND handed_in = 'returned' AS returned,
               state <> 'waived' AND coalesce(handed_in, 'withdrawn') <> 'withdrawn' AND nil_return AS nil_returns,
               state = 'waived' AS waived,
               state <> 'waived' AND coalesce(handed_in, 'withdrawn') = 'withdrawn' AS owed,
               false AS acknowledgements_owed, false AS acknowledgements_given
          FROM debt
        UNION ALL
        SELECT organization_id, NULL, NULL, false, false, false, false, false, false, false, false,
               state <> 'replaced', state = 'acknowledged'
          FROM acknowledged
    ), placed AS (
        SELECT counted.organization_id, deliverable_id, due_at, district_id, coalesce(unit_kind, '') AS unit_kind,
               {", ".join(f"{name}::integer AS {name}" for name in COUNTS)}
          FROM counted
          LEFT JOIN LATERAL (SELECT district_id, unit_kind FROM placement
                              WHERE campaign_id = $1 AND organization_id = counted.organization_id AND since <= $2
                              ORDER BY since DESC LIMIT 1) AS placed ON true
    ),""",
)

ABOVE = f"""
    SELECT parent_id FROM organization_past unit
     WHERE id = $1 AND version = {NEWEST.format(moment="$2", id="$1")}
"""


async def find_district(
    connection: Connection, scope: Scope, issuer_id: UUID, up_to: datetime
) -> UUID | None:
    """The district whose counters are just what an overseer may see; None where there is none such."""
    if not scope.with_those_below:
        return None
    above = await connection.fetchval(ABOVE, scope.organization_id, up_to)
    return scope.organization_id if above == issuer_id else None


async def read_counts(
    connection: Connection,
    campaign_id: UUID,
    scope: Scope,
    district_id: UUID | None,
    up_to: datetime,
    moment: datetime,
) -> Sequence[dict[str, Any]]:
    """Sums by deliverable, district, kind of unit, due moment, and of all; `left_out` tells which is which.

    `up_to` is PRESENT or a past moment, `moment` what is overdue is judged by.
    """
    if district_id is not None:
        statement = DISTRICTS_PRESENT_COUNTS if up_to == PRESENT else DISTRICTS_PAST_COUNTS
        rows = await connection.fetch(statement, campaign_id, up_to, moment, district_id)
    elif scope.everything:
        statement = PRESENT_COUNTS if up_to == PRESENT else PAST_COUNTS
        rows = await connection.fetch(statement, campaign_id, up_to, moment)
    else:
        rows = await connection.fetch(
            UNITS_COUNTS, campaign_id, up_to, moment, scope.organization_id, scope.with_those_below
        )
    return [dict(row) for row in rows]


BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM campaign WHERE parent_id = $1
        UNION
        SELECT campaign.id FROM campaign JOIN below ON campaign.parent_id = below.id
    )
    SELECT id, name, issuer_id FROM campaign JOIN below USING (id)
     WHERE $2::timestamptz >= coalesce(opened_at, $2) ORDER BY id
"""


async def find_below(connection: Connection, campaign_id: UUID, moment: datetime) -> Sequence[dict[str, Any]]:
    """The campaigns below one, all the way down, that were open at a moment."""
    return [dict(row) for row in await connection.fetch(BELOW, campaign_id, moment)]


TITLES = """
    SELECT DISTINCT ON (id) id, kind, title, due_at FROM deliverable_past
     WHERE campaign_id = $1 AND since <= $2 ORDER BY id, version DESC
"""


async def read_deliverables(
    connection: Connection, campaign_id: UUID, up_to: datetime
) -> Sequence[dict[str, Any]]:
    """The deliverables as they were called and due at a moment."""
    return [dict(row) for row in await connection.fetch(TITLES, campaign_id, up_to)]


NAMES = f"""
    SELECT id, name FROM organization_past unit
     WHERE id = ANY ($1::uuid[]) AND version = {NEWEST.format(moment="$2", id="unit.id")}
     ORDER BY sort_order, id
"""


async def read_names(
    connection: Connection, organization_ids: Sequence[UUID], up_to: datetime
) -> dict[UUID, str]:
    """What units were called at a moment, in the office's order."""
    if not organization_ids:
        return {}
    return {row["id"]: row["name"] for row in await connection.fetch(NAMES, organization_ids, up_to)}
