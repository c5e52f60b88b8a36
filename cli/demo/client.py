"""A client of the public APIs, as any unit would write one."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

PATIENCE_SECONDS = 30.0


class Refused(Exception):
    """An answer that the demo did not expect, with the problem that came."""


@dataclass(frozen=True, slots=True)
class Client:
    """One caller: `http` are the services' addresses, `key` the caller's own."""

    session: httpx.AsyncClient
    http: Mapping[str, str]
    key: str

    def with_key(self, key: str) -> "Client":
        """The same way to the services, for another caller."""
        return Client(self.session, self.http, key)

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON at a path."""
        return (await self._send("GET", service, path, params=params)).json()

    async def get_bytes(self, service: str, path: str) -> bytes:
        """The bytes at a path."""
        return (await self._send("GET", service, path)).content

    async def post(self, service: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        """Post once: the same Idempotency-Key makes a repeat harmless."""
        headers = {"Idempotency-Key": str(uuid4())}
        if body is not None:
            kwargs["json"] = body
        answer = await self._send("POST", service, path, headers=headers, **kwargs)
        return answer.json() if answer.content else None

    async def put(self, service: str, path: str, body: Any) -> Any:
        """Put a value; again and again is harmless."""
        return (await self._send("PUT", service, path, json=body)).json()

    async def patch(self, service: str, path: str, version: int, body: Any) -> Any:
        """Change the version that was read."""
        headers = {"If-Match": f'"{version}"'}
        return (await self._send("PATCH", service, path, headers=headers, json=body)).json()

    async def pages(self, service: str, path: str, **params: Any) -> AsyncIterator[Any]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            asked = {**params, "limit": 500} | ({"cursor": cursor} if cursor else {})
            page = await self.get(service, path, **asked)
            for item in page["items"]:
                yield item
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def _send(
        self, method: str, service: str, path: str, headers: Mapping[str, str] | None = None, **kwargs: Any
    ) -> httpx.Response:
        """Send, and again while a service is starting anew or has not heard of something just made."""
        limit = time.monotonic() + PATIENCE_SECONDS
        sent = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        while True:
            try:
                answer = await self.session.request(method, self.http[service] + path, headers=sent, **kwargs)
            except httpx.TransportError as error:
                if time.monotonic() > limit:
                    raise Refused(f"{method} {service} {path}: {error!r}") from error
                await asyncio.sleep(0.1)
                continue
            if answer.is_success:
                return answer
            if answer.status_code not in (401, 404, 429, 503) or time.monotonic() > limit:
                raise Refused(f"{method} {service} {path}: {answer.status_code} {answer.text}")
            await asyncio.sleep(0.05)
