"""Servers for the tests of the launcher: one of each for those that only look, fresh ones for those that break."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from cli.servers.nats import Nats
from cli.servers.postgres import Postgres


@pytest.fixture(scope="module")
def running_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server as `rollcall up` runs it, for tests that leave it as it is."""
    root = tmp_path_factory.mktemp("postgres")
    server = Postgres(root / "postgres", log=root / "postgres.log")
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture(scope="module")
def running_nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    """A server as `rollcall up` runs it, for tests that leave it as it is."""
    root = tmp_path_factory.mktemp("nats")
    server = Nats(root / "nats", log=root / "nats.log")
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest_asyncio.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[Postgres]:
    """One that is not started yet, over an empty folder."""
    server = Postgres(tmp_path / "postgres", log=tmp_path / "postgres.log")
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[Nats]:
    """One that is not started yet, over an empty folder."""
    server = Nats(tmp_path / "nats", log=tmp_path / "nats.log")
    yield server
    await server.stop()
