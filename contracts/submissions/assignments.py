"""Assignments as a unit sees them: what it owes, and how far that has come."""

from typing import Literal
from uuid import UUID

from contracts.shapes import Instant, Shape

State = Literal["owed", "received", "returned", "accepted", "waived"]


class OwnAssignment(Shape):
    """One assignment of the caller with the state of what it handed in; `submission_id` None: nothing yet."""

    id: UUID
    campaign_id: UUID
    deliverable_id: UUID
    organization_id: UUID
    kind: str
    title: str
    sections: list[str]
    due_at: Instant | None
    closes_at: Instant | None
    state: State
    submission_id: UUID | None
