"""NATS from its wheel: JetStream that syncs before it confirms, a user a service with only its own subjects."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import nats
import nats.errors

from cli.refusal import CannotStart
from cli.servers.folder import Passwords, make_folder
from cli.servers.lock import FolderLock
from cli.servers.ports import HOST, check_free, find_free_port
from cli.servers.process import Process
from cli.up.folder import write_private
from contracts.streams import DURABLES, HEADS, SERVICES, STREAMS

ADMIN = "bootstrap"
READY_SECONDS = 30.0
ORPHAN_SECONDS = 15.0
STOP_SECONDS = 4.0


def permissions_of(service: str) -> dict[str, Any]:
    """What a service may do on the bus: tell its own events, hear its own durables, and nothing else."""
    durables = [durable for durable in DURABLES if durable.service == service]
    streams = sorted(
        {stream.name for stream in STREAMS if stream.name == service} | {d.stream for d in durables}
    )
    publish = [
        *next(stream.subjects for stream in STREAMS if stream.name == service),
        f"{HEADS.name}.{service}",
        "$JS.API.INFO",
        *(f"$JS.API.STREAM.INFO.{stream}" for stream in streams),
    ]
    for durable in durables:
        publish += [
            f"$JS.API.CONSUMER.INFO.{durable.stream}.{durable.name}",
            f"$JS.API.CONSUMER.MSG.NEXT.{durable.stream}.{durable.name}",
            f"$JS.ACK.{durable.stream}.{durable.name}.>",
        ]
    return {"publish": publish, "subscribe": [f"_INBOX_{service}.>"]}


class Nats:
    """One server over one folder. The port is kept from one start to the next; None takes a free one at the first."""

    def __init__(self, root: Path, log: Path, port: int | None = None) -> None:
        self.root = root
        self.log = log
        self.port = port
        self.process: Process | None = None
        self.passwords = Passwords(root / "passwords.json")
        self.lock = FolderLock(root, "NATS")

    @property
    def store(self) -> Path:
        return self.root / "jetstream"

    @property
    def configuration(self) -> Path:
        return self.root / "nats.json"

    def url(self, user: str) -> str:
        """The address for one user, password included."""
        return f"nats://{user}:{self.passwords.of(user)}@{HOST}:{self.port}"

    async def start(self) -> None:
        """Start the server and return when JetStream answers.

        CannotStart says in one line why not; FolderInUse is the one for a folder that is another's.
        """
        make_folder(self.root)
        self.lock.take()
        try:
            await self._launch()
            await self._until_ready()
        except BaseException:
            if self.process is not None:
                await self.process.stop(0)
            self.lock.release()
            raise

    async def wait(self) -> int:
        """Its exit status, as soon as it has ended."""
        assert self.process is not None
        return await self.process.wait()

    async def stop(self) -> None:
        """Let it leave in order."""
        if self.process is not None:
            await self.process.stop(STOP_SECONDS, signal.SIGTERM)
        self.lock.release()

    async def _launch(self) -> None:
        """Start it, with the lock in its hands."""
        inherited = await self.lock.until_alone(ORPHAN_SECONDS)
        try:
            self.port = self.port or find_free_port()
            check_free(self.port, "NATS")
            write_private(self.configuration, json.dumps(self._configure(), indent=1))
            self.process = Process.start(
                [find_server(), "-c", str(self.configuration)], log=self.log, inherits=[inherited]
            )
        finally:
            os.close(inherited)

    def _configure(self) -> dict[str, Any]:
        users: list[dict[str, Any]] = [
            {"user": service, "password": self.passwords.of(service), "permissions": permissions_of(service)}
            for service in SERVICES
        ]
        users.append({"user": ADMIN, "password": self.passwords.of(ADMIN)})
        return {
            "listen": f"{HOST}:{self.port}",
            "server_name": "rollcall",
            "max_payload": 1024 * 1024,
            "jetstream": {"store_dir": str(self.store), "sync_interval": "always"},
            "authorization": {"users": users},
        }

    async def _until_ready(self) -> None:
        assert self.process is not None
        limit = time.monotonic() + READY_SECONDS
        while not await self._answers():
            if self.process.returncode is not None or time.monotonic() > limit:
                raise CannotStart(f"NATS did not start: {self.process.last_words()}; its log is {self.log}")
            await asyncio.sleep(0.03)

    async def _answers(self) -> bool:
        try:
            # The client would else wait two seconds after a first try that came too early.
            client = await nats.connect(
                self.url(ADMIN),
                connect_timeout=1,
                allow_reconnect=False,
                reconnect_time_wait=0.02,
                max_reconnect_attempts=20,
                error_cb=_ignore,
            )
        except (OSError, TimeoutError, nats.errors.Error):
            return False
        try:
            await client.jetstream(timeout=2).account_info()
        except (OSError, TimeoutError, nats.errors.Error):
            return False
        finally:
            await client.close()
        return True


async def _ignore(_: Exception) -> None:
    """While it is not up yet, every try fails: the loop says so at last."""


def find_server() -> str:
    """The server that its wheel put beside Python."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("nats-server")
    if found is None:
        raise CannotStart("nats-server is not installed; expected it beside Python: make install")
    return found
