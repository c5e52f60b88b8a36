"""A client that costs next to nothing: one connection kept open, JSON posted, status and body read.

The load comes from the machine that is measured, and an ordinary client takes longer for a request than the service.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit


class Poster:
    """One connection to a service."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, key: str
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.head = f"Host: {host}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"

    async def post(self, path: str, content: Any) -> tuple[int, bytes]:
        """Status and body of the answer."""
        body = json.dumps(content, ensure_ascii=False).encode()
        return await self._ask(
            f"POST {path} HTTP/1.1\r\n{self.head}Content-Length: {len(body)}\r\n\r\n", body
        )

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of the answer."""
        return await self._ask(f"GET {path} HTTP/1.1\r\n{self.head}\r\n")

    async def _ask(self, head: str, body: bytes = b"") -> tuple[int, bytes]:
        self.writer.write(head.encode() + body)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(answer.partition("content-length: ")[2].partition("\r\n")[0])
        return int(answer.split(" ", 2)[1]), await self.reader.readexactly(length)


@asynccontextmanager
async def open_poster(address: str, key: str) -> AsyncIterator[Poster]:
    """Connect to `http://host:port`, and close at the end."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield Poster(reader, writer, parts.netloc, key)
    finally:
        writer.close()
        await writer.wait_closed()
