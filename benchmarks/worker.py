"""One worker: a process of submissions in the role `serve`, as it stands behind a balancer; nothing hears or tells."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import psutil
from pydantic_core import to_json

from benchmarks.crowd import write_request
from benchmarks.stage import ROOT, Stage
from benchmarks.world import SECTIONS, SEED_ASSIGNMENTS, a_body
from chassis import access
from chassis.access import AccessKey
from chassis.identity import new_id
from cli.servers.ports import find_free_port

PATH = "/v1/submissions"
START_SECONDS = 30.0
MOST_CALLERS = 5_000


@dataclass
class Worker:
    """Where it listens, and what is still owed there."""

    port: int
    owner_dsn: str
    keys: list[str]
    assignments: list[UUID]
    process: psutil.Process

    def take(self, count: int, once: bool = True, callers: int = 1) -> list[bytes]:
        """Hand-ins that were not sent yet, each with an Idempotency-Key of its own unless `once` is False; of so many
        callers in turn, each with a key of the office.
        """
        taken, self.assignments = self.assignments[:count], self.assignments[count:]
        assert len(taken) == count
        return [
            write_request(
                self.port, PATH, self.keys[n % callers], to_json(a_body(id)), str(id) if once else None
            )
            for n, id in enumerate(taken)
        ]

    def cpu_seconds(self) -> float:
        """What it has taken of a processor since it started."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@asynccontextmanager
async def open_worker(stage: Stage, assignment_count: int) -> AsyncIterator[Worker]:
    """Start it on a database where one unit owes so much, and stop it at the end."""
    database, port = stage.databases["submissions"], find_free_port()
    secrets, unit = {new_id(): access.make_secret() for _ in range(MOST_CALLERS)}, new_id()
    assignments = [new_id() for _ in range(assignment_count)]
    connection = await asyncpg.connect(database.app_dsn)
    await connection.execute(SEED_ASSIGNMENTS, assignments, new_id(), new_id(), unit, SECTIONS)
    await access.keep(
        connection,
        [
            AccessKey(id, unit, "reporter", access.hash_secret(secret), None, None, 1)
            for id, secret in secrets.items()
        ],
    )
    await connection.close()
    settings = {
        "ROLLCALL_DATABASE_URL": database.app_dsn,
        "ROLLCALL_NATS_URL": stage.nats.url("submissions"),
        "ROLLCALL_PORT": str(port),
        "ROLLCALL_ROLE": "serve",
        "ROLLCALL_STORAGE_URL": f"file:{stage.folder}/files",
        "ROLLCALL_LOG_LEVEL": "error",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.submissions", cwd=ROOT, env=os.environ | settings
    )
    try:
        await _until_it_listens(port)
        keys = [access.write_key(id, secret) for id, secret in secrets.items()]
        yield Worker(port, database.owner_dsn, keys, assignments, psutil.Process(process.pid))
    finally:
        process.terminate()
        await process.wait()


async def _until_it_listens(port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
