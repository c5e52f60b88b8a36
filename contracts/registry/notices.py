"""Notice 通知, and the acknowledgement 签收 that each addressee owes for it."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, GivenInstant, Instant, Line, Prose, Title


class Notice(Aggregate):
    """A text to `addressee_ids`; a correction is a new notice that names the one it replaces."""

    campaign_id: UUID
    title: str
    body: str
    addressee_ids: list[UUID]
    acknowledge_by: Instant | None = None
    replaces_id: UUID | None = None
    state: Literal["draft", "issued"]
    issued_at: Instant | None = None


class Acknowledgement(Aggregate):
    """What one addressee owes for one notice; `due_at` None: asked for, but not chased."""

    campaign_id: UUID
    notice_id: UUID
    organization_id: UUID
    title: str
    due_at: Instant | None = None
    state: Literal["owed", "acknowledged", "replaced"]
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None


class DraftNotice(Command):
    title: Title
    body: Prose
    addressee_ids: list[UUID] = Field(min_length=1, max_length=10_000)
    acknowledge_by: GivenInstant | None = None
    replaces_id: UUID | None = None


class Acknowledge(Command):
    acknowledged_by: Line


class NoticeDrafted(Event, type="rollcall.registry.notice.drafted.v1"):
    notice: Notice


class NoticeIssued(Event, type="rollcall.registry.notice.issued.v1"):
    notice: Notice


class AcknowledgementOwed(Event, type="rollcall.registry.acknowledgement.owed.v1"):
    acknowledgement: Acknowledgement


class NoticeAcknowledged(Event, type="rollcall.registry.acknowledgement.given.v1"):
    acknowledgement: Acknowledgement


class AcknowledgementReplaced(Event, type="rollcall.registry.acknowledgement.replaced.v1"):
    acknowledgement: Acknowledgement


class AcknowledgementMoved(Event, type="rollcall.registry.acknowledgement.moved.v1"):
    """It is owed by another organization from now on, for the addressee was merged or split."""

    acknowledgement: Acknowledgement


FACTS = (NoticeDrafted, NoticeIssued)
ACKNOWLEDGEMENT_FACTS = (
    AcknowledgementOwed,
    NoticeAcknowledged,
    AcknowledgementReplaced,
    AcknowledgementMoved,
)
