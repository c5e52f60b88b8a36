"""The whole intake path, by one worker, beside what pgbench needs for two inserts in a transaction.

`python -m benchmarks.intake` runs it alone, in about two minutes.
"""

import asyncio
import time
from functools import partial
from urllib.parse import urlsplit

import asyncpg
import psutil
from pydantic_core import to_json

from benchmarks import pgbench
from benchmarks.bench import Case, Row, compare
from benchmarks.crowd import Crowd, cut_off, post_all, write_request
from benchmarks.stage import Stage, open_stage
from benchmarks.worker import PATH, Worker, open_worker
from benchmarks.world import World, a_body

ALONE, MANY = 400, 5_000
STORED = 1_000_000
STORE = """
    WITH stored AS (
        INSERT INTO submission (id, version, revision, created_at, updated_at, campaign_id, assignment_id,
                                deliverable_id, organization_id, state, sections, nil_return, attachment_ids,
                                receipt_number, received_at, on_time, content_sha256, first_received_at, reasons)
        SELECT uuidv7(), 1, 1, now(), now(), $2, uuidv7(), $2, $2, 'received', '{"特色内容": "正文"}', false, '{}',
               'stored-' || n, now(), true, '', now(), '[]'
          FROM generate_series(1, $1::int) AS n
        RETURNING id, receipt_number
    )
    INSERT INTO submission_version (submission_id, version, receipt_number, received_at, content_sha256, content)
    SELECT id, 1, receipt_number, now(), '', '{}' FROM stored
"""


async def measure(stage: Stage, rounds: int) -> list[list[Row]]:
    """Latency alone, rate of many, what it costs, after callers that were cut off, and beside a million stored."""
    async with open_worker(stage, rounds * (2 * ALONE + 6 * MANY) + 20_000) as worker:
        await _crowd(worker, 1_000, 64)
        blocks = [await _alone(worker, rounds), await _together(worker, rounds)]
        blocks.append(await _costs(stage, worker))
        blocks.append(await _after_a_cut(worker))
        blocks.append(await _beside_many(worker, rounds))
    return blocks


async def measure_up(world: World, rounds: int) -> list[Row]:
    """The same as part of `rollcall up`, where relay and projections of every service share the machine with it."""
    dsn = world.supervisor.addresses.owners["submissions"]
    port = urlsplit(world.supervisor.addresses.http["submissions"]).port or 0

    async def rate() -> float:
        requests = [
            write_request(port, PATH, world.key, to_json(a_body(id)), str(id)) for id in world.take(MANY)
        ]
        return (await asyncio.to_thread(post_all, port, requests, 64)).rate

    cases: dict[str, Case] = {
        "pgbench, 16 clients": partial(pgbench.measure_rate, dsn),
        "POST, 64 clients, everything at work": rate,
    }
    return await compare(cases, "requests/s", rounds)


async def _crowd(worker: Worker, count: int, clients: int, once: bool = True, callers: int = 1) -> Crowd:
    return await asyncio.to_thread(post_all, worker.port, worker.take(count, once, callers), clients)


async def _alone(worker: Worker, rounds: int) -> list[Row]:
    async def middle() -> float:
        return (await _crowd(worker, ALONE, 1)).at(0.5)

    async def refused() -> float:
        requests = [each.replace(b'"assignment_id"', b'"assignment_of"') for each in worker.take(ALONE)]
        return (await asyncio.to_thread(post_all, worker.port, requests, 1, 422)).at(0.5)

    cases: dict[str, Case] = {
        "pgbench: BEGIN, two inserts, COMMIT": partial(pgbench.measure_latency, worker.owner_dsn),
        "POST /v1/submissions, one client": middle,
        "the same, refused before the database": refused,
    }
    return await compare(cases, "ms (p50)", rounds)


async def _together(worker: Worker, rounds: int) -> list[Row]:
    lates: list[float] = []

    async def rate(clients: int, once: bool = True, callers: int = 1) -> float:
        crowd = await _crowd(worker, MANY, clients, once, callers)
        if clients == 64 and once and callers == 1:
            lates.append(crowd.at(0.99))
        return crowd.rate

    cases: dict[str, Case] = {
        "pgbench, 16 clients": partial(pgbench.measure_rate, worker.owner_dsn),
        "POST /v1/submissions, 16 clients": partial(rate, 16),
        "POST /v1/submissions, 64 clients": partial(rate, 64),
        "the same without Idempotency-Key": partial(rate, 64, False),
        "64 clients, another key of the office for each request": partial(rate, 64, True, MANY),
    }
    rows = await compare(cases, "requests/s", rounds)
    middle = sorted(lates)[len(lates) // 2]
    return [*rows, Row("64 clients, p99", "ms", middle, min(lates), max(lates), 1.0)]


async def _costs(stage: Stage, worker: Worker) -> list[Row]:
    """Microseconds of a processor for one of 64 clients' requests."""
    before, postgres = worker.cpu_seconds(), _postgres_seconds(stage)
    crowd = await _crowd(worker, MANY, 64)
    taken = {
        "a request costs the worker": worker.cpu_seconds() - before,
        "a request costs PostgreSQL": _postgres_seconds(stage) - postgres,
        "a request costs the crowd that asks": crowd.own,
    }
    figures = {name: seconds / MANY * 1e6 for name, seconds in taken.items()}
    base = next(iter(figures.values()))
    return [Row(name, "us", each, each, each, each / base) for name, each in figures.items()]


def _postgres_seconds(stage: Stage) -> float:
    assert stage.postgres.process is not None
    total = 0.0
    for each in psutil.Process(stage.postgres.process.pid).children(recursive=True):
        times = each.cpu_times()
        total += times.user + times.system
    return total


async def _after_a_cut(worker: Worker) -> list[Row]:
    """64 callers go in the middle of their request; then one asks as always."""
    idle = (await _crowd(worker, ALONE // 4, 1)).at(0.5)
    await asyncio.to_thread(cut_off, worker.port, worker.take(64))
    started = time.perf_counter()
    await _crowd(worker, 1, 1)
    after = (time.perf_counter() - started) * 1_000
    owner = await asyncpg.connect(worker.owner_dsn)
    left = await owner.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
    )
    await owner.close()
    return [
        Row("one client, nothing else", "ms (p50)", idle, idle, idle, 1.0),
        Row("the next POST after 64 were cut off", "ms", after, after, after, after / idle),
        Row("sessions left in a transaction", "", left, left, left, 0.0),
    ]


async def _beside_many(worker: Worker, rounds: int) -> list[Row]:
    """Before and after a million are stored: rounds cannot take turns here."""
    empty = [(await _crowd(worker, MANY, 64)).rate for _ in range(rounds)]
    owner = await asyncpg.connect(worker.owner_dsn, command_timeout=600)
    await owner.execute(STORE, STORED, worker.assignments[0])
    await owner.execute("VACUUM ANALYZE submission, submission_version")
    await owner.close()
    full = [(await _crowd(worker, MANY, 64)).rate for _ in range(rounds)]
    base = sorted(empty)[rounds // 2]
    return [
        Row(
            name,
            "requests/s",
            sorted(rates)[rounds // 2],
            min(rates),
            max(rates),
            sorted(rates)[rounds // 2] / base,
        )
        for name, rates in (("64 clients, nothing much stored", empty), ("the same beside 1,000,000", full))
    ]


async def _run_alone() -> None:
    async with open_stage() as stage:
        for rows in await measure(stage, 3):
            for row in rows:
                print(f"{row}, {row.ratio:.2f}")


if __name__ == "__main__":
    asyncio.run(_run_alone())
