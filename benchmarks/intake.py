"""One intake request beside what pgbench needs for the same rows: two inserts in a transaction, fsync on."""

import asyncio
import re
import time
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import asyncpg

from benchmarks.bench import Row, compare
from benchmarks.posting import open_poster
from benchmarks.world import TEXT, World, a_body
from cli.servers.cluster import find_binaries

SECONDS = 3
COUNT = 300
PATH = "/v1/submissions"
TABLES = """
    CREATE TABLE IF NOT EXISTS benchmark_row (id bigserial PRIMARY KEY, body text NOT NULL);
    CREATE TABLE IF NOT EXISTS benchmark_event (id bigserial PRIMARY KEY, body text NOT NULL);
"""
SCRIPT = """BEGIN;
INSERT INTO benchmark_row (body) VALUES (:body);
INSERT INTO benchmark_event (body) VALUES (:body);
COMMIT;
"""


async def measure(world: World, rounds: int) -> list[Row]:
    """Milliseconds a request, one client after another; the median of each round."""
    await _prepare(world)
    cases = {
        "pgbench: BEGIN, two inserts, COMMIT": partial(_pgbench, world, 1),
        "POST /v1/submissions, one client": partial(_posts, world),
    }
    return await compare(cases, "ms (p50)", rounds)


async def measure_rate(world: World, rounds: int) -> list[Row]:
    """Requests a second, with many clients at once."""
    await _prepare(world)
    cases = {
        "pgbench, 16 clients": partial(_pgbench_rate, world),
        "POST /v1/submissions, 16 clients": partial(_post_rate, world, 16),
        "POST /v1/submissions, 64 clients": partial(_post_rate, world, 64),
    }
    return await compare(cases, "requests/s", rounds)


async def _prepare(world: World) -> None:
    owner = await asyncpg.connect(world.supervisor.addresses.owners["submissions"])
    await owner.execute(TABLES)
    await owner.close()


async def _run_pgbench(world: World, clients: int) -> str:
    with TemporaryDirectory() as folder:
        script = Path(folder) / "two_inserts.sql"
        script.write_text(SCRIPT)
        process = await asyncio.create_subprocess_exec(
            str(find_binaries() / "pgbench"),
            *(
                "-n",
                "-M",
                "prepared",
                "-c",
                str(clients),
                "-j",
                "2" if clients > 1 else "1",
                "-T",
                str(SECONDS),
            ),
            *("-D", f"body={TEXT * 3}", "-f", str(script), world.supervisor.addresses.owners["submissions"]),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        said, _ = await process.communicate()
        return said.decode()


async def _pgbench(world: World, clients: int) -> float:
    found = re.search(r"latency average = ([\d.]+) ms", await _run_pgbench(world, clients))
    assert found is not None
    return float(found[1])


async def _pgbench_rate(world: World) -> float:
    found = re.search(r"tps = ([\d.]+)", await _run_pgbench(world, 16))
    assert found is not None
    return float(found[1])


async def _posts(world: World) -> float:
    seconds: list[float] = []
    async with open_poster(_address(world), world.key) as poster:
        for assignment in world.take(COUNT):
            started = time.perf_counter()
            status, said = await poster.post(PATH, a_body(assignment))
            seconds.append(time.perf_counter() - started)
            assert status == 201, said
    return median(seconds) * 1_000


async def _post_rate(world: World, clients: int) -> float:
    waiting = world.take(COUNT * 16)
    started = time.perf_counter()

    async def work() -> None:
        async with open_poster(_address(world), world.key) as poster:
            while waiting:
                status, said = await poster.post(PATH, a_body(waiting.pop()))
                assert status == 201, said

    await asyncio.gather(*(work() for _ in range(clients)))
    return COUNT * 16 / (time.perf_counter() - started)


def _address(world: World) -> str:
    return world.supervisor.addresses.http["submissions"]
