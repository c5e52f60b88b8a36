"""Assignments as a unit sees them: what it owes, and how far that has come."""

from typing import Literal
from uuid import UUID

from contracts.shapes import Instant, Shape
from contracts.submissions.submissions import NO_SECRETS, Stage

State = Literal["owed", "received", "returned", "accepted", "waived"]


class OwnAssignment(Shape):
    """One assignment of the caller with the state of what it handed in; `submission_id` None: nothing yet.

    `review_stage` is where the review stands, `correct_by` the due moment of a correction.
    """

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
    review_stages: Stage = 1
    review_stage: Stage | None = None
    correct_by: Instant | None = None
    notice: str = NO_SECRETS
