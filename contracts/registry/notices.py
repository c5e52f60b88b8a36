"""Notice 通知, and the acknowledgement 签收 that each addressee owes for it."""

from datetime import date, time
from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.envelope import Event
from contracts.registry.addressees import AddresseeRule, AskedRule, Ids, check_one_way
from contracts.registry.deliverables import DueWarning
from contracts.shapes import Aggregate, Change, Command, GivenInstant, Instant, Line, Prose, Reason, Title


class Notice(Aggregate):
    """A text to `addressee_ids`; a correction is a new notice that names the one it replaces.

    With a rule, `addressee_ids` are whom it has meant so far. `acknowledge_on` and `acknowledge_time` are what was
    asked for in `timezone`, `acknowledge_by` the last instant on time. The counts are for the office alone, and no
    event carries them: they move with every acknowledgement.
    """

    campaign_id: UUID
    title: str
    body: str
    addressee_ids: list[UUID]
    acknowledge_by: Instant | None = None
    replaces_id: UUID | None = None
    state: Literal["draft", "issued"]
    issued_at: Instant | None = None
    addressee_rule: AddresseeRule | None = None
    acknowledge_on: date | None = None
    acknowledge_time: time | None = None
    timezone: str | None = None
    warnings: list[DueWarning] = []
    attachment_ids: list[UUID] = []
    replaced_by_id: UUID | None = None
    discarded_at: Instant | None = None
    owed_count: int | None = None
    acknowledged_count: int | None = None


class Acknowledgement(Aggregate):
    """What one addressee owes for one notice; `due_at` None: asked for, but not chased.

    `on_behalf`: the office recorded it for the addressee (by which key, and why), who had said so by telephone.
    """

    campaign_id: UUID
    notice_id: UUID
    organization_id: UUID
    title: str
    due_at: Instant | None = None
    state: Literal["owed", "acknowledged", "replaced"]
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    on_behalf: bool = False
    recorded_by: UUID | None = None
    why: str | None = None


class DraftNotice(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "关于开展网络安全宣传周活动的通知",
                    "body": "各市、区，各有关单位：现将有关事项通知如下。",
                    "addressee_rule": {"any_of": [{"kind": "district"}, {"hosts_of": "key"}]},
                    "acknowledge_on": "2024-09-02",
                }
            ]
        }
    )

    title: Title
    body: Prose
    addressee_ids: Ids | None = None
    addressee_rule: AskedRule | None = None
    acknowledge_by: GivenInstant | None = None
    acknowledge_on: date | None = None
    acknowledge_time: time | None = None
    attachment_ids: list[UUID] = Field(default=[], max_length=50)
    replaces_id: UUID | None = None

    @model_validator(mode="after")
    def _says_once_who_is_meant(self) -> Self:
        check_one_way(self.addressee_ids, self.addressee_rule, ("addressee_ids", "addressee_rule"))
        return self


class ChangeNotice(Change):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "关于开展网络安全宣传周活动的补充通知", "acknowledge_on": "2024-09-03"}]
        }
    )

    title: Title = ""
    body: Prose = ""
    addressee_ids: Ids | None = None
    addressee_rule: AskedRule | None = None
    acknowledge_by: GivenInstant | None = None
    acknowledge_on: date | None = None
    acknowledge_time: time | None = None
    attachment_ids: list[UUID] = Field(default=[], max_length=50)
    replaces_id: UUID | None = None

    @model_validator(mode="after")
    def _says_once_who_is_meant(self) -> Self:
        if self.model_fields_set & {"addressee_ids", "addressee_rule"}:
            check_one_way(self.addressee_ids, self.addressee_rule, ("addressee_ids", "addressee_rule"))
        return self


class Acknowledge(Command):
    model_config = ConfigDict(json_schema_extra={"examples": [{"acknowledged_by": "值班员"}]})

    acknowledged_by: Line


class RecordAcknowledgement(Command):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"acknowledged_by": "王主任", "why": "电话确认，网络中断"}]}
    )

    acknowledged_by: Line
    why: Reason


class NoticeDrafted(Event, type="rollcall.registry.notice.drafted.v1"):
    notice: Notice


class NoticeChanged(Event, type="rollcall.registry.notice.changed.v1"):
    notice: Notice


class NoticeDiscarded(Event, type="rollcall.registry.notice.discarded.v1"):
    notice: Notice


class NoticeIssued(Event, type="rollcall.registry.notice.issued.v1"):
    notice: Notice


class NoticeAddresseesAdded(Event, type="rollcall.registry.notice.addressees_added.v1"):
    notice: Notice


class NoticeReplaced(Event, type="rollcall.registry.notice.replaced.v1"):
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


FACTS = (
    NoticeDrafted,
    NoticeIssued,
    NoticeChanged,
    NoticeDiscarded,
    NoticeAddresseesAdded,
    NoticeReplaced,
)
ACKNOWLEDGEMENT_FACTS = (
    AcknowledgementOwed,
    NoticeAcknowledged,
    AcknowledgementReplaced,
    AcknowledgementMoved,
)
