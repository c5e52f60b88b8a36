"""A database and a bus for each test of the chassis, and the parts that work between them."""

from collections.abc import AsyncIterator

import pytest

from chassis.bus import Bus
from chassis.database import Database
from chassis.relay import Relay
from tests.integration.chassis.parts import connected, make_relay, opened
from tests.support.databases import Cluster, TestDatabase
from tests.support.servers import TestBus

TABLES = """
    CREATE TABLE note (id uuid PRIMARY KEY, version integer NOT NULL, title text NOT NULL, count integer NOT NULL);
    CREATE TABLE copy (id uuid PRIMARY KEY, version integer NOT NULL, name text NOT NULL);
    CREATE TABLE effect (id uuid NOT NULL, version integer NOT NULL);
"""


@pytest.fixture
async def registry(cluster: Cluster) -> AsyncIterator[TestDatabase]:
    """A migrated database with three tables to try things on."""
    database = await cluster.clone("registry")
    await database.execute(TABLES)
    yield database
    await database.drop()


@pytest.fixture
async def database(registry: TestDatabase) -> AsyncIterator[Database]:
    """The same, as its service opens it."""
    async with opened(registry.url) as database:
        yield database


@pytest.fixture
async def line(bus: TestBus) -> AsyncIterator[Bus]:
    """The registry's own way to the bus."""
    async with connected(bus) as line:
        yield line


@pytest.fixture
def relay(registry: TestDatabase, database: Database, line: Bus) -> Relay:
    """The registry's relay, not running yet."""
    return make_relay(registry.url, database, line)
