"""The table of changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.connections import Connection
from services.reporting.changes.model import HeardChange
from services.reporting.rules import Scope

KEPT_COUNT = 100_000
PAGE = 500
LOCK = 7_655_071

IN_TURN = "SELECT pg_advisory_xact_lock($1)"
ADD = """
    -- One at a time, until the commit: so positions become visible in their order, and none behind a reader's back.
    INSERT INTO change (campaign_id, noun, fact, id, version, organization_ids, is_draft, heard_at)
    SELECT campaign_id, noun, fact, id, version, organization_ids, is_draft, heard_at
      FROM ROWS FROM (jsonb_to_recordset($1) AS (campaign_id uuid, noun text, fact text, id uuid, version integer,
                                                 organization_ids uuid[], is_draft boolean, heard_at timestamptz))
           WITH ORDINALITY AS heard (campaign_id, noun, fact, id, version, organization_ids, is_draft, heard_at, nth)
     ORDER BY nth
    ON CONFLICT (id, version) DO NOTHING
"""


async def add(connection: Connection, changes: Sequence[HeardChange]) -> None:
    """Keep what was heard, in its order; what is known already is passed over."""
    rows = [
        {
            "campaign_id": str(each.campaign_id),
            "noun": each.noun,
            "fact": each.fact,
            "id": str(each.id),
            "version": each.version,
            "organization_ids": [str(id) for id in each.organization_ids],
            "is_draft": each.is_draft,
            "heard_at": each.heard_at.isoformat(),
        }
        for each in changes
    ]
    await connection.execute(IN_TURN, LOCK)
    await connection.execute(ADD, rows)


@dataclass(frozen=True, slots=True)
class Ends:
    """The oldest and the newest position that are kept; 0 when there is none."""

    oldest: int
    newest: int


ENDS = "SELECT coalesce(min(position), 0) AS oldest, coalesce(max(position), 0) AS newest FROM change"


async def read_ends(connection: Connection) -> Ends:
    """How far the kept changes reach."""
    row = await connection.fetchrow(ENDS)
    assert row is not None
    return Ends(row["oldest"], row["newest"])


READ_ON = """
    SELECT campaign_id, noun, fact, id, version, organization_ids, is_draft, heard_at, position
      FROM change WHERE campaign_id = $1 AND position > $2 ORDER BY position LIMIT $3
"""


async def read_on(connection: Connection, campaign_id: UUID, position: int) -> list[HeardChange]:
    """The next of a campaign's changes, at most PAGE."""
    rows = await connection.fetch(READ_ON, campaign_id, position, PAGE)
    return [HeardChange(**dict(row)) for row in rows]


TRIM = "DELETE FROM change WHERE position <= (SELECT max(position) FROM change) - $1"


async def trim(connection: Connection) -> None:
    """Let go of all but the newest."""
    await connection.execute(TRIM, KEPT_COUNT)


UNITS = """
    WITH RECURSIVE seen AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $2
    )
    SELECT array_agg(id) FROM seen
"""


async def read_units(connection: Connection, scope: Scope) -> frozenset[UUID] | None:
    """The units in scope; None for all."""
    if scope.everything:
        return None
    return frozenset(await connection.fetchval(UNITS, scope.organization_id, scope.with_those_below))
