"""A message as every channel takes it, and how a channel says that it did not arrive."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

_ADDRESS = re.compile(r"[^\s<>@,;:]+@[^\s<>@,;:]+")


Frame = Literal["mail", "robot", "sms"]
"""What stands around the things that are told: a mail's greeting and end, a chat's greeting alone, or nothing."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along, of a kind such as text/calendar."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `delivery_id` is the same at every try, so that a repeat is known as one.

    `written_at` is a real moment, of this try. What only some channels can show has a default: the same in HTML,
    files, and the things that it speaks of, each of which is a conversation of its own.
    """

    delivery_id: UUID
    subject: str
    text: str
    items: list[dict[str, Any]]
    written_at: datetime
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    threads: tuple[UUID, ...] = ()


Send = Callable[[Message, Mapping[str, Any]], Awaitable[None]]
"""Sends one message to a contact's channel, as it was set; raises NotDelivered."""


class NotDelivered(Exception):
    """Base: it did not arrive, as far as is known. What it says is kept and told on: it names no mail address."""

    def __init__(self, said: str) -> None:
        super().__init__(_ADDRESS.sub("…@…", " ".join(said.split()))[:300])


class Permanent(NotDelivered):
    """No later try would change it: a person has to look."""


class Transient(NotDelivered):
    """It may arrive at another try, after `asked_seconds` if the other side asked for so many."""

    def __init__(self, said: str, asked_seconds: float = 0.0) -> None:
        super().__init__(said)
        self.asked_seconds = asked_seconds
