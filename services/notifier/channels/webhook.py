"""Webhooks, signed after Standard Webhooks; sent only to the address that was looked at."""

import asyncio
import ipaddress
import json
import socket
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

import httpx
from standardwebhooks.webhooks import Webhook

from services.notifier.channels.message import Message, Permanent, Transient

SECONDS = 10.0
ANSWER_BYTES = 64 * 1024
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "2002::/16", "224.0.0.0/4", "192.0.0.0/24", "100.64.0.0/10")
)
"""Ways around to private networks that Python itself takes for global ones."""


async def send(
    message: Message, url: str, secret: str | None, now: datetime, allow_private: bool = False
) -> None:
    """Post one message; success is 2xx. Redirects are not followed, and the answer is not shown."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(SECONDS):
            address = await resolve(parts, allow_private)
            status = await _post(parts, address, _headers(message, secret, now), _body(message, now))
    except TimeoutError:
        raise Transient(f"no answer within {SECONDS:g} s") from None
    except (httpx.TransportError, OSError) as error:
        raise Transient(f"{type(error).__name__}: {error}") from error
    if 200 <= status < 300:
        return
    if status == 429 or status >= 500:
        raise Transient(f"answered {status}")
    raise Permanent(f"answered {status}; expected 2xx")


async def resolve(parts: SplitResult, allow_private: bool) -> str:
    """The one address that is connected to; Permanent when it lies where no webhook may point."""
    if parts.hostname is None or parts.username is not None:
        raise Permanent("the address names no host, or holds a password")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Transient(f"the host {parts.hostname} is not found: {error}") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not allow_private and not is_public(address):
            raise Permanent(f"{parts.hostname} is {address}, which is no public address")
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address may be connected to from a server."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global and not any(
        address.version == network.version and address in network for network in _NEVER
    )


async def _post(parts: SplitResult, address: str, headers: dict[str, str], body: str) -> int:
    """Connect to the address, under the host's own name; at most ANSWER_BYTES are read."""
    host = f"[{address}]" if ":" in address else address
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    target = parts._replace(netloc=netloc, fragment="").geturl()
    headers = {**headers, "Host": parts.netloc}
    async with (
        httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
        client.stream(
            "POST",
            target,
            content=body.encode(),
            headers=headers,
            extensions={"sni_hostname": parts.hostname},
        ) as answer,
    ):
        read = 0
        async for chunk in answer.aiter_raw():
            read += len(chunk)
            if read > ANSWER_BYTES:
                break
        return answer.status_code


def _body(message: Message, now: datetime) -> str:
    content = {
        "type": "rollcall.notification",
        "timestamp": now.astimezone(UTC).isoformat(),
        "data": {"subject": message.subject, "text": message.text, "items": message.items},
    }
    return json.dumps(content, ensure_ascii=False)


def _headers(message: Message, secret: str | None, now: datetime) -> dict[str, str]:
    # The signature's moment is the real one: the receiver checks it against its own clock.
    moment = datetime.fromtimestamp(now.timestamp(), UTC)
    id = f"msg_{message.delivery_id.hex}"
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(int(moment.timestamp())),
    }
    if secret is not None:
        headers["webhook-signature"] = Webhook(secret).sign(id, moment, _body(message, now))
    return headers
