"""Access by key: `rc_<key id>_<secret>`, kept as a hash, looked up in the service's own copy of the keys."""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Database
from chassis.gathering import Gatherer
from chassis.refusals import Unauthorized

CACHE_SECONDS = 1.0
"""A key is looked up anew after this, so that a revoked one is refused within two seconds."""
LOOK_SECONDS = 0.5
"""So much longer others go on with what is known, while one looks it up anew: else all who come at once would look."""
CACHE_SIZE = 10_000
_KEY = re.compile(r"rc_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


class KeyMissing(Unauthorized):
    """No key was shown."""


class KeyUnknown(Unauthorized):
    """No such key: it was never made, or is mistyped."""


class KeyExpired(Unauthorized):
    """The key was good until its day."""


class KeyRevoked(Unauthorized):
    """The key was taken back."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a key of one organization, in one role."""

    key_id: UUID
    organization_id: UUID
    role: str

    def as_actor(self) -> Mapping[str, Any]:
        """As the log keeps it, in JSON."""
        return {
            "key_id": self.key_id,
            "organization_id": self.organization_id,
            "role": self.role,
        }


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key as every service keeps it; `version` orders its states."""

    id: UUID
    organization_id: UUID
    role: str
    secret_sha256: str
    expires_at: datetime | None
    revoked_at: datetime | None
    version: int


class Key(Protocol):
    """What a key's owner tells of it."""

    @property
    def id(self) -> UUID: ...
    @property
    def organization_id(self) -> UUID: ...
    @property
    def role(self) -> str: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def revoked_at(self) -> datetime | None: ...
    @property
    def version(self) -> int: ...


def copy_of(key: Key, secret_sha256: str) -> AccessKey:
    """The copy that requests are checked against."""
    return AccessKey(
        key.id, key.organization_id, key.role, secret_sha256, key.expires_at, key.revoked_at, key.version
    )


def make_secret() -> str:
    """A new secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def write_key(id: UUID, secret: str) -> str:
    """The key as its owner shows it."""
    return f"rc_{id.hex}_{secret}"


def hash_secret(secret: str) -> str:
    """SHA-256 in hex: enough for a random secret of 256 bits (OWASP ASVS 5.0, 11.4)."""
    return hashlib.sha256(secret.encode()).hexdigest()


FIND_ALL = """
    SELECT id, organization_id, role, secret_sha256, expires_at, revoked_at, version
      FROM access_key WHERE id = ANY ($1::uuid[])
"""
KEEP = """
    INSERT INTO access_key AS known (id, organization_id, role, secret_sha256, expires_at, revoked_at, version)
    SELECT id, organization_id, role, secret_sha256, expires_at, revoked_at, version
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[])
           AS k (id, organization_id, role, secret_sha256, expires_at, revoked_at, version)
    ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, role = excluded.role,
           secret_sha256 = excluded.secret_sha256, expires_at = excluded.expires_at,
           revoked_at = excluded.revoked_at, version = excluded.version
     WHERE excluded.version > known.version
