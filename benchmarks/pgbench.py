"""pgbench as the measure of the machine: two inserts of a hand-in's size in a transaction, fsync on, prepared."""

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from benchmarks.world import TEXT
from cli.servers.cluster import find_binaries

SECONDS = 3
TABLES = """
    CREATE TABLE IF NOT EXISTS benchmark_row (id bigserial PRIMARY KEY, body text NOT NULL);
    CREATE TABLE IF NOT EXISTS benchmark_event (id bigserial PRIMARY KEY, body text NOT NULL);
"""
SCRIPT = """BEGIN;
INSERT INTO benchmark_row (body) VALUES (:body);
INSERT INTO benchmark_event (body) VALUES (:body);
COMMIT;
"""


async def measure_latency(dsn: str) -> float:
    """Milliseconds a transaction, of one client."""
    return await _read(dsn, 1, r"latency average = ([\d.]+) ms")


async def measure_rate(dsn: str) -> float:
    """Transactions a second, of 16 clients."""
    return await _read(dsn, 16, r"tps = ([\d.]+)")


async def _read(dsn: str, clients: int, pattern: str) -> float:
    owner = await asyncpg.connect(dsn)
    await owner.execute(TABLES)
    await owner.close()
    with TemporaryDirectory() as folder:
        script = Path(folder) / "two_inserts.sql"
        script.write_text(SCRIPT)
        process = await asyncio.create_subprocess_exec(
            *(str(find_binaries() / "pgbench"), "-n", "-M", "prepared", "-T", str(SECONDS)),
            *("-c", str(clients), "-j", "2" if clients > 1 else "1"),
            *("-D", f"body={TEXT * 3}", "-f", str(script), dsn),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        said, _ = await process.communicate()
    found = re.search(pattern, said.decode())
    assert found is not None
    return float(found[1])
