"""Key: what a unit's program shows to be let in. The secret is shown once; only its hash is kept and told."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from contracts.envelope import Event
from contracts.shapes import Aggregate, Change, Command, GivenInstant, Instant, Line, Shape

Role = Literal["coordinator", "overseer", "reporter", "auditor", "ops"]
KeyState = Literal["active", "expired", "revoked"]


class Key(Aggregate):
    """A key of one organization in one role; it opens nothing after `expires_at` or `revoked_at`."""

    organization_id: UUID
    role: Role
    label: str
    expires_at: Instant | None = None
    revoked_at: Instant | None = None


class ShownKey(Key):
    """A key as the office sees it. `last_used_at`: on registry within seconds, on other services within an hour."""

    state: KeyState
    last_used_at: Instant | None = None


class IssueKey(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organization_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829302",
                    "role": "reporter",
                    "label": "吴江区报送平台",
                    "expires_at": "2024-12-31T23:59:59+08:00",
                }
            ]
        }
    )

    organization_id: UUID
    role: Role
    label: Line
    expires_at: GivenInstant | None = None


class ChangeKey(Change):
    model_config = ConfigDict(json_schema_extra={"examples": [{"label": "吴江区新报送平台"}]})

    label: Line = ""
    expires_at: GivenInstant | None = None


class RotateKey(Command):
    """The old key opens for `overlap_seconds` more; without `expires_at` the new one is good as long as the old was."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_seconds": 86400}]})

    overlap_seconds: int = Field(ge=0, le=30 * 86_400)
    expires_at: GivenInstant | None = None


class IssuedKey(ShownKey):
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


class KeyChanged(Event, type="rollcall.registry.key.changed.v1"):
    key: Key
    secret_sha256: str


class KeyRevoked(Event, type="rollcall.registry.key.revoked.v1"):
    key: Key
    secret_sha256: str


FACTS = (KeyIssued, KeyChanged, KeyRevoked)
