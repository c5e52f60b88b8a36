"""Clash 冲突: two activities of a campaign that overlap in time and share a host or the place."""

from uuid import UUID

from contracts.registry.activities import State
from contracts.shapes import Instant, Shape


class ClashingActivity(Shape):
    """One of the two, as far as a calendar shows it."""

    id: UUID
    serial_number: int | None = None
    category: str
    name: str
    state: State
    starts_at: Instant
    ends_at: Instant | None = None
    place: str | None = None


class Clash(Shape):
    """`first` starts before `second` or with it. One without an end counts as an hour."""

    first: ClashingActivity
    second: ClashingActivity
    host_ids: list[UUID] = []
    outside_parties: list[str] = []
    same_place: bool
