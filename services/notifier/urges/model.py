"""Urges: who would be told, who cannot be, and who was urged a moment ago. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal
from uuid import UUID

from contracts.notifier.urges import LeftOut, ToTell, Unreached

State = Literal["owed", "overdue", "returned"]


@dataclass(frozen=True, slots=True)
class Debt:
    """An assignment that can be urged. `about_id` and `due_at` are what is chased: its own, or its correction's."""

    assignment_id: UUID
    submission_id: UUID | None
    about_id: UUID
    organization_id: UUID
    name: str
    title: str
    due_at: datetime | None
    is_returned: bool
    urged_at: datetime | None
    urge_count: int

    def may_be_urged(self, now: datetime, every: timedelta) -> bool:
        """Whether nobody has urged it for so long."""
        return self.urged_at is None or self.urged_at <= now - every

    def state(self, now: datetime) -> State:
        """How it stands: what was returned is not owed anew, whenever it is due."""
        if self.is_returned:
            return "returned"
        return "overdue" if self.due_at is not None and self.due_at < now else "owed"


@dataclass(frozen=True, slots=True)
class Found:
    """Debts by what an urge would do with them, and the kinds of channel of those who owe them."""

    to_tell: list[Debt]
    unreachable: list[Debt]
    left_out: list[Debt]
    channels: Mapping[UUID, Sequence[str]]


def sort(
    debts: Sequence[Debt], channels: Mapping[UUID, Sequence[str]], now: datetime, every: timedelta
) -> Found:
    """Who was urged within `every` is left out, whoever has no channel cannot be reached; the rest is told."""
    rested = [debt for debt in debts if debt.may_be_urged(now, every)]
    return Found(
        to_tell=[debt for debt in rested if channels.get(debt.organization_id)],
        unreachable=[debt for debt in rested if not channels.get(debt.organization_id)],
        left_out=[debt for debt in debts if not debt.may_be_urged(now, every)],
        channels=channels,
    )


def show_to_tell(debt: Debt, channels: Sequence[str], now: datetime, zone: tzinfo) -> ToTell:
    """One that is told, over which kinds of channel."""
    return ToTell(**_shown(debt, now, zone), channels=list(channels))


def show_unreachable(debt: Debt, now: datetime, zone: tzinfo) -> Unreached:
    """One that has nowhere to be told."""
    return Unreached(**_shown(debt, now, zone))


def show_left_out(debt: Debt, now: datetime, zone: tzinfo, every: timedelta) -> LeftOut:
    """One that was urged a while ago, and when it may be again."""
    assert debt.urged_at is not None
    urged_at = debt.urged_at.astimezone(zone)
    return LeftOut(**_shown(debt, now, zone), urged_at=urged_at, again_at=urged_at + every)


def _shown(debt: Debt, now: datetime, zone: tzinfo) -> dict[str, Any]:
    return {
        "organization_id": debt.organization_id,
        "name": debt.name,
        "assignment_id": debt.assignment_id,
        "title": debt.title,
        "state": debt.state(now),
        "due_at": None if debt.due_at is None else debt.due_at.astimezone(zone),
    }
