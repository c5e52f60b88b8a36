"""Webhooks, signed after Standard Webhooks; sent only to the address that was looked at."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
from standardwebhooks.webhooks import Webhook

from services.notifier.channels.address import resolve
from services.notifier.channels.message import Message, Send
from services.notifier.channels.posting import check_status, open_client, post
from services.notifier.settings import NotifierSettings


@asynccontextmanager
async def opened(settings: NotifierSettings) -> AsyncIterator[Send]:
    """Sends over one client for a batch."""
    async with open_client() as client:
        yield Poster(client, settings.webhook_allow_private).send


class Poster:
    """Posts messages; `allow_private` lets them go into this machine and its networks."""

    def __init__(self, client: httpx.AsyncClient, allow_private: bool) -> None:
        self.client = client
        self.allow_private = allow_private

    async def send(self, message: Message, setting: Mapping[str, Any]) -> None:
        """Post one message; only the status of the answer is read. Redirects are not followed."""
        body = write_body(message)
        headers = write_headers(message, current_secrets(setting, message.written_at), body)
        check_address = partial(resolve, allow_private=self.allow_private)
        parts = urlsplit(setting["url"])
        check_status(await post(self.client, parts, headers, body, message.written_at, check_address))


def vendor_of(_: NotifierSettings, setting: Mapping[str, Any]) -> str:
    """Whose being away is one and the same thing: the host."""
    return urlsplit(setting["url"]).hostname or ""


def write_body(message: Message) -> str:
    """The body, as Standard Webhooks has it."""
    content = {
        "type": "rollcall.notification",
        "timestamp": message.written_at.astimezone(UTC).isoformat(),
        "data": {"subject": message.subject, "text": message.text, "items": message.items},
    }
    return json.dumps(content, ensure_ascii=False)


def current_secrets(setting: Mapping[str, Any], now: datetime) -> list[str]:
    """What it is signed with: the secret, and for a while the ones before."""
    former = [
        each["secret"] for each in setting.get("former", ()) if datetime.fromisoformat(each["until"]) > now
    ]
    return [each for each in (setting.get("secret"), *former) if each is not None]


def write_headers(message: Message, secrets: list[str], body: str) -> dict[str, str]:
    """The headers: the id is the same at every try, the moment and the signatures are this one's."""
    id = f"msg_{message.delivery_id.hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(message.written_at.timestamp())),
    }
    if secrets:
        headers["webhook-signature"] = " ".join(
            Webhook(each).sign(id, message.written_at, body) for each in secrets
        )
    return headers
