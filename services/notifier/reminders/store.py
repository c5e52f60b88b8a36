"""Due moments and their rungs in PostgreSQL; planning goes from rows to rows, none through this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from services.notifier.notifications.store import NOBODY

BATCH = 20_000
"""Debts in one statement: well within its 30 s, and few enough statements for a million."""
SWEEPING = 7_655_021
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class DueMoment:
    """A moment at which something is due, with the rungs that were the newest when it was last looked at."""

    campaign_id: UUID
    deliverable_id: UUID
    due_at: datetime
    rungs: list[dict[str, Any]]


TRY_TO_SWEEP = "SELECT pg_try_advisory_xact_lock($1)"


async def try_to_sweep(tx: Transaction) -> bool:
    """Whether nobody else plans at this moment: what that one plans need not be planned twice."""
    return bool(await tx.connection.fetchval(TRY_TO_SWEEP, SWEEPING))


WAIT_TO_SWEEP = "SELECT pg_advisory_xact_lock($1)"


async def wait_to_sweep(tx: Transaction) -> None:
    """Wait until whoever else plans has done so."""
    await tx.connection.execute(WAIT_TO_SWEEP, SWEEPING)


LOCK_MOMENTS = """
    -- Those whose next rung has come, and all that were looked at by a clock that was ahead of this one. Locked before
    -- policies and calendar are read: a change of either that comes later is looked at again.
    SELECT campaign_id, deliverable_id, due_at, rungs FROM due_moment
     WHERE (next_at <= $1 OR looked_at > $1) AND ($2::uuid IS NULL OR campaign_id = $2)
     ORDER BY campaign_id, deliverable_id, due_at FOR UPDATE
"""


async def lock_moments(tx: Transaction, campaign_id: UUID | None = None) -> list[DueMoment]:
    """The moments to look at, of all campaigns or of one."""
    return [DueMoment(**dict(row)) for row in await tx.connection.fetch(LOCK_MOMENTS, tx.now, campaign_id)]


SAVE_MOMENTS = """
    UPDATE due_moment m SET rungs = seen.rungs, looked_at = $2, next_at = coalesce(seen.next_at, 'infinity')
      FROM jsonb_to_recordset($1) AS seen (campaign_id uuid, deliverable_id uuid, due_at timestamptz, rungs jsonb,
                                           next_at timestamptz)
     WHERE m.campaign_id = seen.campaign_id AND m.deliverable_id = seen.deliverable_id AND m.due_at = seen.due_at
"""


async def save_moments(tx: Transaction, looks: Sequence[dict[str, Any]]) -> None:
    """Keep what was seen; `next_at` None: no rung comes any more."""
    await tx.connection.execute(SAVE_MOMENTS, looks, tx.now)


LOOK_AGAIN = """
    -- Locked in the order of LOCK_MOMENTS, so that a sweep and what is heard never wait for each other in a ring.
    WITH changed AS (
        SELECT campaign_id, deliverable_id, due_at FROM due_moment
         WHERE ($1::uuid[] IS NULL OR campaign_id = ANY ($1)) AND ($2::uuid IS NULL OR deliverable_id = $2)
         ORDER BY campaign_id, deliverable_id, due_at FOR UPDATE
    )
    UPDATE due_moment SET next_at = '-infinity' FROM changed
     WHERE (due_moment.campaign_id, due_moment.deliverable_id, due_moment.due_at)
           = (changed.campaign_id, changed.deliverable_id, changed.due_at)
"""


async def look_again(
    tx: Transaction, campaign_ids: Sequence[UUID] | None = None, deliverable_id: UUID | None = None
) -> None:
    """Whatever the ladders are reckoned from has changed: of all campaigns, of these, or of one deliverable."""
    ids = None if campaign_ids is None else list(campaign_ids)
    await tx.connection.execute(LOOK_AGAIN, ids, deliverable_id)


FIND_MOMENTS = """
    -- What a release that knew no moments has heard while this one came up.
    INSERT INTO due_moment (campaign_id, deliverable_id, due_at)
    SELECT DISTINCT campaign_id, deliverable_id, due_at FROM still_owed
    ON CONFLICT DO NOTHING
"""


async def find_moments(connection: Connection) -> None:
    """Take down every moment at which anything is due."""
    await connection.execute(FIND_MOMENTS)


CUT = """
    -- The last debt of each full batch; what follows the last of them is one batch more.
    SELECT about_id FROM (
        SELECT about_id, row_number() OVER (ORDER BY about_id) AS nth FROM still_owed
         WHERE campaign_id = $1 AND deliverable_id = $2 AND due_at = $3
    ) AS counted WHERE nth % $4 = 0 ORDER BY about_id
