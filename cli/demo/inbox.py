"""The demo's mail server: a real SMTP server on loopback that keeps what it is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from cli.servers.ports import find_free_port


@dataclass
class Inbox:
    """What came, in order. `url` is where to send it."""

    url: str
    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802
        """Keep one message; the name is the one that the server's library calls."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 kept"

    def to(self, address: str) -> list[EmailMessage]:
        """What came for one address."""
        return [message for message in self.messages if address in str(message["To"])]


def read_text(mail: EmailMessage) -> str:
    """What a reader of plain text sees."""
    text = mail.get_body(("plain",))
    return "" if text is None else str(text.get_content()).replace("\r\n", "\n")


@contextmanager
def open_inbox() -> Iterator[Inbox]:
    """Listen until done."""
    port = find_free_port()
    inbox = Inbox(f"smtp://127.0.0.1:{port}")
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()
