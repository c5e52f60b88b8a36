"""Pitfalls 26 and 27: a service ends soon whatever is dead around it, and starts whatever is not there yet."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from cli.servers.ports import find_free_port
from cli.servers.postgres import Postgres
from contracts.registry.organizations import OrganizationRegistered
from tests.support.databases import Cluster, TestDatabase
from tests.support.parts import an_organization, fresh_database, record, told
from tests.support.servers import TestBus, start_cluster
from tests.support.waiting import until

ENDS_WITHIN = 10.0
SERVICE = "registry"


class ServiceProcess:
    """One service in a process of its own, its log in a file."""

    def __init__(self, database_url: str, nats_url: str, folder: Path) -> None:
        self.port = find_free_port()
        self.log = folder / "service.log"
        values = {
            "DATABASE_URL": database_url,
            "NATS_URL": nats_url,
            "PORT": str(self.port),
            "OFFICE": "苏州市委网信办",
            "STORAGE_URL": f"file:{folder}/files",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", f"services.{SERVICE}"],
                env={**os.environ, **{f"ROLLCALL_{name}": value for name, value in values.items()}},
                stderr=log,
            )

    async def status(self, path: str) -> int:
        """What it answers; 0 while it does not listen yet."""
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"http://127.0.0.1:{self.port}{path}")).status_code
        except httpx.TransportError:
            return 0

    async def until_answers(self, path: str, status: int = 200) -> None:
        async def answers() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return await self.status(path) == status

        await until(answers, seconds=30)

    async def until_on_bus(self) -> None:
        async def is_on_bus() -> bool:
            async with httpx.AsyncClient() as client:
                ready = (await client.get(f"http://127.0.0.1:{self.port}/ready")).json()
            return bool(ready["parts"]["bus"] == "ok")

        await until(is_on_bus, seconds=30)

    def terminate(self) -> int:
        """SIGTERM, and its exit status."""
        self.process.terminate()
        return self.process.wait(ENDS_WITHIN)

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@asynccontextmanager
async def service_over(made: TestDatabase, bus: TestBus, folder: Path) -> AsyncIterator[ServiceProcess]:
    service = ServiceProcess(made.url, bus.url(SERVICE), folder)
    try:
        yield service
    finally:
        service.kill()


@pytest.mark.parametrize("fault", ["none", "dead", "frozen"])
async def test_pitfall_26_a_service_ends_clean_whatever_became_of_the_bus(
    cluster: Cluster, bus: TestBus, tmp_path: Path, fault: str
) -> None:
    async with fresh_database(cluster) as (_, made), service_over(made, bus, tmp_path) as service:
        await service.until_answers("/ready")
        await service.until_on_bus()
        if fault == "dead":
            bus.kill()
        elif fault == "frozen":
            bus.freeze()
        assert service.terminate() in (0, -signal.SIGTERM)
        lines = service.log.read_text().splitlines()
        assert any("service_ended" in line for line in lines)
        assert len(lines) <= 20, service.log.read_text()


async def test_pitfall_26_a_service_ends_clean_when_the_database_is_dead(
    bus: TestBus, tmp_path: Path
) -> None:
    postgres = Postgres(tmp_path / "postgres", tmp_path / "postgres.log", durable=False)
    try:
        made = await (await start_cluster(postgres)).clone(SERVICE)
        async with service_over(made, bus, tmp_path) as service:
            await service.until_answers("/ready")
            assert postgres.process is not None
            os.kill(postgres.process.pid, signal.SIGKILL)
            await service.until_answers("/ready", 503)
            assert await service.status("/live") == 200
            assert service.terminate() in (0, -signal.SIGTERM)
            assert "service_ended" in service.log.read_text()
            assert "Traceback" not in service.log.read_text()
    finally:
        await postgres.stop()


async def test_pitfall_27_a_service_serves_before_the_bus_is_there_and_tells_when_it_comes(
    cluster: Cluster, bus: TestBus, tmp_path: Path
) -> None:
    await bus.stop()
    async with fresh_database(cluster) as (database, made), service_over(made, bus, tmp_path) as service:
        await service.until_answers("/live")
        await service.until_answers("/ready")
        await record(database, OrganizationRegistered(organization=an_organization(name="早来的单位")))
        await bus.start()

        async def is_told() -> bool:
            return any("早来的单位".encode() in body for _, _, body in await told(bus, SERVICE))

        await until(is_told, seconds=30)
