"""Keys: issued, changed, rotated, revoked, and what state each is in."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.refusals import Conflict, Unprocessable
from contracts.registry.keys import IssueKey, Key, KeyState, RotateKey, ShownKey
from contracts.registry.organizations import Organization
from contracts.shapes import changed
from services.registry.organizations.model import OrganizationClosed, is_closed


class ExpiresInThePast(Unprocessable):
    """A key that has expired already would open nothing."""


class KeyOver(Conflict):
    """What is revoked stays so, and what has expired is not rotated: a new key is made instead."""


class LastKeeper(Conflict):
    """With this key the last way into the register would be gone."""


def issue(command: IssueKey, owner: Organization, id: UUID, at: datetime) -> Key:
    """A new key of an open organization."""
    check_open(owner, at.date())
    _check_expiry(command.expires_at, at)
    return Key(id=id, version=1, created_at=at, updated_at=at, **command.model_dump())


def change(key: Key, fields: Mapping[str, Any], at: datetime) -> Key:
    """The key with another label or another end; what is revoked stays as it is."""
    if key.revoked_at is not None:
        raise KeyOver(f"this key was revoked at {key.revoked_at.isoformat()}; make a new one")
    if "expires_at" in fields:
        _check_expiry(fields["expires_at"], at)
    return changed(key, at, **fields)


def rotate(key: Key, command: RotateKey, owner: Organization, id: UUID, at: datetime) -> tuple[Key, Key]:
    """The old key, which ends after the overlap if not before, and the new one for the same unit and role."""
    state = state_of(key, at)
    if state != "active":
        raise KeyOver(f"this key is {state}; expected an active one: make a new key instead")
    ends_at = at + timedelta(seconds=command.overlap_seconds)
    old = changed(key, at, expires_at=min(ends_at, key.expires_at or ends_at))
    expires_at = command.expires_at if "expires_at" in command.model_fields_set else key.expires_at
    wanted = IssueKey(
        organization_id=key.organization_id, role=key.role, label=key.label, expires_at=expires_at
    )
    return old, issue(wanted, owner, id, at)


def revoke(key: Key, at: datetime) -> Key:
    """The key, taken back; a second time changes nothing."""
    return key if key.revoked_at is not None else changed(key, at, revoked_at=at)


def state_of(key: Key, at: datetime) -> KeyState:
    """Whether it opens at this moment, and if not, why."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= at else "active"


def show(key: Key, last_used_at: datetime | None, at: datetime) -> ShownKey:
    """The key as the office sees it."""
    return ShownKey(**key.model_dump(), state=state_of(key, at), last_used_at=last_used_at)


def check_open(owner: Organization, today: date) -> None:
    """Refuse a unit whose closing day has come."""
    if is_closed(owner.closed_on, today):
        raise OrganizationClosed(
            f"{owner.name} closed on {owner.closed_on}; expected an organization that is open"
        )


def _check_expiry(expires_at: datetime | None, at: datetime) -> None:
    if expires_at is not None and expires_at <= at:
        raise ExpiresInThePast(
            f"expires_at {expires_at.isoformat()} is not after now, {at.isoformat()}; expected a later moment"
        )
