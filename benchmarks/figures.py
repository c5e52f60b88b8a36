"""Figures at national size: out of the counters, beside a GROUP BY over the present rows; and as of past moments.

Each is the whole handler: who may see what, the names, the answer. The base of all is one GROUP BY over the present
rows with the overview's breakdowns, without names or an answer. Beside it stand the quickest way to the same counts
that was found, by cell first, which two more processes share, and the cells of a page fetched by an index, bare.

`python -m benchmarks.figures [ASSIGNMENTS] [SUBMISSIONS]` runs it alone; 1000000 10000000 takes about 8 GB of disk.
"""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

import asyncpg

from benchmarks.bench import Row
from benchmarks.stage import Stage, open_stage
from chassis.access import Principal
from chassis.clock import Clock
from chassis.connections import connect, open_pool
from chassis.database import Database
from chassis.http.paging import CursorValue, PageRequest
from services.reporting.counters import checks
from services.reporting.counters.checkpoints import keep_checkpoints
from services.reporting.counters.refilling import fill_once
from services.reporting.figures.handlers import read_overview, write_matrix
from services.reporting.figures.texts import keep_texts

CAMPAIGN, OFFICE = UUID(int=1), UUID(int=2)
UNITS_A_DISTRICT, DELIVERABLES = 500, 100
BEGAN = datetime(2024, 8, 1, tzinfo=UTC)
ENDED = BEGAN + timedelta(days=30)
COORDINATOR = Principal(UUID(int=3), OFFICE, "coordinator")
PAGE, ROUNDS, QUERIES = 100, 5, 60

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
    -- Each a moment of its own within thirty days, the later the revision. The series depends on the assignment so that
    -- the rows come in the order of the index.
    INSERT INTO submission_past (assignment_id, revision, since, state, on_time, nil_return, review_stages,
                                 review_stage)
    SELECT id, n, timestamptz '2024-08-01Z' + interval '30 days' * ((n - 1 + random()) / $1),
           (ARRAY['received', 'returned', 'accepted'])[1 + n % 3], hashtext(id::text) % 5 <> 0,
           hashtext(id::text) % 20 = 0, 1, 1
      FROM assignment CROSS JOIN LATERAL generate_series(1, $1::integer + 0 * length(state)) AS n
     WHERE hashtext(id::text) % 10 <> 1
"""
SUBMISSIONS = """
    INSERT INTO submission (id, revision, version, campaign_id, assignment_id, state, on_time, nil_return)
    SELECT assignment_id, revision, revision, $1, assignment_id, state, on_time, nil_return
      FROM submission_past WHERE revision = $2
"""
_COUNTED = """
    SELECT a.deliverable_id, p.district_id, p.unit_kind, a.due_at,
           count(*) FILTER (WHERE a.state <> 'waived') AS expected, count(s.id) AS actual,
           count(*) FILTER (WHERE s.on_time) AS on_time, count(*) FILTER (WHERE s.state = 'accepted') AS accepted,
           count(*) FILTER (WHERE s.state = 'returned') AS returned,
           count(*) FILTER (WHERE s.id IS NULL AND a.due_at < now()) AS overdue
      FROM assignment a
      LEFT JOIN submission s ON s.assignment_id = a.id AND s.state <> 'withdrawn'
      JOIN placement p ON p.campaign_id = a.campaign_id AND p.organization_id = a.organization_id
     WHERE a.campaign_id = $1
"""
_BREAKDOWNS = "GROUP BY GROUPING SETS ((deliverable_id), (district_id), (unit_kind), (due_at), ())"
PRESENT_ROWS = f"{_COUNTED} {_BREAKDOWNS}"
PRESENT_CELLS = f"""
    WITH counted AS ({_COUNTED} GROUP BY a.deliverable_id, p.district_id, p.unit_kind, a.due_at)
    SELECT deliverable_id, district_id, unit_kind, due_at, sum(expected), sum(actual), sum(on_time), sum(accepted),
           sum(returned), sum(overdue)
      FROM counted {_BREAKDOWNS}
"""
PRESENT_PAGE = """
    SELECT a.organization_id, a.id, a.deliverable_id, a.due_at, a.state, s.state, s.on_time, s.nil_return,
           s.review_stages, s.review_stage
      FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id
     WHERE a.campaign_id = $1 AND a.organization_id IN (
           SELECT id FROM organization WHERE (sort_order, id) > ($2, $3) ORDER BY sort_order, id LIMIT $4)
     ORDER BY a.organization_id, a.deliverable_id
