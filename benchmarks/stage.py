"""The servers that are measured on: PostgreSQL with fsync, JetStream with `sync_interval: always`."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import nats
from nats.js import JetStreamContext

from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.database import Database
from chassis.events import System
from chassis.migrations import migrate
from chassis.topology import Topology, bootstrap
from cli.servers.nats import Nats
from cli.servers.postgres import Postgres, ServiceDatabase
from contracts.registry.organizations import Organization, OrganizationRegistered
from contracts.streams import DURABLES, HEADS, SERVICES, STREAMS

ROOT = Path(__file__).parents[1]
ACTOR = System("benchmark")


@dataclass
class Stage:
    """Running servers, with migrated databases."""

    folder: Path
    postgres: Postgres
    nats: Nats
    databases: dict[str, ServiceDatabase]

    async def empty(self, service: str) -> None:
        """Forget what was recorded, so that each case begins alike."""
        owner = await asyncpg.connect(self.databases[service].owner_dsn)
        await owner.execute("TRUNCATE events, outbox, event_chain, stream_state")
        await owner.close()

    @asynccontextmanager
    async def jetstream(self) -> AsyncIterator[JetStreamContext]:
        """The bus with all rights, its streams made anew."""
        client = await nats.connect(self.nats.url("bootstrap"))
        jetstream = client.jetstream(timeout=30)
        for info in await jetstream.streams_info():
            assert info.config.name is not None
            await jetstream.delete_stream(info.config.name)
        await bootstrap(jetstream, Topology((*STREAMS, HEADS), DURABLES))
        try:
            yield jetstream
        finally:
            await client.close()


@asynccontextmanager
async def open_stage() -> AsyncIterator[Stage]:
    """Start, and leave nothing behind."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        stage = Stage(
            root, Postgres(root / "postgres", root / "pg.log"), Nats(root / "nats", root / "nats.log"), {}
        )
        await stage.postgres.start()
        await stage.nats.start()
        try:
            for service in SERVICES:
                stage.databases[service] = await stage.postgres.ensure_service(service)
                await migrate(
                    stage.databases[service].owner_dsn, [ROOT / "services" / service / "migrations"]
                )
            yield stage
        finally:
            await stage.nats.stop()
            await stage.postgres.stop()


def an_organization() -> OrganizationRegistered:
    """An event of ordinary size."""
    now = datetime.now(UTC)
    unit = Organization(
        id=uuid4(),
        version=1,
        created_at=now,
        updated_at=now,
        name="吴江区委宣传部（网信办）",
        kind="district",
    )
    return OrganizationRegistered(organization=unit)


async def record(dsn: str, count: int) -> None:
    """Put events into a log and its outbox."""
    pool = await open_pool(dsn, "benchmark", 4)
    database = Database(pool, Clock())
    for start in range(0, count, 1_000):
        async with database.transaction() as tx:
            await tx.record_all([an_organization() for _ in range(min(1_000, count - start))], ACTOR)
    await pool.close()
