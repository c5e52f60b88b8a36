"""Idempotency-Key: the same request twice has one effect and one answer, kept in the effect's own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.connections import Connection
from chassis.refusals import Unprocessable


class KeyReusedWithOtherBody(Unprocessable):
    """The key was used for another request: a new request needs a new key."""


class Answer(Protocol):
    """What can be kept as an answer: any pydantic model."""

    def model_dump_json(self) -> str: ...


@dataclass(slots=True)
class Claim:
    """One request under one key of one caller. `request` is its method and path."""

    key_id: UUID
    key: str
    request: str
    body_sha256: str
    status: int
    taken: bool = False


@dataclass(slots=True)
class AnsweredBefore(Exception):
    """Not an error: this very request was answered before, and here is the answer."""

    status: int
    body: bytes
    etag: str | None


_current: ContextVar[Claim | None] = ContextVar("idempotency_claim", default=None)


@contextmanager
def claiming(claim: Claim | None) -> Iterator[None]:
    """Have the first transaction inside take the claim."""
    token = _current.set(claim)
    try:
        yield
    finally:
        _current.reset(token)


CLAIM = """
    -- Waits for a running request with the same key: it either commits its answer or leaves the key free.
    INSERT INTO idempotency (key_id, key, request, body_sha256, made_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (key_id, key) DO NOTHING RETURNING key
"""
FIND = "SELECT request, body_sha256, status, body, etag FROM idempotency WHERE key_id = $1 AND key = $2"


async def claim(connection: Connection, at: datetime) -> Claim | None:
    """Take the request's key, or raise AnsweredBefore, or refuse a key that was used for something else."""
    wanted = _current.get()
    if wanted is None or wanted.taken:
        return None
    taken = await connection.fetchval(
        CLAIM, wanted.key_id, wanted.key, wanted.request, wanted.body_sha256, at
    )
    if taken is None:
        row = await connection.fetchrow(FIND, wanted.key_id, wanted.key)
        assert row is not None
        if (row["request"], row["body_sha256"]) != (wanted.request, wanted.body_sha256):
            raise KeyReusedWithOtherBody(
                f"Idempotency-Key {wanted.key!r} was used before for another request or another body"
            )
        raise AnsweredBefore(row["status"], row["body"], row["etag"])
    wanted.taken = True
    return wanted


KEEP = "UPDATE idempotency SET status = $3, body = $4, etag = $5 WHERE key_id = $1 AND key = $2"


async def keep(connection: Connection, claim: Claim, answered: Answer | None) -> None:
    """Keep the answer beside the effect."""
    if answered is None:
        raise RuntimeError(f"{claim.request} takes an Idempotency-Key but gave its transaction no answer")
    version = getattr(answered, "version", None)
    etag = None if version is None else f'"{version}"'
    body = answered.model_dump_json().encode()
    await connection.execute(KEEP, claim.key_id, claim.key, claim.status, body, etag)


FORGET = "DELETE FROM idempotency WHERE made_at < $1"


async def forget(connection: Connection, before: datetime) -> int:
    """Forget answers older than `before`; the count that went. A unit may repeat a request for 30 days."""
    return int((await connection.execute(FORGET, before)).split()[-1])
