"""Figures at national size: out of the counters, beside a GROUP BY over the present rows; and as of past moments.

`python -m benchmarks.figures [ASSIGNMENTS] [SUBMISSIONS]` runs it alone; 1000000 10000000 takes about 6 GB of disk.
"""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from prometheus_client import CollectorRegistry

from benchmarks.bench import Row
from benchmarks.stage import Stage, open_stage
from chassis.access import Principal
from chassis.clock import Clock
from chassis.connections import connect, open_pool
from chassis.database import Database
from chassis.http.paging import CursorValue, PageRequest
from services.reporting.counters import checks
from services.reporting.counters.checkpoints import keep_checkpoints
from services.reporting.counters.metrics import CounterMetrics
from services.reporting.counters.model import PRESENT
from services.reporting.figures import counts
from services.reporting.figures.handlers import write_matrix
from services.reporting.rules import Scope

CAMPAIGN, OFFICE = UUID(int=1), UUID(int=2)
UNITS_A_DISTRICT, DELIVERABLES = 500, 100
BEGAN = datetime(2024, 8, 1, tzinfo=UTC)
ENDED = BEGAN + timedelta(days=30)
WHOLE = Scope(True, OFFICE, False)
COORDINATOR = Principal(UUID(int=3), OFFICE, "coordinator")
QUERIES = 300

TREE = """
    INSERT INTO organization (id, version, name, short_name, kind, parent_id, sort_order, body)
    SELECT ('00000000-0000-0000-0002-' || lpad(to_hex(n), 12, '0'))::uuid, 1, 'unit ' || n, NULL,
           CASE WHEN n % 500 = 0 THEN 'district'
                ELSE (ARRAY['town', 'department', 'school', 'enterprise'])[1 + n % 4] END,
           CASE WHEN n % 500 = 0 THEN $1::uuid
                ELSE ('00000000-0000-0000-0002-' || lpad(to_hex(n - n % 500), 12, '0'))::uuid END,
           n, '{}'
      FROM generate_series(0, $2::integer - 1) AS n
"""
OFFICE_ROW = """
    INSERT INTO organization (id, version, name, kind, sort_order, body) VALUES ($1, 1, 'office', 'office', 0, '{}')
"""
CAMPAIGN_ROW = """
    INSERT INTO campaign (id, version, name, issuer_id, timezone, annex_titles, annex_remarks, opened_at)
    VALUES ($1, 1, 'week', $2, 'Asia/Shanghai', '{}', '{}', '2024-08-01Z')
"""
DELIVERABLE_ROWS = """
    INSERT INTO deliverable (id, version, campaign_id, kind, title, due_at)
    SELECT md5('deliverable' || n)::uuid, 1, $1, 'summary', 'deliverable ' || n, timestamptz '2024-08-25 15:59:59Z'
      FROM generate_series(0, 99) AS n
"""
ASSIGNMENTS = """
    INSERT INTO assignment (id, version, campaign_id, deliverable_id, organization_id, due_at, state)
    SELECT ('00000000-0000-0000-0001-' || lpad(to_hex(u * 100 + d), 12, '0'))::uuid, 1, $1,
           md5('deliverable' || d)::uuid,
           ('00000000-0000-0000-0002-' || lpad(to_hex(u), 12, '0'))::uuid,
           timestamptz '2024-08-25 15:59:59Z', 'owed'
      FROM generate_series(0, $2::integer - 1) AS u, generate_series(0, 99) AS d
"""
ASSIGNMENTS_PAST = """
    INSERT INTO assignment_past (id, version, since, campaign_id, deliverable_id, organization_id, due_at, state)
    SELECT id, 1, timestamptz '2024-08-01Z', campaign_id, deliverable_id, organization_id, due_at, state FROM assignment
"""
SUBMISSIONS_PAST = """
    -- Each a moment of its own within thirty days, the later the revision.
    INSERT INTO submission_past (assignment_id, revision, since, state, on_time, nil_return, review_stages,
                                 review_stage)
    SELECT id, n, timestamptz '2024-08-01Z' + interval '30 days' * ((n - 1 + random()) / $1),
           (ARRAY['received', 'returned', 'accepted'])[1 + n % 3], hashtext(id::text) % 5 <> 0,
           hashtext(id::text) % 20 = 0, 1, 1
      FROM assignment, generate_series(1, $1::integer) AS n
     WHERE hashtext(id::text) % 10 <> 1
"""
SUBMISSIONS = """
    INSERT INTO submission (id, revision, version, campaign_id, assignment_id, state, on_time, nil_return)
    SELECT assignment_id, revision, revision, $1, assignment_id, state, on_time, nil_return
      FROM submission_past WHERE revision = $2
"""
PRESENT_ROWS = """
    -- The same breakdown as the overview's, with no counters.
    SELECT a.deliverable_id, p.district_id, p.unit_kind, a.due_at,
           count(*) FILTER (WHERE a.state <> 'waived') AS expected, count(s.id) AS actual,
           count(*) FILTER (WHERE s.on_time) AS on_time, count(*) FILTER (WHERE s.state = 'accepted') AS accepted,
           count(*) FILTER (WHERE s.state = 'returned') AS returned,
           count(*) FILTER (WHERE s.id IS NULL AND a.due_at < now()) AS overdue
      FROM assignment a
      LEFT JOIN submission s ON s.assignment_id = a.id AND s.state <> 'withdrawn'
      JOIN placement p ON p.campaign_id = a.campaign_id AND p.organization_id = a.organization_id
     WHERE a.campaign_id = $1
     GROUP BY GROUPING SETS ((a.deliverable_id), (p.district_id), (p.unit_kind), (a.due_at), ())
"""


