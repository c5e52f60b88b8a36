"""The scanner: asks clamd what it thinks of a stream of bytes, by its INSTREAM command."""

import asyncio
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

WAIT_SECONDS = 120.0
_CLEAN = "stream: OK"


class ScannerAway(Exception):
    """The scanner does not answer, or gives no verdict: the file is to be shown to it again."""


@dataclass(frozen=True, slots=True)
class Address:
    """`path` of a socket, or `host` and `port`."""

    host: str | None
    port: int | None
    path: str | None


def read_address(url: str) -> Address:
    """The address in `tcp://host:port` or `unix:<path>`; ValueError otherwise."""
    parts = urlsplit(url)
    if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path:
        return Address(parts.hostname, parts.port, None)
    if parts.scheme == "unix" and not parts.netloc and parts.path:
        return Address(None, None, parts.path)
    raise ValueError("expected tcp://host:port or unix:<path>")


async def scan(address: Address, chunks: AsyncIterator[bytes]) -> str | None:
    """None when the scanner finds nothing, else the name of what it found; ScannerAway without a verdict."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            reader, writer = await _connect(address)
            try:
                return _read_verdict(await _ask(reader, writer, chunks))
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise ScannerAway(f"the scanner does not answer: {error!r}") from error


async def _connect(address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.path is not None:
        return await asyncio.open_unix_connection(address.path)
    return await asyncio.open_connection(address.host, address.port)


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, chunks: AsyncIterator[bytes]
) -> str:
    """Send length and bytes of each chunk and a length of 0; the answer ends with a NUL."""
    writer.write(b"zINSTREAM\0")
    async for chunk in chunks:
        writer.write(struct.pack("!I", len(chunk)) + chunk)
        await writer.drain()
    writer.write(struct.pack("!I", 0))
    await writer.drain()
    return (await reader.readuntil(b"\0")).rstrip(b"\0").decode(errors="replace").strip()


def _read_verdict(said: str) -> str | None:
    if said == _CLEAN:
        return None
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(f"the scanner gave no verdict: {said!r}")
