"""The servers as fixtures: real ones, started once a test process, or once a test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chassis import logs
from cli.servers.postgres import Postgres
from tests.support.databases import Cluster
from tests.support.servers import TestBus, start_cluster


@pytest.fixture(scope="session", autouse=True)
def _plain_logs() -> None:
    """As services write them: a line each, and no pictures of tracebacks."""
    logs.configure("test", "warning")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running PostgreSQL; `await cluster.clone("registry")` is a fresh, migrated database."""
    folder = tmp_path_factory.mktemp("cluster")
    postgres = Postgres(folder / "postgres", folder / "postgres.log", durable=False)
    try:
        yield asyncio.run(start_cluster(postgres))
    finally:
        asyncio.run(postgres.stop())


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[TestBus]:
    """A running NATS of the test's own, with streams and durables made."""
    server = TestBus(tmp_path)
    await server.start()
    yield server
    if server.server.process is not None and server.server.process.returncode is None:
        server.thaw()
        await server.stop()
