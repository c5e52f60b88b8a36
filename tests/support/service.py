"""A service's app over a fresh database, without the bus: called over HTTP, told things by its own consumers."""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI

from chassis import access
from chassis.access import AccessKey
from chassis.clock import Clock
from chassis.connections import open_pool
from chassis.database import Database
from chassis.files.settings import FileSettings
from chassis.identity import new_id
from chassis.service import Running, Service, make_app, make_running
from chassis.settings import ServiceSettings
from tests.support.databases import Cluster, TestDatabase
from tests.support.waiting import until


class HandClock(Clock):
    """A clock that is set by hand."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        object.__setattr__(self, "_at", at)

    def now(self) -> datetime:
        at: datetime = object.__getattribute__(self, "_at")
        return at

    def set(self, at: datetime) -> None:
        """Show this moment from now on."""
        object.__setattr__(self, "_at", at)


@dataclass
class ServiceUnderTest:
    """`clock` stands still until it is set."""

    running: Running
    app: FastAPI
    made: TestDatabase
    client: httpx.AsyncClient
    clock: HandClock

    @property
    def database(self) -> Database:
        return self.running.database

    async def hear(self, *facts: Any) -> None:
        """Have the service's own consumer take these facts in, in this order, in one batch."""
        async with self.database.transaction() as tx:
            await self.running.consumers[0].apply(tx, facts)

    async def let_in(self, organization_id: UUID, role: str) -> str:
        """A key that opens this service."""
        id, secret = new_id(), access.make_secret()
        key = AccessKey(id, organization_id, role, access.hash_secret(secret), None, None, 1)
        async with self.database.transaction() as tx:
            await access.keep(tx.connection, [key])
        return access.write_key(id, secret)

    async def ask(self, method: str, path: str, key: str | None, **kwargs: Any) -> httpx.Response:
        """One request."""
        headers = dict(kwargs.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return await self.client.request(method, path, headers=headers, **kwargs)

    async def events(self) -> Sequence[tuple[str, UUID, int, Any]]:
        """What was recorded: type, aggregate, version, actor; in order."""
        async with self.database.reading() as connection:
            rows = await connection.fetch(
                "SELECT type, aggregate_id, aggregate_version, actor FROM events ORDER BY position"
            )
        return [tuple(row) for row in rows]

    async def recorded(self, type: str) -> Sequence[Any]:
        """What the facts of this type say, in order."""
        async with self.database.reading() as connection:
            rows = await connection.fetch("SELECT body FROM events WHERE type = $1 ORDER BY position", type)
        return [json.loads(row["body"]) for row in rows]


@asynccontextmanager
async def listening(service: ServiceUnderTest) -> AsyncIterator[str]:
    """The service's app on a port of this machine, for what has to be streamed; its base address."""
    config = uvicorn.Config(service.app, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.force_exit = server.should_exit = True
        await task


@asynccontextmanager
async def serving(
    cluster: Cluster, service: Service, settings: ServiceSettings, at: datetime
) -> AsyncIterator[ServiceUnderTest]:
    """The service over a database of the test's own; the end of the block leaves nothing behind."""
    made = await cluster.clone(service.name)
    folder = tempfile.TemporaryDirectory(prefix="rollcall-test-")
    if isinstance(settings, FileSettings):
        settings = settings.model_copy(update={"storage_url": f"file:{folder.name}/files"})
    pool = await open_pool(made.url, service.name, 20)
    clock = HandClock(at)
    running = make_running(service, settings, Database(pool, clock))
    app = make_app(running)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://rollcall.test") as client:
            yield ServiceUnderTest(running, app, made, client, clock)
    finally:
        pool.terminate()
        await made.drop()
        folder.cleanup()
