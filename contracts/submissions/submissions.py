"""Submission 报送: what an organization hands in for an assignment, version by version, and its review."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, GivenInstant, Instant, Line, Reason, Shape, keep_prose

State = Literal["received", "returned", "accepted", "withdrawn"]
SectionText = Annotated[str, StringConstraints(min_length=1, max_length=100_000), AfterValidator(keep_prose)]
SECTIONS_LIMIT = 100_000
"""Characters of all sections together: an event is at most 512 KiB, and longer belongs in attachments."""


class SectionReason(Shape):
    section: str | None = None
    reason: str


class Submission(Aggregate):
    """`version` counts what was handed in (1, 2, 3); `revision` counts every change and orders the events.

    `on_time` is judged by the first version. `accepted_version` stays the official one until a newer is
    accepted. `correct_by` is the due moment of a correction.
    """

    revision: int = Field(ge=1)
    campaign_id: UUID
    assignment_id: UUID
    deliverable_id: UUID
    organization_id: UUID
    state: State
    sections: dict[str, str]
    nil_return: bool = False
    attachment_ids: list[UUID] = []
    receipt_number: str
    received_at: Instant
    on_time: bool
    content_sha256: str
    first_received_at: Instant
    accepted_version: int | None = None
    accepted_at: Instant | None = None
    reasons: list[SectionReason] = []
    returned_at: Instant | None = None
    correct_by: Instant | None = None

    @property
    def revision_number(self) -> int:
        return self.revision


class HandIn(Command):
    assignment_id: UUID
    sections: dict[Line, SectionText] = Field(default={}, max_length=50)
    attachment_ids: list[UUID] = Field(default=[], max_length=20)
    nil_return: bool = False
    replaces_version: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _holds_something_or_nothing(self) -> Self:
        if self.nil_return and (self.sections or self.attachment_ids):
            raise ValueError("a nil return has no sections and no attachments")
        if sum(len(text) for text in self.sections.values()) > SECTIONS_LIMIT:
            raise ValueError(
                f"the sections together are longer than {SECTIONS_LIMIT} characters; attach the rest"
            )
        return self


class GiveReason(Command):
    section: Line | None = None
    reason: Reason


class ReturnSubmission(Command):
    reasons: list[GiveReason] = Field(min_length=1, max_length=50)
    correct_by: GivenInstant | None = None


class ReopenSubmission(Command):
    reason: Reason


class Receipt(Shape):
    """The answer to a hand-in, and what a unit can prove later by its number."""

    id: UUID
    version: int
    receipt_number: str
    received_at: Instant
    on_time: bool
    content_sha256: str
    state: State
    assignment_id: UUID
    organization_id: UUID
    nil_return: bool = False


class SubmissionVersion(Shape):
    """One version as it was handed in; `content` is the canonical JSON whose SHA-256 the receipt names.

    `organization_id` is who handed it in: the next version may be a successor's.
    """

    version: int
    receipt_number: str
    received_at: Instant
    content_sha256: str
    content: str
    organization_id: UUID | None = None


class SubmissionReceived(Event, type="rollcall.submissions.submission.received.v1"):
    submission: Submission


class SubmissionReturned(Event, type="rollcall.submissions.submission.returned.v1"):
    submission: Submission


class SubmissionAccepted(Event, type="rollcall.submissions.submission.accepted.v1"):
    submission: Submission


class SubmissionWithdrawn(Event, type="rollcall.submissions.submission.withdrawn.v1"):
    submission: Submission


class SubmissionReopened(Event, type="rollcall.submissions.submission.reopened.v1"):
    submission: Submission


FACTS = (SubmissionReceived, SubmissionReturned, SubmissionAccepted, SubmissionWithdrawn, SubmissionReopened)
