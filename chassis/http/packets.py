"""Packets: an answer leaves in one, its head not apart from its body; each costs both ends a system call."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class HeadKeeping:
    """A transport that keeps a head back until its body is written, or until the loop's turn ends."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, or keep back what ends as a head does."""
        if not self._head and data.endswith(b"\r\n\r\n"):
            self._head = data
            self._loop.call_soon(self._flush)
            return
        head, self._head = self._head, b""
        self._transport.write(head + data)

    def close(self) -> None:
        """Close when all is sent."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head and not self._transport.is_closing():
            self.write(b"")


class OnePacketProtocol(HttpToolsProtocol):
    """Uvicorn's own protocol over such a transport."""

    def connection_made(self, transport: Any) -> None:
        """A caller is there."""
        super().connection_made(HeadKeeping(transport))  # type: ignore[arg-type]
