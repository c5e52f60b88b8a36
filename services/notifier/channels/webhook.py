"""Webhooks, signed after Standard Webhooks; sent only to the address that was looked at."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx
from standardwebhooks.webhooks import Webhook

from services.notifier.channels.address import resolve
from services.notifier.channels.message import Message, Permanent, Send, Transient
from services.notifier.settings import NotifierSettings

SECONDS = 10.0
LONGEST_ASKED_SECONDS = 3_600.0
_NOT_NOW = (408, 425, 429)
_UNSHARED = httpx.Limits(max_keepalive_connections=0)
"""Two hosts may share an address, and one is never told the other's messages."""


@asynccontextmanager
async def opened(settings: NotifierSettings) -> AsyncIterator[Send]:
    """A client for one batch, with a connection for each message."""
    async with httpx.AsyncClient(
        verify=_tls(), timeout=SECONDS, follow_redirects=False, trust_env=False, limits=_UNSHARED
    ) as client:
        poster = Poster(client, settings.webhook_allow_private)
        yield poster.send


class Poster:
    """Posts messages; `allow_private` lets them go into this machine and its networks."""

    def __init__(self, client: httpx.AsyncClient, allow_private: bool) -> None:
        self.client = client
        self.allow_private = allow_private

    async def send(self, message: Message, setting: Mapping[str, Any]) -> None:
        """Post one message; success is 2xx, and only the status is read. Redirects are not followed."""
        parts = urlsplit(setting["url"])
        body = write_body(message)
        headers = write_headers(message, setting.get("secret"), body)
        try:
            async with asyncio.timeout(SECONDS):
                address = await resolve(parts, self.allow_private)
                status, asked = await self._post(parts, address, headers, body)
        except TimeoutError:
            raise Transient(f"no answer within {SECONDS:g} s") from None
        except (httpx.HTTPError, OSError) as error:
            raise Transient(f"the webhook was cut off: {type(error).__name__}") from error
        if status in _NOT_NOW or status >= 500:
            raise Transient(f"answered {status}", read_retry_after(asked, message.written_at))
        if not 200 <= status < 300:
            raise Permanent(f"answered {status}; expected 2xx")

    async def _post(
        self, parts: SplitResult, address: str, headers: dict[str, str], body: str
    ) -> tuple[int, str | None]:
        """Connect to the address, under the host's own name; the status, and the Retry-After."""
        host = f"[{address}]" if ":" in address else address
        netloc = host if parts.port is None else f"{host}:{parts.port}"
        target = parts._replace(netloc=netloc, fragment="").geturl()
        async with self.client.stream(
            "POST",
            target,
            content=body.encode(),
            headers={**headers, "Host": parts.netloc},
            extensions={"sni_hostname": parts.hostname},
        ) as answer:
            return answer.status_code, answer.headers.get("retry-after")


def write_body(message: Message) -> str:
    """The body, as Standard Webhooks has it."""
    content = {
        "type": "rollcall.notification",
        "timestamp": message.written_at.astimezone(UTC).isoformat(),
        "data": {"subject": message.subject, "text": message.text, "items": message.items},
    }
    return json.dumps(content, ensure_ascii=False)


def write_headers(message: Message, secret: str | None, body: str) -> dict[str, str]:
    """The headers: the id is the same at every try, the moment and the signature are this one's."""
    id = f"msg_{message.delivery_id.hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(message.written_at.timestamp())),
    }
    if secret is not None:
        headers["webhook-signature"] = Webhook(secret).sign(id, message.written_at, body)
    return headers


def read_retry_after(text: str | None, now: datetime) -> float:
    """Seconds that the other side asks to wait (RFC 9110, 10.2.3), an hour at most; 0 when it names none."""
    if text is None:
        return 0.0
    if text.strip().isdecimal():
        seconds = float(text)
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_ASKED_SECONDS)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Made once: reading the authorities takes longer than a message."""
    return httpx.create_ssl_context(trust_env=False)