async def measure(stage: Stage, assignments: int, submissions: int) -> list[Row]:
    """Milliseconds at a tenth of the submissions and at all of them; the same assignments in both."""
    pool = await open_pool(stage.databases["reporting"].app_dsn, "reporting", 4)
    owner = await connect(stage.databases["reporting"].owner_dsn, "benchmark")
    await owner.execute("SET statement_timeout = 0; SET synchronous_commit = off")
    database = Database(pool, Clock())
    rows: list[Row] = []
    each = max(1, submissions // assignments)
    for revisions in dict.fromkeys((max(1, each // 10), each)):
        await _fill(owner, database, max(UNITS_A_DISTRICT, assignments // DELIVERABLES), revisions)
        rows += await _measure(
            database, f"{assignments:,} assignments, {assignments * revisions:,} submissions"
        )
    await owner.close()
    await pool.close()
    return rows


async def _fill(owner: asyncpg.Connection, database: Database, units: int, revisions: int) -> None:
    tables = (
        "organization, campaign, deliverable, assignment, submission, counting, organization_past, placement"
    )
    await owner.execute(
        f"TRUNCATE {tables}, deliverable_past, assignment_past, submission_past, cell, movement, counter, checkpoint, "
        "quarter, matrix_row"
    )
    await owner.execute(OFFICE_ROW, OFFICE)
    await owner.execute(TREE, OFFICE, units)
    await owner.execute(CAMPAIGN_ROW, CAMPAIGN, OFFICE)
    await owner.execute(DELIVERABLE_ROWS, CAMPAIGN)
    await owner.execute(ASSIGNMENTS, CAMPAIGN, units)
    await owner.execute(ASSIGNMENTS_PAST)
    await owner.execute(SUBMISSIONS_PAST, revisions)
    await owner.execute(SUBMISSIONS, CAMPAIGN, revisions)
    await owner.execute("ANALYZE")
    await checks.check(database, CounterMetrics(CollectorRegistry()))
    await keep_checkpoints(database)
    await owner.execute("VACUUM ANALYZE")


async def _measure(database: Database, size: str) -> list[Row]:
    chance = random.Random(2024)

    async def group_by() -> None:
        async with database.reading() as connection:
            await connection.fetch(PRESENT_ROWS, CAMPAIGN)

    async def overview() -> None:
        async with database.reading() as connection:
            await counts.read_counts(connection, CAMPAIGN, WHOLE, None, PRESENT, ENDED)

    async def page() -> None:
        # The whole answer, as it goes out.
        after: list[CursorValue] = [chance.randrange(UNITS_A_DISTRICT), str(UUID(int=0))]
        paging = PageRequest(after=after, limit=100)
        await write_matrix(database, CAMPAIGN, None, None, paging, COORDINATOR)

    async def as_of() -> None:
        moment = BEGAN + (ENDED - BEGAN) * chance.random()
        async with database.reading() as connection:
            await counts.read_counts(connection, CAMPAIGN, WHOLE, None, moment, moment)

    base = sorted(await _times(group_by, 7))
    rows = [Row(f"GROUP BY over present rows, {size}", "ms", base[len(base) // 2], base[0], base[-1], 1.0)]
    for name, case in (("overview", overview), ("matrix, 100 units", page), ("overview as of", as_of)):
        times = sorted(await _times(case, QUERIES))
        middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
        rows.append(
            Row(f"{name} from counters, p50", "ms", middle, times[0], times[-1], middle / rows[0].middle)
        )
        rows.append(Row(f"{name} from counters, p99", "ms", late, times[0], times[-1], late / rows[0].middle))
    return rows


async def _times(case: Callable[[], Awaitable[None]], count: int) -> list[float]:
    await case()
    times = []
    for _ in range(count):
        started = time.perf_counter()
        await case()
        times.append((time.perf_counter() - started) * 1_000)
    return times


async def _alone(assignments: int, submissions: int) -> None:
    started = time.perf_counter()
    async with open_stage() as stage:
        for row in await measure(stage, assignments, submissions):
            print(
                f"{row.name}: {row.middle:.2f} {row.unit} ({row.lowest:.2f} to {row.highest:.2f}), {row.ratio:.4f}"
            )
    print(f"in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    asyncio.run(_alone(*(int(word) for word in [*sys.argv[1:], "100000", "1000000"][:2])))
