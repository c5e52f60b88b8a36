"""The sweep of reminders at national size: a million debts due the same evening, made by SQL; and nothing due."""

import resource
import time
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from benchmarks.bench import Row
from benchmarks.stage import Stage
from chassis.clock import Clock
from chassis.connections import prepare, settings_for
from chassis.database import Database
from services.notifier.reminders.handlers import plan_reminders

COUNT = 1_000_000
DUE = datetime.fromisoformat("2024-09-12T23:59:59.999999+08:00")
FILL = """
    INSERT INTO organization (id, version, name, parent_id, body)
    SELECT uuidv7(), 1, 'unit ' || n, NULL, '{}' FROM generate_series(1, $1::int / 10) AS n;
"""
PARENTS = """
    -- A thousand units below each parent.
    WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM organization),
         parent AS (SELECT id, n / 1000 AS n FROM numbered WHERE n % 1000 = 0)
    UPDATE organization o SET parent_id = parent.id
      FROM numbered JOIN parent ON parent.n = numbered.n / 1000 WHERE o.id = numbered.id AND parent.id <> o.id
"""
CONTACTS = """
    INSERT INTO contact (id, version, created_at, updated_at, organization_id, name, locale, channels)
    SELECT uuidv7(), 1, now(), now(), id, 'x', 'zh-CN', '[{"kind": "email", "address": "a@units.test"}]'
      FROM organization
"""
CAMPAIGN = """
    INSERT INTO campaign (id, version, name, issuer_id, timezone)
    SELECT uuidv7(), 1, 'week', id, 'Asia/Shanghai' FROM organization ORDER BY id LIMIT 1
"""
ASSIGNMENTS = """
    -- Ten deliverables, each owed by every unit.
    INSERT INTO assignment (id, version, campaign_id, deliverable_id, organization_id, title, due_at, due_set_at, state)
    SELECT uuidv7(), 1, c.id, d.id, o.id, 'summary', $1, '2024-08-01', 'owed'
      FROM campaign c, organization o, (SELECT uuidv7() AS id FROM generate_series(1, 10)) AS d
"""
MOMENTS = """
    INSERT INTO due_moment (campaign_id, deliverable_id, due_at)
    SELECT DISTINCT campaign_id, deliverable_id, due_at FROM still_owed
"""
TABLES = "organization, contact, campaign, assignment, due_moment, told, notification, delivery"


@dataclass(frozen=True, slots=True)
class Swept:
    """One sweep: what it took and how many statements it was."""

    seconds: float
    statement_count: int
    planned_count: int


async def fill(dsn: str, count: int) -> None:
    """So many debts that are due on the evening of 12 September 2024, each of a unit with one address."""
    owner = await asyncpg.connect(dsn)
    await owner.execute(f"TRUNCATE {TABLES}")
    await owner.execute(FILL.replace("$1", str(count)))
    for statement in (PARENTS, CONTACTS, CAMPAIGN):
        await owner.execute(statement)
    await owner.execute(ASSIGNMENTS, DUE)
    await owner.execute(MOMENTS)
    await owner.execute(f"ANALYZE {TABLES}")
    await owner.close()


async def sweep(dsn: str, at: datetime) -> Swept:
    """One sweep, by a clock that stands at this moment."""
    statements: list[str] = []

    async def init(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        await prepare(connection)
        connection.add_query_logger(lambda record: statements.append(record.query))

    settings = settings_for("benchmark")
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1, init=init, server_settings=settings) as pool:
        statements.clear()
        started = time.perf_counter()
        planned = await plan_reminders(Database(pool, Clock(at, 1e-9, time.time())))
        return Swept(time.perf_counter() - started, len(statements), planned.notification_count)


async def measure(stage: Stage) -> list[Row]:
    """Seconds to plan a million reminders to units, then to their parents, and of a sweep that has nothing to do."""
    database = stage.databases["notifier"]
    await fill(database.owner_dsn, COUNT)
    before = _peak_megabytes()
    cases = {
        "nothing due yet": "09-02 09:00",
        "1,000,000 reminders to units, due-7": "09-03 09:00",
        "nothing new": "09-03 09:01",
        "1,000,000 reminders to parents, due+3": "09-18 09:00",
        "nothing new, 2,000,000 kept": "09-18 09:01",
    }
    rows = []
    for name, at in cases.items():
        swept = await sweep(database.app_dsn, datetime.fromisoformat(f"2024-{at}:00+08:00"))
        label = f"sweep: {name} ({swept.planned_count:,} planned, {swept.statement_count} statements)"
        rows.append(Row(label, "s", swept.seconds, swept.seconds, swept.seconds, 1.0))
    grown = _peak_megabytes() - before
    return [*rows, Row("sweep: growth of this process's peak memory", "MB", grown, grown, grown, 1.0)]


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
