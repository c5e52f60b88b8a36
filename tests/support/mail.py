"""A real mail server on loopback: it keeps what it got, and refuses, cuts off or stands still when told to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class MailServer:
    """`refusals` answer an address, `answer` a mail; with `cut_off` or `hold` it is kept and nothing is said."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    answer: str = "250 kept"
    cut_off: bool = False
    hold: asyncio.Event | None = None
    connections: int = 0
    _server: asyncio.Server | None = None
    _lines: list[SMTP] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As ROLLCALL_SMTP_URL has it."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """What came for one address."""
        return [message for message in self.messages if message["To"] == address]

    async def start(self) -> None:
        """Listen, on the same port as before."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._make_line(loop), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone, with every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in self._lines:
            _abort(line)
        self._lines.clear()

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802
        """Take or refuse an address; the names of these two are the library's."""
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, _: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a mail, unless it is refused."""
        if not self.answer.startswith("250"):
            return self.answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        if self.hold is not None:
            await self.hold.wait()
        if self.cut_off:
            _abort(server)
        return self.answer

    def _make_line(self, loop: asyncio.AbstractEventLoop) -> Callable[[], SMTP]:
        def make() -> SMTP:
            self.connections += 1
            line = SMTP(self, loop=loop, hostname="mail.test")
            self._lines.append(line)
            return line

        return make


def _abort(line: SMTP) -> None:
    if isinstance(line.transport, asyncio.Transport):
        line.transport.abort()


@asynccontextmanager
async def open_mail_server() -> AsyncIterator[MailServer]:
    """Listen until done."""
    server = MailServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
