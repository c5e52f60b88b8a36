"""A real mail server on loopback: it keeps what it got, and refuses, cuts off or stands still when told to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP


class Mail(EmailMessage):
    """A mail as it came; its content is what a reader of plain text sees."""

    def get_content(self, *arguments: Any, **named: Any) -> Any:
        """The text, also where the same in HTML and files stand beside it."""
        text = self.get_body(("plain",))
        if text is None or text is self:
            return super().get_content(*arguments, **named)
        return str(text.get_content(*arguments, **named)).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        """The same in HTML."""
        found = self.get_body(("html",))
        assert found is not None
        return str(found.get_content())

    @property
    def files(self) -> dict[str, Any]:
        """What is attached, by name."""
        return {str(each.get_filename()): each.get_content() for each in self.iter_attachments()}


POLICY = policy.default.clone(message_factory=Mail)


@dataclass
class MailServer:
    """`refusals` answer an address, `answer` a mail; with `cut_off` or `hold` it is kept and nothing is said."""

    port: int = 0
    messages: list[Mail] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    answer: str = "250 kept"
    cut_off: bool = False
    takes_utf8: bool = False
    hold: asyncio.Event | None = None
    connections: int = 0
    _server: asyncio.Server | None = None
    _lines: list[SMTP] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As ROLLCALL_SMTP_URL has it."""
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[Mail]:
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
        message = message_from_bytes(envelope.content, policy=POLICY)
        assert isinstance(message, Mail)
        self.messages.append(message)
        if self.hold is not None:
            await self.hold.wait()
        if self.cut_off:
            _abort(server)
        return self.answer

    def _make_line(self, loop: asyncio.AbstractEventLoop) -> Callable[[], SMTP]:
        def make() -> SMTP:
            self.connections += 1
            line = SMTP(self, loop=loop, hostname="mail.test", enable_SMTPUTF8=self.takes_utf8)
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