"""


async def cut(connection: Connection, moment: DueMoment) -> list[tuple[UUID, UUID]]:
    """All that is owed at a moment as few ranges of ids, each one batch, open at its beginning."""
    rows = await connection.fetch(CUT, moment.campaign_id, moment.deliverable_id, moment.due_at, BATCH)
    ends = [row["about_id"] for row in rows]
    return list(zip([FIRST, *ends], [*ends, LAST], strict=True))


_TELL = """
    -- Whoever still owes it is told, or the one above; over each channel, and once, whatever has become of contacts
    -- and parents since. What came due before it was owed is not made up for, nor what an outage has passed over
    -- once a later rung was told. Who has no channel gets a row that says so. What goes to the coordinator stands in
    -- its daily summary from then on.
    , new AS (
        INSERT INTO told (about_id, occasion, due_at, about_revision, recipient, planned_for)
        SELECT about_id, occasion, due_at, 0, recipient, fire_at FROM owed
         WHERE owed_since < fire_at
           AND fire_at >= ALL (SELECT t.planned_for FROM told t
                                WHERE t.about_id = owed.about_id AND t.due_at = owed.due_at)
        ON CONFLICT DO NOTHING
        RETURNING about_id, occasion, recipient
    ), planned AS (
        INSERT INTO notification (id, version, created_at, updated_at, campaign_id, occasion, about_id, due_at,
                                  assignment_id, acknowledgement_id, submission_id, organization_id,
                                  about_organization_id, channel, channel_number, title, details, state, planned_for,
                                  last_error)
        SELECT uuidv7(), 1, $1, $1, o.campaign_id, occasion, about_id, o.due_at, o.assignment_id, o.acknowledgement_id,
               o.submission_id, whom.id, o.organization_id, coalesce(ch.kind, 'none'),
               coalesce(ch.number, 0), o.title, '{}', CASE WHEN ch.number IS NULL THEN 'failed' ELSE 'planned' END,
               o.fire_at, CASE WHEN ch.number IS NULL THEN $2 END
          FROM owed o
          JOIN new USING (about_id, occasion, recipient)
          CROSS JOIN LATERAL (SELECT CASE recipient WHEN 'parent' THEN coalesce(
                                         (SELECT parent_id FROM organization WHERE id = o.organization_id),
                                         (SELECT issuer_id FROM campaign WHERE id = o.campaign_id), o.organization_id)
                                          ELSE o.organization_id END AS id) AS whom
          LEFT JOIN LATERAL channels_for(whom.id, occasion) AS ch ON true
         WHERE recipient <> 'coordinator'
        ON CONFLICT (about_id, occasion, due_at, about_revision, organization_id, channel, channel_number) DO NOTHING
        RETURNING organization_id
    )
"""

PLAN_RUNGS = (
    """
    WITH owed AS (
        SELECT o.about_id, o.due_at, o.assignment_id, o.acknowledgement_id, o.submission_id, o.campaign_id,
               o.organization_id, o.title, o.owed_since, rung.occasion, rung.fire_at, rung.recipient
          FROM still_owed o
         CROSS JOIN jsonb_to_recordset($3) AS rung (occasion text, fire_at timestamptz, recipient text)
         WHERE o.campaign_id = $4 AND o.deliverable_id = $5 AND o.due_at = $6 AND o.about_id > $7 AND o.about_id <= $8
    )"""  # noqa: S608 - its parts stand here
    + _TELL
    + "SELECT count(*) FROM planned"
)


async def plan_rungs(
    tx: Transaction, moment: DueMoment, rungs: Sequence[dict[str, Any]], batch: tuple[UUID, UUID]
) -> int:
    """Plan the rungs of one moment for one batch of what is owed there; how many notifications were new."""
    ids = (moment.campaign_id, moment.deliverable_id, moment.due_at)
    planned: int = await tx.connection.fetchval(PLAN_RUNGS, tx.now, NOBODY, rungs, *ids, *batch)
    return planned


PLAN_HEARD = (
    """
    WITH heard AS (
        DELETE FROM unplanned WHERE position IN (SELECT position FROM unplanned ORDER BY position LIMIT $3)
        RETURNING about_id
    ), owed AS (
        SELECT o.about_id, o.due_at, o.assignment_id, o.acknowledgement_id, o.submission_id, o.campaign_id,
               o.organization_id, o.title, o.owed_since, rung.occasion, rung.fire_at, rung.recipient
          FROM (SELECT DISTINCT about_id FROM heard) AS heard
          JOIN still_owed o USING (about_id)
          JOIN due_moment m ON m.campaign_id = o.campaign_id AND m.deliverable_id = o.deliverable_id
                           AND m.due_at = o.due_at
         CROSS JOIN jsonb_to_recordset(m.rungs) AS rung (occasion text, fire_at timestamptz, recipient text)
    )"""  # noqa: S608 - its parts stand here
    + _TELL
    + "SELECT (SELECT count(*) FROM heard), (SELECT count(*) FROM planned)"
)


async def plan_heard(tx: Transaction) -> int:
    """Plan the newest rungs for what was heard since the last sweep; how many notifications were new."""
    planned, heard = 0, BATCH
    while heard == BATCH:
        heard, new = await tx.connection.fetchrow(PLAN_HEARD, tx.now, NOBODY, BATCH) or (0, 0)
        planned += new
    return planned
