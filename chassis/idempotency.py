"""Idempotency-Key: the same request twice has one effect and one answer, kept in the effect's own transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Protocol
from uuid import UUID

from chassis.connections import Connection
from chassis.refusals import Unprocessable
from chassis.writing import Parts, Write

KEPT_FOR = timedelta(days=7)
"""So long the same request gets the same answer; after that it is a new one."""


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


@dataclass(frozen=True, slots=True)
class Kept:
    """A request that was answered, and its answer."""

    request: str
    body_sha256: str
    status: int
    body: bytes
    etag: str | None


def current() -> Claim | None:
    """The claim of the request at hand; None when it came without a key."""
    return _current.get()


def say_body(digest: str) -> None:
    """What the body of the request at hand turned out to be, when it came as a stream."""
    claim = _current.get()
    if claim is not None:
        claim.body_sha256 = digest


def check(kept: Kept | None, wanted: Claim) -> None:
    """Raise AnsweredBefore when this very request was answered, or refuse a key used for something else."""
    if kept is None:
        return
    if (kept.request, kept.body_sha256) != (wanted.request, wanted.body_sha256):
        raise KeyReusedWithOtherBody(
            f"Idempotency-Key {wanted.key!r} was used before for another request or another body"
        )
    raise AnsweredBefore(kept.status, kept.body, kept.etag)


CLAIM = """
    -- Waits for a running request with the same key: it either commits its answer or leaves the key free.
    INSERT INTO idempotency (key_id, key, request, body_sha256, made_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (key_id, key) DO NOTHING RETURNING key
"""


async def claim(connection: Connection, at: datetime) -> Claim | None:
    """Take the request's key, or raise AnsweredBefore, or refuse a key that was used for something else."""
    wanted = _current.get()
    if wanted is None or wanted.taken:
        return None
    taken = await connection.fetchval(
        CLAIM, wanted.key_id, wanted.key, wanted.request, wanted.body_sha256, at
    )
    if taken is None:
        row = await connection.fetchrow(READ_KEPT, wanted.key_id, wanted.key)
        if row is None:
            # Forgotten between the two statements: the key is free.
            return await claim(connection, at)
        check(Kept(*row), wanted)
    wanted.taken = True
    return wanted


KEPT_COLUMNS = ("request", "body_sha256", "status", "body", "etag")
"""The columns of a `Kept`, for whoever reads more in one statement."""
READ_KEPT = f"SELECT {', '.join(KEPT_COLUMNS)} FROM idempotency WHERE key_id = $1 AND key = $2"  # noqa: S608


def answer_to(claim: Claim, answered: Answer) -> Kept:
    """The answer as it is kept, and given again."""
    version = getattr(answered, "version", None)
    etag = None if version is None else f'"{version}"'
    body = answered.model_dump_json().encode()
    return Kept(claim.request, claim.body_sha256, claim.status, body, etag)


KEEP = "UPDATE idempotency SET status = $3, body = $4, etag = $5 WHERE key_id = $1 AND key = $2"


async def keep(connection: Connection, claim: Claim, answered: Answer | None) -> None:
    """Keep the answer beside the effect."""
    if answered is None:
        raise RuntimeError(f"{claim.request} takes an Idempotency-Key but gave its transaction no answer")
    kept = answer_to(claim, answered)
    await connection.execute(KEEP, claim.key_id, claim.key, kept.status, kept.body, kept.etag)


KEEP_ALL = Parts(
    answered="""
        INSERT INTO idempotency (key_id, key, request, body_sha256, status, body, etag, made_at)
        SELECT key_id, key, request, body_sha256, status, body, etag, $2 FROM unnest((SELECT $1::answer[]))
    """
)


def keeping(answers: Mapping[tuple[UUID, str], Kept], at: datetime) -> Write:
    """Answers by key, to be written together with their effects; asyncpg.UniqueViolationError if one of the keys
    was taken meanwhile.
    """
    rows = [
        (key_id, key, each.request, each.body_sha256, each.status, each.body, each.etag)
        # In one order by all, so that nobody waits in a ring.
        for (key_id, key), each in sorted(answers.items(), key=itemgetter(0))
    ]
    return Write(KEEP_ALL, [rows, at])


FORGET = """
    DELETE FROM idempotency WHERE (key_id, key) IN
           (SELECT key_id, key FROM idempotency WHERE made_at < $1 ORDER BY made_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""


async def forget(connection: Connection, at: datetime) -> int:
    """Forget answers that were kept long enough, the oldest first; how many went, at most 1,000."""
    return int((await connection.execute(FORGET, at - KEPT_FOR)).split()[-1])
