"""A real HTTP server on loopback for webhooks: it keeps what it got, and answers as it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def items(self) -> list[dict[str, Any]]:
        """What it tells."""
        found: list[dict[str, Any]] = json.loads(self.body)["data"]["items"]
        return found


@dataclass
class HookServer:
    """`status` and `headers` are answered, or what `decide` says: a status and a body.

    `mode` is answer, hang (never), cut (close without an answer), half (close in the middle of one) or drip (a byte
    now and then).
    """

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    mode: str = "answer"
    decide: Callable[[Call], tuple[int, bytes]] | None = None
    connections: int = 0
    calls: list[Call] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://127.0.0.1:{self.port}/hooks/secret-path"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone, with every connection."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._answer(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            call = await _read_call(reader)
            self.calls.append(call)
            if self.mode == "hang":
                await asyncio.Event().wait()
            if self.mode != "cut":
                await self._write(writer, call)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, call: Call) -> None:
        status, body = (self.status, b"") if self.decide is None else self.decide(call)
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = f"HTTP/1.1 {status} Said\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{extra}\r\n"
        whole = head.encode() + body
        if self.mode == "drip":
            for each in whole:
                writer.write(bytes([each]))
                await writer.drain()
                await asyncio.sleep(0.2)
        writer.write(whole[: len(whole) - len(body) // 2 - 1] if self.mode == "half" else whole)
        await writer.drain()


async def _read_call(reader: asyncio.StreamReader) -> Call:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Call(first.split(" ")[1], headers, body)


@asynccontextmanager
async def open_hook_server() -> AsyncIterator[HookServer]:
    """Listen until done."""
    server = HookServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
