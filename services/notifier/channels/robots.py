"""Robots of group chats: posted to at their vendor's one host, and judged by the code inside the answer."""

import json
import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx

from services.notifier.channels.lengths import Size, divide
from services.notifier.channels.message import Message, NotDelivered, Permanent, Send, Transient
from services.notifier.channels.posting import Answer, check_status, open_client, post
from services.notifier.channels.refusals import BadRecipient, Throttled
from services.notifier.settings import NotifierSettings

_MENTION = re.compile(r"<at\b|@(?=all\b|所有人)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many a robot may be sent in a minute and in a second; `reserve` of a minute's are for what is urgent."""

    per_minute: int
    reserve: int
    per_second: int


@dataclass(frozen=True, slots=True)
class Codes:
    """What the vendor's codes mean; a code that stands nowhere here is refused for good and said as it came."""

    field: str
    throttled: Mapping[int, float]
    again: Collection[int] = ()
    gone: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Robot:
    """One vendor's robots: where they are, what is written to them, what their answers mean.

    `write` makes the address and the body of a text; it signs them where there is a secret.
    """

    base_setting: str
    path: str
    takes_secret: bool
    pace: Pace
    codes: Codes
    longest: int
    size: Size
    write: Callable[[SplitResult, str | None, str, datetime], tuple[SplitResult, dict[str, Any]]]

    @asynccontextmanager
    async def opened(self, settings: NotifierSettings) -> AsyncIterator[Send]:
        """Sends over one client for a batch."""
        async with open_client() as client:

            async def send(message: Message, setting: Mapping[str, Any]) -> None:
                await self._send(client, settings, message, setting)

            yield send

    async def _send(
        self,
        client: httpx.AsyncClient,
        settings: NotifierSettings,
        message: Message,
        setting: Mapping[str, Any],
    ) -> None:
        parts = urlsplit(setting["url"])
        if not self.is_at_home(settings, parts):
            raise Permanent(f"the robot's host is not the vendor's; expected {self.base_of(settings)}")
        target, body = self.write(parts, setting.get("secret"), message.text, message.written_at)
        answer = await post(client, target, {}, json.dumps(body, ensure_ascii=False), message.written_at)
        error = read_answer(answer, self.codes)
        if error is not None:
            raise error

    def base_of(self, settings: NotifierSettings) -> str:
        """The one address that robots of this kind may be at."""
        base: str = getattr(settings, self.base_setting)
        return base

    def is_at_home(self, settings: NotifierSettings, parts: SplitResult) -> bool:
        """Whether an address is one of this vendor's robots."""
        home = urlsplit(self.base_of(settings))
        return (parts.scheme, parts.netloc) == (home.scheme, home.netloc) and parts.path.startswith(self.path)

    def vendor_of(self, settings: NotifierSettings, _: Mapping[str, Any]) -> str:
        """Whose being away is one and the same thing."""
        return urlsplit(self.base_of(settings)).netloc

    def divide(self, message: Message) -> list[Message]:
        """The subject stands above the text; what does not fit goes on in another message."""
        text = calm(f"{message.subject}\n{message.text}".strip())
        return divide(replace(message, text=text), self.longest, self.size)


def read_answer(answer: Answer, codes: Codes) -> NotDelivered | None:
    """What an answer means: the code inside decides, whatever the status says; None is delivered."""
    if answer.status >= 500:
        check_status(answer)
    found = answer.read_json()
    code = found.get(codes.field)
    if type(code) is not int:
        check_status(answer)
        return Transient(f"answered {answer.status} without {codes.field}")
    said = f"{codes.field} {code}: {found.get('errmsg') or found.get('msg') or ''}".rstrip(": ")
    if code == 0:
        check_status(answer)
        return None
    if code in codes.throttled or answer.status == 429:
        return Throttled(said, max(codes.throttled.get(code, 60.0), answer.asked_seconds))
    if code in codes.again:
        return Transient(said, answer.asked_seconds)
    return BadRecipient(said) if code in codes.gone else Permanent(said)


def bytes_of(text: str) -> int:
    """Bytes in UTF-8, as WeCom counts."""
    return len(text.encode())


def bytes_in_json(text: str) -> int:
    """Bytes in the body, as those count who limit the whole of it."""
    return len(json.dumps(text, ensure_ascii=False).encode())


def calm(text: str) -> str:
    """The text with nothing in it that would call everybody in the group."""
    return _MENTION.sub(lambda found: {"<": "＜", "@": "＠"}[found[0][0]] + found[0][1:], text)
