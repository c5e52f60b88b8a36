"""The servers that tests run on: one PostgreSQL a test process, one NATS a test that needs a bus."""

import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
from nats.js import JetStreamContext

from chassis.topology import Topology, bootstrap
from cli.servers.nats import ADMIN, Nats
from cli.servers.postgres import Postgres
from contracts.streams import DURABLES, HEADS, SERVICES, STREAMS
from tests.support.databases import Cluster

TOPOLOGY = Topology((*STREAMS, HEADS), DURABLES)


async def start_cluster(postgres: Postgres) -> Cluster:
    """Start PostgreSQL with each service's roles, as `rollcall up` makes them; nothing in it is bound to a loop."""
    await postgres.start()
    databases = {service: await postgres.ensure_service(service) for service in SERVICES}
    dsns = {service: (each.owner_dsn, each.app_dsn) for service, each in databases.items()}
    return Cluster(postgres.admin_dsn, dsns)


class TestBus:
    """A NATS server of one test's own, with streams and durables made; it can be stopped, frozen, killed, wiped."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.server = Nats(folder / "nats", folder / "nats.log")

    def url(self, user: str) -> str:
        """The address for one user."""
        return self.server.url(user)

    async def start(self) -> None:
        """Start, on the same port as before, and make what is missing."""
        await self.server.start()
        async with self.administer() as jetstream:
            await bootstrap(jetstream, TOPOLOGY)

    async def start_bare(self) -> None:
        """Start and make nothing."""
        await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()

    def kill(self) -> None:
        """kill -9."""
        assert self.server.process is not None
        self.server.process.kill()

    def freeze(self) -> None:
        """Stand still, with all connections open."""
        assert self.server.process is not None
        os.kill(self.server.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        assert self.server.process is not None
        os.kill(self.server.process.pid, signal.SIGCONT)

    def wipe(self) -> None:
        """Throw its store away; only while it is stopped."""
        shutil.rmtree(self.server.store, ignore_errors=True)

    @asynccontextmanager
    async def administer(self) -> AsyncIterator[JetStreamContext]:
        """JetStream with all rights."""
        client = await nats.connect(self.url(ADMIN))
        try:
            yield client.jetstream(timeout=5)
        finally:
            await client.close()
