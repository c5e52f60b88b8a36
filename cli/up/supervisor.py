"""The supervisor: starts the servers and the services in order, starts anew what dies, stops all within its time."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import nats

from chassis.migrations import migrate
from chassis.topology import Topology, bootstrap
from cli.installation import Addresses, write_addresses
from cli.servers.nats import Nats
from cli.servers.postgres import Postgres
from cli.servers.process import Process
from cli.up.folder import Folder
from cli.up.settings import environment
from contracts.streams import DURABLES, HEADS, SERVICES, STREAMS

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0
PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0)
"""Seconds before a service that died is started again; a long life begins them anew."""
STOP_SECONDS = 6.0

Say = Callable[[str], None]


@dataclass
class Supervisor:
    """One installation's processes. `extra` is more environment for each service, by its name."""

    folder: Folder
    ports: Mapping[str, int]
    extra: Mapping[str, Mapping[str, str]]
    say: Say
    addresses: Addresses = field(init=False)
    processes: dict[str, Process] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    mending: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.postgres = Postgres(self.folder.root / "postgres", log=self.folder.logs / "postgres.log")
        self.nats = Nats(self.folder.root / "nats", log=self.folder.logs / "nats.log")

    async def start(self) -> None:
        """Servers, databases, streams, services; returns when all answer that they are ready."""
        await asyncio.gather(self.postgres.start(), self.nats.start())
        databases = {service: await self.postgres.ensure_service(service) for service in SERVICES}
        self.addresses = Addresses(
            databases={service: database.app_dsn for service, database in databases.items()},
            owners={service: database.owner_dsn for service, database in databases.items()},
            http={service: f"http://127.0.0.1:{port}" for service, port in self.ports.items()},
            nats_admin=self.nats.url("bootstrap"),
        )
        write_addresses(self.folder, self.addresses)
        await asyncio.gather(
            self._bootstrap(),
            *(
                migrate(databases[service].owner_dsn, [ROOT / "services" / service / "migrations"])
                for service in SERVICES
            ),
        )
        for service in SERVICES:
            self._start_service(service)
        await asyncio.gather(*(self._until_ready(service) for service in SERVICES))

    async def watch(self) -> None:
        """Start anew what dies, until told to stop."""
        watching = [asyncio.create_task(self._keep(service)) for service in SERVICES]
        watching += [asyncio.create_task(self._keep_postgres()), asyncio.create_task(self._keep_nats())]
        await self.stopping.wait()
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)

    async def stop(self) -> None:
        """Services first, so that they can still leave their servers in order; then those."""
        await asyncio.gather(*(process.stop(STOP_SECONDS) for process in self.processes.values()))
        await self.nats.stop()
        await self.postgres.stop()

    async def _bootstrap(self) -> None:
        client = await nats.connect(self.nats.url("bootstrap"), connect_timeout=2)
        try:
            await bootstrap(client.jetstream(timeout=5), Topology((*STREAMS, HEADS), DURABLES))
        finally:
            await client.close()

    def _start_service(self, service: str) -> None:
        self.processes[service] = Process.start(
            [sys.executable, "-m", f"services.{service}"],
            log=self.folder.logs / f"{service}.log",
            env=environment(
                service,
                self.addresses.databases[service],
                self.nats.url(service),
                self.ports[service],
                self.folder,
                self.extra.get(service, {}),
            ),
        )

    async def _until_ready(self, service: str) -> None:
        limit = time.monotonic() + READY_SECONDS
        async with httpx.AsyncClient(timeout=2) as client:
            while time.monotonic() < limit:
                with contextlib.suppress(httpx.HTTPError):
                    answer = await client.get(f"{self.addresses.http[service]}/ready")
                    if answer.status_code == 200 and answer.json()["parts"]["bus"] == "ok":
                        return
                if self.processes[service].returncode is not None:
                    break
                await asyncio.sleep(0.05)
        raise ServiceFailed(service, self.folder.logs / f"{service}.log")

    async def _keep(self, service: str) -> None:
        died = 0
        while True:
            started = time.monotonic()
            status = await self.processes[service].wait()
            died = 0 if time.monotonic() - started > 60 else died
            pause = PAUSES[min(died, len(PAUSES) - 1)]
            died += 1
            self.say(f"{service} ended with status {status}; starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            await self._mend()
            self._start_service(service)

    async def _mend(self) -> None:
        """Make streams and durables that have gone, before a service looks for them again."""
        async with self.mending:
            try:
                await asyncio.wait_for(self._bootstrap(), timeout=10)
            except Exception as error:
                self.say(f"the bus could not be looked after: {error!r}")

    async def _keep_postgres(self) -> None:
        while True:
            status = await self.postgres.wait()
            self.say(f"postgres ended with status {status}; starting it again")
            await self._start_again(self.postgres.start)

    async def _keep_nats(self) -> None:
        while True:
            status = await self.nats.wait()
            self.say(f"nats ended with status {status}; starting it again")
            await self._start_again(self.nats.start)

    async def _start_again(self, start: Callable[[], object]) -> None:
        for pause in (*PAUSES, *([PAUSES[-1]] * 1_000)):
            try:
                await start()  # type: ignore[misc]
                return
            except Exception as error:
                self.say(f"not started: {error}")
                await asyncio.sleep(pause)


class ServiceFailed(Exception):
    """A service did not become ready."""

    def __init__(self, service: str, log: Path) -> None:
        super().__init__(f"{service} did not become ready; its log is {log}")
