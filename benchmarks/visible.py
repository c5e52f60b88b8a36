"""From 201 to visible: how long after its receipt a submission stands in the table that the matrix is read from."""

import asyncio
import time
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg

from benchmarks.bench import Row
from benchmarks.posting import Poster, open_poster
from benchmarks.world import World, a_body

SECONDS = 5
CONNECTIONS = 32
POLL_SECONDS = 0.002
SEEN = "SELECT assignment_id FROM submission WHERE assignment_id = ANY ($1)"


async def measure(world: World, rates: tuple[int, ...]) -> list[Row]:
    """p50 and p99 in milliseconds at so many posts a second, sent on time whether or not the last was answered."""
    rows = []
    for rate in rates:
        lags = sorted([lag for _ in range(2) for lag in await _measure(world, rate)])
        middle, late = lags[len(lags) // 2], lags[int(len(lags) * 0.99)]
        rows.append(Row(f"201 to visible at {rate} a second, p50", "ms", middle, lags[0], lags[-1], 1.0))
        rows.append(
            Row(f"201 to visible at {rate} a second, p99", "ms", late, lags[0], lags[-1], late / middle)
        )
    return rows


async def _measure(world: World, rate: int) -> list[float]:
    answered: dict[UUID, float] = {}
    seen: dict[UUID, float] = {}
    assignments = world.take(rate * SECONDS)
    watching = asyncio.create_task(_watch(world, answered, seen, len(assignments)))
    free: asyncio.Queue[Poster] = asyncio.Queue()
    async with AsyncExitStack() as stack:
        for _ in range(CONNECTIONS):
            address = world.supervisor.addresses.http["submissions"]
            free.put_nowait(await stack.enter_async_context(open_poster(address, world.key)))
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, assignment in enumerate(assignments):
                wait = started + number / rate - time.perf_counter()
                if wait > 0:
                    await asyncio.sleep(wait)
                group.create_task(_post(free, assignment, answered))
    await asyncio.wait_for(watching, 60)
    return [(seen[id] - at) * 1_000 for id, at in answered.items()]


async def _post(free: asyncio.Queue[Poster], assignment: UUID, answered: dict[UUID, float]) -> None:
    poster = await free.get()
    status, said = await poster.post("/v1/submissions", a_body(assignment))
    assert status == 201, said
    answered[assignment] = time.perf_counter()
    free.put_nowait(poster)


async def _watch(world: World, answered: dict[UUID, float], seen: dict[UUID, float], count: int) -> None:
    connection = await asyncpg.connect(world.dsn("reporting"))
    while len(seen) < count:
        waiting = [id for id in answered if id not in seen]
        rows = await connection.fetch(SEEN, waiting) if waiting else []
        now = time.perf_counter()
        seen.update({row["assignment_id"]: now for row in rows})
        await asyncio.sleep(POLL_SECONDS)
    await connection.close()