"""


async def measure(stage: Stage, assignments: int, submissions: int) -> list[Row]:
    """Milliseconds at a tenth of the submissions and at all of them; the same assignments in both."""
    pool = await open_pool(stage.databases["reporting"].app_dsn, "reporting", 4)
    owner = await connect(stage.databases["reporting"].owner_dsn, "benchmark")
    await owner.execute("SET statement_timeout = 0; SET synchronous_commit = off")
    database = Database(pool, Clock())
    rows: list[Row] = []
    units = max(UNITS_A_DISTRICT, assignments // DELIVERABLES)
    each = max(1, submissions // assignments)
    for revisions in dict.fromkeys((max(1, each // 10), each)):
        size = f"{units * DELIVERABLES:,} assignments, {units * DELIVERABLES * revisions:,} submissions"
        seconds = await _fill(owner, database, units, revisions)
        rows += await _measure(database, units, size)
        rows.append(Row(f"counted anew out of history, {size}", "s", seconds, seconds, seconds, 1.0))
    await owner.close()
    await pool.close()
    return rows


async def _fill(owner: asyncpg.Connection, database: Database, units: int, revisions: int) -> float:
    """The rows by SQL, then the service's own counting, which it takes the seconds of; what it counted is checked."""
    tables = (
        "organization, campaign, deliverable, assignment, submission, counting, organization_past, placement"
    )
    await owner.execute(
        f"TRUNCATE {tables}, deliverable_past, assignment_past, submission_past, cell, movement, counter, checkpoint, "
        "quarter, matrix_row, matrix_text"
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
    started = time.perf_counter()
    async with database.transaction() as tx:
        await fill_once(tx, BEGAN)
    seconds = time.perf_counter() - started
    async with database.looking() as connection:
        assert await checks.find_drifts(connection, CAMPAIGN) == []
    await keep_checkpoints(database)
    await keep_texts(database)
    await owner.execute("VACUUM ANALYZE")
    return seconds


async def _measure(database: Database, units: int, size: str) -> list[Row]:
    chance = random.Random(2024)

    async def group_by() -> None:
        async with database.reading() as connection:
            await connection.fetch(PRESENT_ROWS, CAMPAIGN)

    async def group_by_cell() -> None:
        async with database.reading() as connection:
            await connection.fetch(PRESENT_CELLS, CAMPAIGN)

    async def overview() -> None:
        await read_overview(database, CAMPAIGN, None, COORDINATOR)

    async def present_page() -> None:
        async with database.reading() as connection:
            first = chance.randrange(units - PAGE)
            await connection.fetch(PRESENT_PAGE, CAMPAIGN, first, UUID(int=0), PAGE)

    async def page() -> None:
        after: list[CursorValue] = [chance.randrange(units - PAGE), str(UUID(int=0))]
        await write_matrix(database, CAMPAIGN, None, None, PageRequest(after=after, limit=PAGE), COORDINATOR)

    async def as_of() -> None:
        moment = BEGAN + (ENDED - BEGAN) * chance.random()
        await read_overview(database, CAMPAIGN, moment, COORDINATOR)

    cases = {
        "GROUP BY over present rows": (group_by, 3),
        "the same, by cell first, in parallel": (group_by_cell, 3),
        "overview": (overview, QUERIES),
        f"cells of {PAGE} units by an index over present rows": (present_page, QUERIES),
        f"matrix, {PAGE} units": (page, QUERIES),
        "overview as of a moment": (as_of, QUERIES),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):
        for name, (case, count) in cases.items():
            times[name] += await _times(case, count)
    base = median(next(iter(times.values())))
    rows = []
    for name, found in times.items():
        late = sorted(found)[int(len(found) * 0.99)]
        rows.append(
            Row(f"{name}, {size}, p50", "ms", median(found), min(found), max(found), median(found) / base)
        )
        rows.append(Row(f"{name}, {size}, p99", "ms", late, min(found), max(found), late / base))
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
            print(f"{row}, {1 / row.ratio:.1f} times as fast")
    print(f"in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    asyncio.run(_alone(*(int(word) for word in [*sys.argv[1:], "100000", "1000000"][:2])))
