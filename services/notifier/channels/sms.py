"""Text messages, through a gateway of the office's own that speaks what docs/channels.md says."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.notifier.channels.lengths import divide
from services.notifier.channels.message import Message, Permanent, Send, Transient
from services.notifier.channels.posting import Answer, check_status, open_client, post
from services.notifier.channels.refusals import BadRecipient, NotNow
from services.notifier.channels.webhook import write_headers
from services.notifier.settings import NotifierSettings

ALONE, LINKED = 70, 67
"""UCS-2 units that one part holds by itself, and as one of several (3GPP TS 23.040, 9.2.3.24.1)."""
MOST_PARTS = 8


@asynccontextmanager
async def opened(settings: NotifierSettings) -> AsyncIterator[Send]:
    """Sends over one client for a batch."""
    async with open_client() as client:

        async def send(message: Message, setting: Mapping[str, Any]) -> None:
            await _send(client, settings, message, setting)

        yield send


async def _send(
    client: httpx.AsyncClient, settings: NotifierSettings, message: Message, setting: Mapping[str, Any]
) -> None:
    if settings.sms_url is None:
        raise NotNow("no SMS gateway is set; expected ROLLCALL_SMS_URL")
    body = write_body(message, setting["number"])
    secrets = [] if settings.sms_secret is None else [settings.sms_secret.get_secret_value()]
    headers = write_headers(message, secrets, body)
    # The address was chosen by whoever runs this machine: it may lie in its own networks.
    read_answer(await post(client, urlsplit(settings.sms_url), headers, body, message.written_at))


def vendor_of(settings: NotifierSettings, _: Mapping[str, Any]) -> str:
    """Whose being away is one and the same thing: the gateway."""
    return urlsplit(settings.sms_url or "").netloc


def divide_message(message: Message) -> list[Message]:
    """The subject in front; past eight parts it goes on in another message."""
    text = f"{message.subject}\n{message.text}".strip()
    return divide(replace(message, text=text), MOST_PARTS * LINKED, units_of)


def write_body(message: Message, number: str) -> str:
    """The body: a template-less text, and how many parts will be charged for it."""
    content = {
        "id": f"msg_{message.delivery_id.hex}",
        "to": number,
        "text": message.text,
        "parts": count_parts(message.text),
    }
    return json.dumps(content, ensure_ascii=False)


def units_of(text: str) -> int:
    """UTF-16 units; what lies beyond the basic plane takes two."""
    return len(text.encode("utf-16-le")) // 2


def count_parts(text: str) -> int:
    """How many parts a text takes."""
    units = units_of(text)
    return 1 if units <= ALONE else -(-units // LINKED)


def read_answer(answer: Answer) -> None:
    """2xx with `accepted` is taken; a refusal says of what, and whether it is for good."""
    if answer.status == 429 or answer.status >= 500:
        check_status(answer)
    found = answer.read_json()
    said = f"{found.get('code', answer.status)}: {found.get('message', '')}".rstrip(": ")
    match found.get("outcome"):
        case "accepted":
            check_status(answer)
        case "bad_recipient":
            raise BadRecipient(said)
        case "bad_message":
            raise Permanent(said)
        case "not_now":
            raise NotNow(said, answer.asked_seconds)
        case other:
            check_status(answer)
            raise Transient(f"answered {answer.status} with outcome {other!r}")
