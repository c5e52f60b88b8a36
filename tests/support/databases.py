"""Databases for tests: one template a service, migrated once; one clone a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from chassis.migrations import migrate

ROOT = Path(__file__).parents[2]


def with_database(dsn: str, name: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


class Cluster:
    """A running PostgreSQL, with roles and databases of the services as `rollcall up` makes them."""

    def __init__(self, admin_dsn: str, dsns: dict[str, tuple[str, str]]) -> None:
        self.admin_dsn = admin_dsn
        self.dsns = dsns
        self._migrated: set[str] = set()

    async def execute(self, statement: str) -> None:
        """Run one statement as the superuser."""
        connection = await asyncpg.connect(self.admin_dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def clone(self, service: str) -> "TestDatabase":
        """A fresh database of `service`, migrated."""
        owner, app = self.dsns[service]
        if service not in self._migrated:
            await migrate(owner, [ROOT / "services" / service / "migrations"])
            self._migrated.add(service)
        name = f"test_{uuid4().hex}"
        await self.execute(f"CREATE DATABASE {name} TEMPLATE {service} OWNER {service}")
        await self.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        await self.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {service}_app")
        return TestDatabase(self, name, with_database(owner, name), with_database(app, name))


class TestDatabase:
    """One test's database: `url` is the service's own user, `owner_url` the one that migrates."""

    __test__ = False

    def __init__(self, cluster: Cluster, name: str, owner_url: str, url: str) -> None:
        self.cluster = cluster
        self.name = name
        self.owner_url = owner_url
        self.url = url
        self.admin_url = with_database(cluster.admin_dsn, name)

    async def execute(self, statements: str) -> None:
        """Run statements as the owner: what it makes, the service's own user may read and write."""
        connection = await asyncpg.connect(self.owner_url)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Every connection is cut, and none is let in, until the end of the block."""
        await self.cluster.execute(f"ALTER DATABASE {self.name} CONNECTION LIMIT 0")
        await self.cluster.execute(
            f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{self.name}'"
        )
        try:
            yield
        finally:
            await self.cluster.execute(f"ALTER DATABASE {self.name} CONNECTION LIMIT -1")

    @asynccontextmanager
    async def without_table(self, table: str) -> AsyncIterator[None]:
        """The table is not where it was, until the end of the block."""
        await self.execute(f"ALTER TABLE {table} RENAME TO {table}_elsewhere")
        try:
            yield
        finally:
            await self.execute(f"ALTER TABLE {table}_elsewhere RENAME TO {table}")

    async def drop(self) -> None:
        """Leave nothing behind."""
        await self.cluster.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
