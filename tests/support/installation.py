"""A whole installation, run by the real command in a process of its own, as an operator would."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
READY_SECONDS = 40.0


def free_port_base() -> int:
    """A number with five free ports at and above it.

    Below those that the kernel gives to whoever connects somewhere, and drawn by no seed: two workers have the same.
    """
    chance = random.SystemRandom()
    while True:
        base = chance.randrange(12_000, 32_000, 10)
        with socket_set(range(base, base + 5)) as bound:
            if bound:
                return base


@contextmanager
def socket_set(ports: range) -> Iterator[bool]:
    """Whether all of these ports could be bound."""
    sockets: list[socket.socket] = []
    try:
        for port in ports:
            trial = socket.socket()
            sockets.append(trial)
            trial.bind(("127.0.0.1", port))
        yield True
    except OSError:
        yield False
    finally:
        for each in sockets:
            each.close()


class Installation:
    """`rollcall up` over one folder."""

    def __init__(
        self, data: Path, env: Mapping[str, str] | None = None, port_base: int | None = None
    ) -> None:
        self.data = data
        self.port_base = port_base or free_port_base()
        self.env = {**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})}
        self.output = data.parent / f"{data.name}.out"
        self.popen: subprocess.Popen[bytes] | None = None
        self.tree: list[psutil.Process] = []

    def command(self, *arguments: str) -> list[str]:
        """The command line of a subcommand."""
        return [sys.executable, "-m", "cli", *arguments]

    def run(self, *arguments: str, seconds: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run a subcommand to its end."""
        return subprocess.run(
            self.command(*arguments), cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=seconds
        )

    async def start(self) -> float:
        """Start it; the seconds until it said that it is ready."""
        started = time.monotonic()
        mark = self._spawn()

        def is_ready() -> bool:
            assert self.popen is not None
            said = self.output.read_bytes()[mark:].decode(errors="replace")
            assert self.popen.poll() is None, f"it ended with {self.popen.poll()}: {said}"
            return "\nready;" in f"\n{said}"

        await until(is_ready, seconds=READY_SECONDS)
        self.remember_tree()
        return time.monotonic() - started

    def _spawn(self) -> int:
        with self.output.open("ab") as out:
            mark = out.tell()
            arguments = ("up", "--data", str(self.data), "--port-base", str(self.port_base))
            self.popen = subprocess.Popen(
                self.command(*arguments), cwd=ROOT, env=self.env, stdout=out, stderr=out
            )
        return mark

    def remember_tree(self) -> None:
        """All processes that belong to it at this moment."""
        assert self.popen is not None
        top = psutil.Process(self.popen.pid)
        self.tree = [top, *top.children(recursive=True)]

    async def stop(self, seconds: float = 20) -> tuple[int, float]:
        """SIGTERM; its exit status and how long it took."""
        assert self.popen is not None
        self.remember_tree()
        started = time.monotonic()
        self.popen.send_signal(signal.SIGTERM)
        await until(lambda: self.popen is not None and self.popen.poll() is not None, seconds=seconds)
        return self.popen.returncode, time.monotonic() - started

    def kill_tree(self) -> None:
        """kill -9 of everything at once."""
        self.remember_tree()
        for process in self.tree:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        assert self.popen is not None
        self.popen.wait(10)

    def left(self) -> list[str]:
        """What still runs of the processes that belonged to it."""
        return [
            " ".join(each.cmdline()) for each in self.tree if each.is_running() and each.status() != "zombie"
        ]

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        if self.popen is not None and self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(15)
            except subprocess.TimeoutExpired:
                self.kill_tree()

    @property
    def key(self) -> str:
        """The first coordinator's key."""
        return (self.data / "coordinator.key").read_text().strip()

    def url(self, service: str) -> str:
        """A service's address."""
        place = ("registry", "submissions", "notifier", "reporting").index(service) + 1
        return f"http://127.0.0.1:{self.port_base + place}"

    async def ask(
        self, method: str, service: str, path: str, key: str | None = None, **kwargs: Any
    ) -> httpx.Response:
        """One request."""
        headers = {"Authorization": f"Bearer {key or self.key}", **kwargs.pop("headers", {})}
        async with httpx.AsyncClient(timeout=10) as client:
            return await client.request(method, self.url(service) + path, headers=headers, **kwargs)

    async def ask_until(
        self,
        method: str,
        service: str,
        path: str,
        status: int,
        key: str | None = None,
        seconds: float = 20,
        **kwargs: Any,
    ) -> Any:
        """The JSON of an answer once it has this status: what was just made takes a moment to arrive."""
        limit = time.monotonic() + seconds
        while True:
            try:
                answer = await self.ask(method, service, path, key, **kwargs)
                if answer.status_code == status:
                    return answer.json() if answer.content else None
                said = answer.text
            except httpx.TransportError as error:
                said = repr(error)
            assert time.monotonic() < limit, f"{method} {service} {path}: {said}"
            await asyncio.sleep(0.05)
