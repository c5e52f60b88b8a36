"""Submission 报送: what an organization hands in for an assignment, version by version, and its review."""

from typing import Annotated, Any, Literal, Self
from unicodedata import normalize
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, GivenInstant, Instant, Line, Reason, Shape, keep_prose

Stage = Literal[1, 2]
State = Literal["received", "returned", "accepted", "withdrawn"]
SectionText = Annotated[str, StringConstraints(min_length=1, max_length=100_000), AfterValidator(keep_prose)]
SECTIONS_LIMIT = 100_000
"""Characters of all sections together: an event is at most 512 KiB, and longer belongs in attachments."""
NO_SECRETS = "不得填报涉密信息"
"""Said wherever something is handed in: state secrets may not be entered."""


def refuse_twins(sections: Any) -> Any:
    """Two names that are one in NFC: which text was meant cannot be known."""
    if isinstance(sections, dict):
        names = [normalize("NFC", name) for name in sections]
        if len(set(names)) < len(names):
            twins = sorted({name for name in names if names.count(name) > 1})
            raise ValueError(f"{twins[0]!r} stands twice, written in two ways; expected each section once")
    return sections


class SectionReason(Shape):
    """One of the numbered reasons of a return; `section` None: it is about the whole."""

    section: str | None = None
    reason: str
    number: int | None = None


class Submission(Aggregate):
    """`version` counts what was handed in (1, 2, 3); `revision` counts every change and orders the events.

    `on_time` is judged by the first version, and anew by the first after a withdrawal. `accepted_version` stays
    the official one until a newer is accepted. `correct_by` is the due moment of a correction.

    `review_stage` is the stage of its `review_stages` at which this version stands, or was decided: of two, stage 1
    is an overseer's above the unit and stage 2 the office's. `endorsed_at` is when stage 1 let it through,
    `endorsed_by` the organization that did.
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
    review_stages: Stage = 1
    review_stage: Stage = 1
    endorsed_at: Instant | None = None
    endorsed_by: UUID | None = None
    withdrawn_at: Instant | None = None
    withdrawal_reason: str | None = None

    @property
    def revision_number(self) -> int:
        return self.revision


class HandIn(Command):
    """`replaces_version` is the newest version that the caller has seen, 0 for none: with another the hand-in is
    refused. Without it, whatever is there is replaced.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "assignment_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829304",
                    "sections": {"特色内容": "…", "创新做法": "…", "亮点活动": "…"},
                },
                {"assignment_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829304", "nil_return": True},
            ]
        }
    )

    assignment_id: UUID
    sections: Annotated[dict[Line, SectionText], BeforeValidator(refuse_twins)] = Field(
        default={}, max_length=50
    )
    attachment_ids: list[UUID] = Field(default=[], max_length=20)
    nil_return: bool = False
    replaces_version: int | None = Field(default=None, ge=0, le=1_000_000)

    @model_validator(mode="after")
    def _holds_something_or_nothing(self) -> Self:
        if self.nil_return and (self.sections or self.attachment_ids):
            raise ValueError("a nil return has no sections and no attachments")
        if len(set(self.attachment_ids)) < len(self.attachment_ids):
            raise ValueError("an attachment stands twice in attachment_ids; expected each once")
        if sum(len(text) for text in self.sections.values()) > SECTIONS_LIMIT:
            raise ValueError(
                f"the sections together are longer than {SECTIONS_LIMIT} characters; attach the rest"
            )
        return self


class GiveReason(Command):
    section: Line | None = None
    reason: Reason


class Decide(Command):
    """`version` is the version that is decided: 412 when it has been replaced meanwhile."""

    version: int | None = Field(default=None, ge=1, le=1_000_000)


class ReturnSubmission(Decide):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 1,
                    "reasons": [
                        {"section": "创新做法", "reason": "请补充数据"},
                        {"reason": "请统一单位名称"},
                    ],
                    "correct_by": "2024-09-18T18:00:00+08:00",
                }
            ]
        }
    )

    reasons: list[GiveReason] = Field(min_length=1, max_length=50)
    correct_by: GivenInstant | None = None


class AcceptSubmission(Decide):
    """Nothing more is to be said."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1}]})


class ReopenSubmission(Decide):
    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 2, "reason": "数据有误，请更正"}]})

    reason: Reason


class WithdrawSubmission(Decide):
    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "reason": "误报"}]})

    reason: Reason | None = None


class AcceptedVersion(Command):
    """One of many that are accepted at once: which version of which submission was read."""

    id: UUID
    version: int = Field(ge=1, le=1_000_000)


class AcceptSubmissions(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"submissions": [{"id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829305", "version": 1}]}]
        }
    )

    submissions: list[AcceptedVersion] = Field(min_length=1, max_length=500)


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
    notice: str = NO_SECRETS


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


class ListedSubmission(Submission):
    """A submission in the queue, with what it was asked for and when that is due, in the campaign's zone."""

    title: str
    due_at: Instant | None


class Decision(Shape):
    """What became of one of many: where the submission stands now, or the problem that is its refusal."""

    id: UUID
    status: int
    version: int | None = None
    state: State | None = None
    review_stage: Stage | None = None
    problem: dict[str, Any] | None = None


class Decisions(Shape):
    """One for each that was named, in that order."""

    results: list[Decision]


class DifferentLine(Shape):
    change: Literal["kept", "added", "removed"]
    text: str


class SectionDifference(Shape):
    """One section in two versions, line by line as of a text; one that is the same has no lines."""

    section: str
    change: Literal["same", "added", "removed", "changed"]
    lines: list[DifferentLine]


class Difference(Shape):
    """What version `to_version` says other than `from_version`."""

    id: UUID
    from_version: int
    to_version: int
    nil_return_from: bool
    nil_return_to: bool
    sections: list[SectionDifference]
    attachments_added: list[UUID]
    attachments_removed: list[UUID]


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


class SubmissionEndorsed(Event, type="rollcall.submissions.submission.endorsed.v1"):
    """The first of two stages of review let it through."""

    submission: Submission


FACTS = (
    SubmissionReceived,
    SubmissionReturned,
    SubmissionAccepted,
    SubmissionWithdrawn,
    SubmissionReopened,
    SubmissionEndorsed,
)
