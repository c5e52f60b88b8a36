"""Key: what a unit's program shows to be let in. The secret is shown once; only its hash is kept and told."""

from typing import Literal
from uuid import UUID

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, GivenInstant, Instant, Line, Shape

Role = Literal["coordinator", "overseer", "reporter", "auditor", "ops"]


class Key(Aggregate):
    """A key of one organization in one role; it opens nothing after `expires_at` or `revoked_at`."""

    organization_id: UUID
    role: Role
    label: str
    expires_at: Instant | None = None
    revoked_at: Instant | None = None


class IssueKey(Command):
    organization_id: UUID
    role: Role
    label: Line
    expires_at: GivenInstant | None = None


class IssuedKey(Key):
    """The answer to the one who made the key: `key` is never shown again."""

    key: str


class Me(Shape):
    """Who the caller is, on every service."""

    organization: dict[str, object]
    role: Role
    key_id: UUID


class KeyIssued(Event, type="rollcall.registry.key.issued.v1"):
    key: Key
    secret_sha256: str


class KeyRevoked(Event, type="rollcall.registry.key.revoked.v1"):
    key: Key
    secret_sha256: str


FACTS = (KeyIssued, KeyRevoked)