"""


async def keep(connection: Connection, keys: list[AccessKey]) -> None:
    """Keep these keys where they are newer than what is known; each id at most once."""
    columns = [[getattr(key, name) for key in keys] for name in AccessKey.__dataclass_fields__]
    await connection.execute(KEEP, *columns)


_NOBODYS_SECRET = hash_secret("")


def _ignore(key_id: UUID, at: datetime) -> None:
    """Where nobody asks which keys are used."""


@dataclass(slots=True)
class _Held:
    """A key that was looked up `at` then (monotonic seconds); `renewing` while somebody looks it up anew."""

    at: float
    key: AccessKey
    principal: Principal
    renewing: bool = False

    def is_good(self) -> bool:
        """Whether it still holds."""
        return time.monotonic() - self.at <= CACHE_SECONDS + (LOOK_SECONDS if self.renewing else 0)


class KeyRing:
    """Lets callers in. Holds what it looked up for CACHE_SECONDS under the SHA-256 of what was shown, never what was
    shown itself; `note` is told of each key that was let in.
    """

    def __init__(self, database: Database, note: Callable[[UUID, datetime], None] = _ignore) -> None:
        self.database = database
        self._note = note
        self._cache: dict[bytes, _Held] = {}
        self._looks: Gatherer[UUID, AccessKey | None] = Gatherer(self._look)

    async def admit(self, authorization: list[str]) -> Principal:
        """The caller behind the request's Authorization headers, or a refusal that says why not."""
        now = self.database.clock.now()
        shown = "\n".join(authorization).encode("latin-1")
        if (known := self.recall(shown, now)) is not None:
            return known
        if (old := self._cache.get(_digest(shown))) is not None:
            old.renewing = True
        id, secret = _read_header(authorization)
        began = time.monotonic()
        try:
            key = await self._find(id, secret)
            _check_good(key, now)
        except Unauthorized:
            self._cache.pop(_digest(shown), None)
            raise
        self._note(key.id, now)
        held = _Held(began, key, Principal(key.id, key.organization_id, key.role))
        # Only as everybody writes it: else one caller could fill it with spellings of the same key.
        if shown == f"Bearer {write_key(id, secret)}".encode():
            self._hold(shown, held)
        return held.principal

    def recall(self, shown: bytes, now: datetime) -> Principal | None:
        """The caller behind an Authorization header that was looked up a moment ago; None when it must be looked up."""
        held = self._cache.get(_digest(shown))
        if held is None or not held.is_good():
            return None
        if held.key.expires_at is not None and held.key.expires_at <= now:
            return None
        self._note(held.key.id, now)
        return held.principal

    async def _find(self, id: UUID, secret: str) -> AccessKey:
        """The key with this secret. A wrong one costs the same look at the database, whether the id is known or not,
        and is never held: guessing fills nothing and tells nothing."""
        key = await self._looks.ask(id)
        if not _is_secret(key, hash_secret(secret)) or key is None:
            raise KeyUnknown(
                "this key is not known; expected one that the office has made (a new one takes a moment to arrive)"
            )
        return key

    async def _look(self, ids: Sequence[UUID]) -> list[AccessKey | Exception | None]:
        """The keys of all who come at the same moment, in one statement."""
        async with self.database.reading() as connection:
            rows = await connection.fetch(FIND_ALL, ids)
        found = {row["id"]: AccessKey(**dict(row)) for row in rows}
        return [found.get(id) for id in ids]

    def _hold(self, shown: bytes, held: _Held) -> None:
        if len(self._cache) >= CACHE_SIZE:
            self._cache.clear()
        self._cache[_digest(shown)] = held


def _digest(shown: bytes) -> bytes:
    return hashlib.sha256(shown).digest()


def _check_good(key: AccessKey, now: datetime) -> None:
    if key.revoked_at is not None:
        raise KeyRevoked("this key was revoked; ask the office for a new one")
    if key.expires_at is not None and key.expires_at <= now:
        raise KeyExpired(
            f"this key was good until {key.expires_at.isoformat()}; ask the office for a new one"
        )


def _is_secret(key: AccessKey | None, secret_sha256: str) -> bool:
    return hmac.compare_digest(_NOBODYS_SECRET if key is None else key.secret_sha256, secret_sha256)


def _read_header(authorization: list[str]) -> tuple[UUID, str]:
    if not authorization:
        raise KeyMissing("no key was shown; expected the header Authorization: Bearer <key>")
    if len(authorization) > 1:
        raise KeyMissing("Authorization was sent twice; expected one header with one key")
    scheme, _, key = authorization[0].partition(" ")
    match = _KEY.fullmatch(key.strip())
    if scheme.lower() != "bearer" or match is None:
        raise KeyUnknown("the Authorization header holds no key; expected Bearer rc_<key id>_<secret>")
    return UUID(match[1]), match[2]
