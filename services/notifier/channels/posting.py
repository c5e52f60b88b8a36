"""Posting: one request over HTTP, bounded in time and size, and what an answer means."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult

import httpx

from services.notifier.channels.message import Permanent, Transient
from services.notifier.channels.refusals import Throttled

SECONDS = 10.0
LONGEST_ASKED_SECONDS = 3_600.0
MOST_BYTES = 65_536
_NOT_NOW = (408, 425, 429)
_UNSHARED = httpx.Limits(max_keepalive_connections=0)
"""Two hosts may share an address, and one is never told the other's messages."""

Resolve = Callable[[SplitResult], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `asked_seconds` is how long the other side asks to wait."""

    status: int
    body: bytes
    asked_seconds: float

    def read_json(self) -> dict[str, Any]:
        """The object that it is. When it is none, the status says what to think of it; under a good one it is
        Transient: some gateway in between may have answered."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            check_status(self)
            raise Transient(f"answered {self.status} with something else than a JSON object")
        return found


@asynccontextmanager
async def open_client() -> AsyncIterator[httpx.AsyncClient]:
    """A client for one batch, with a connection for each message; it follows no redirect."""
    async with httpx.AsyncClient(
        verify=_tls(), timeout=SECONDS, follow_redirects=False, trust_env=False, limits=_UNSHARED
    ) as client:
        yield client


async def post(
    client: httpx.AsyncClient,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: str,
    now: datetime,
    resolve: Resolve | None = None,
) -> Answer:
    """Post to the address that `resolve` gives, under the host's own name; Transient when no answer came."""
    try:
        async with asyncio.timeout(SECONDS):
            address = parts.hostname or "" if resolve is None else await resolve(parts)
            return await _post(client, parts, address, headers, body, now)
    except TimeoutError:
        raise Transient(f"no answer within {SECONDS:g} s") from None
    except (httpx.HTTPError, OSError) as error:
        raise Transient(f"cut off: {type(error).__name__}") from error


async def _post(
    client: httpx.AsyncClient,
    parts: SplitResult,
    address: str,
    headers: Mapping[str, str],
    body: str,
    now: datetime,
) -> Answer:
    host = f"[{address}]" if ":" in address else address
    netloc = host if parts.port is None else f"{host}:{parts.port}"
    target = parts._replace(netloc=netloc, fragment="").geturl()
    async with client.stream(
        "POST",
        target,
        content=body.encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Accept-Encoding": "identity",
            **headers,
            "Host": parts.netloc,
        },
        extensions={"sni_hostname": parts.hostname},
    ) as answer:
        # Unpacked, a small answer could fill the memory: it was asked for plain, and is read as it comes.
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise Transient("answered packed though plain was asked for")
        taken = bytearray()
        async for piece in answer.aiter_raw():
            taken += piece
            if len(taken) > MOST_BYTES:
                break
        asked = read_retry_after(answer.headers.get("retry-after"), now)
        return Answer(answer.status_code, bytes(taken[:MOST_BYTES]), asked)


def check_status(answer: Answer) -> None:
    """Success is 2xx; 408, 425, 429 and 5xx are tried again, anything else is refused for good."""
    if answer.status == 429:
        raise Throttled("answered 429", answer.asked_seconds)
    if answer.status in _NOT_NOW or answer.status >= 500:
        raise Transient(f"answered {answer.status}", answer.asked_seconds)
    if not 200 <= answer.status < 300:
        raise Permanent(f"answered {answer.status}; expected 2xx")


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
