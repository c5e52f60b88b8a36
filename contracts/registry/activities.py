"""Activity 活动: what is held, by which hosts, when and where, and how far it has come."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from contracts.envelope import Event
from contracts.shapes import (
    Aggregate,
    Change,
    Command,
    GivenInstant,
    Instant,
    Line,
    Prose,
    Reason,
    Shape,
    Title,
    keep_line,
)

Mode = Literal["offline", "online", "both"]
Selection = Literal["nominated", "shortlisted", "key"]
State = Literal["draft", "registered", "confirmed", "held", "reported", "postponed", "cancelled"]
Move = Literal["register", "confirm", "postpone", "reschedule", "cancel", "hold", "report"]


def keep_link(text: str) -> str:
    """An address on the web, over https."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(letter.isspace() for letter in text) or "@" in parts.netloc:
        raise ValueError("is no link; expected an address such as https://www.example.cn/news/1")
    return text


Link = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2_000),
    AfterValidator(keep_line),
    AfterValidator(keep_link),
]
Turnout = Annotated[int, Field(ge=0, le=2_000_000_000)]


class Host(Shape):
    """An organization of the register or an outside party; `written_as` is the notice's own wording."""

    organization_id: UUID | None = None
    outside_party: str | None = None
    written_as: str | None = None


class ActivityWarning(Shape):
    """Odd and accepted: starts_outside_campaign, starts_on_day_off or turnout_implausible."""

    code: str
    message: str


class Activity(Aggregate):
    """Starts and place may be to be announced (None), with `schedule_note` (9月上旬) beside them.

    `hosts_text` is the host cell as it was imported. `state_before` and the former times are what a postponed or
    cancelled activity had; `reason` is that of its last move. `nominated_from_id` is the activity of a campaign
    below that this one was copied from.
    """

    campaign_id: UUID
    serial_number: int | None = None
    category: str
    name: str
    hosts: list[Host]
    hosts_text: str | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    place: str | None = None
    mode: Mode | None = None
    settings: list[str] = []
    audiences: list[str] = []
    products: list[str] = []
    carriers: list[str] = []
    state: State = "draft"
    selection: Selection | None = None
    reason: str | None = None
    schedule_note: str | None = None
    state_before: State | None = None
    former_starts_at: Instant | None = None
    former_ends_at: Instant | None = None
    emergency_plan_id: UUID | None = None
    threat_assessment_id: UUID | None = None
    attachment_ids: list[UUID] = []
    actual_starts_at: Instant | None = None
    actual_ends_at: Instant | None = None
    turnout: int | None = None
    summary: str | None = None
    links: list[str] = []
    report_attachment_ids: list[UUID] = []
    nominated_from_id: UUID | None = None
    warnings: list[ActivityWarning] = []


class NameHost(Command):
    organization_id: UUID | None = None
    outside_party: Line | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.organization_id is None) == (self.outside_party is None):
            raise ValueError("expected either organization_id or outside_party, and not both")
        return self


def check_times(starts_at: Instant | None, ends_at: Instant | None) -> None:
    """An activity that ends names its start, and ends after it."""
    if ends_at is not None and (starts_at is None or ends_at < starts_at):
        raise ValueError("ends_at must be after starts_at, which must be given")


class RegisterActivity(Command):
    """Drafts an activity; `register` then puts it before everybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "category": "重要活动",
                    "name": "2024年国家网络安全宣传周江苏省暨苏州市活动开幕式",
                    "hosts": [{"outside_party": "江苏省委网信办"}],
                    "mode": "offline",
                    "schedule_note": "9月上旬，昆山市，具体时间地点另行通知",
                }
            ]
        }
    )

    serial_number: int | None = Field(default=None, ge=1, le=100_000)
    category: Line
    name: Title
    hosts: list[NameHost] = Field(min_length=1, max_length=100)
    starts_at: GivenInstant | None = None
    ends_at: GivenInstant | None = None
    place: Line | None = None
    schedule_note: Line | None = None
    mode: Mode | None = None
    settings: list[Line] = Field(default=[], max_length=20)
    audiences: list[Line] = Field(default=[], max_length=20)
    products: list[Line] = Field(default=[], max_length=20)
    carriers: list[Line] = Field(default=[], max_length=20)
    emergency_plan_id: UUID | None = None
    threat_assessment_id: UUID | None = None
    attachment_ids: list[UUID] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        check_times(self.starts_at, self.ends_at)
        return self


class ChangeActivity(Change):
    """Time and place are changed here while they are to be announced; after that by `reschedule`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "网安第一课", "emergency_plan_id": None, "mode": "online"}]}
    )

    serial_number: int | None = Field(default=None, ge=1, le=100_000)
    category: Line = ""
    name: Title = ""
    hosts: list[NameHost] = Field(default=[], min_length=1, max_length=100)
    starts_at: GivenInstant | None = None
    ends_at: GivenInstant | None = None
    place: Line | None = None
    schedule_note: Line | None = None
    mode: Mode | None = None
    settings: list[Line] = Field(default=[], max_length=20)
    audiences: list[Line] = Field(default=[], max_length=20)
    products: list[Line] = Field(default=[], max_length=20)
    carriers: list[Line] = Field(default=[], max_length=20)
    emergency_plan_id: UUID | None = None
    threat_assessment_id: UUID | None = None
    attachment_ids: list[UUID] = Field(default=[], max_length=50)


class MoveActivity(Command):
    """Registers or confirms; a reason may be kept with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    reason: Reason | None = None


class StopActivity(Command):
    """Postpones or cancels, which says why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "台风“贝碧嘉”"}]})

    reason: Reason


class RescheduleActivity(Command):
    """`place` keeps the present one where it is not named; `schedule_note` goes unless it is named again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "starts_at": "2024-09-09T09:30:00+08:00",
                    "ends_at": "2024-09-09T11:30:00+08:00",
                    "place": "苏州国际博览中心",
                    "reason": "会场已定",
                }
            ]
        }
    )

    starts_at: GivenInstant
    ends_at: GivenInstant | None = None
    place: Line | None = None
    schedule_note: Line | None = None
    reason: Reason

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        check_times(self.starts_at, self.ends_at)
        return self


class HoldActivity(Command):
    """It took place; when it really began and ended, and how many came, as far as that is known."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"turnout": 1200}]})

    turnout: Turnout | None = None
    actual_starts_at: GivenInstant | None = None
    actual_ends_at: GivenInstant | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _ended_after_it_started(self) -> Self:
        started, ended = self.actual_starts_at, self.actual_ends_at
        if ended is not None and (started is None or ended < started):
            raise ValueError("actual_ends_at must be after actual_starts_at, which must be given")
        return self


class ReportActivity(Command):
    """What became of it. `turnout` is needed here when it was not told with `hold`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "summary": "全市1200人到场，线上观看3万人次。",
                    "turnout": 1200,
                    "links": ["https://www.example.cn/news/1"],
                }
            ]
        }
    )

    summary: Prose
    turnout: Turnout | None = None
    links: list[Link] = Field(default=[], max_length=20)
    attachment_ids: list[UUID] = Field(default=[], max_length=50)
    reason: Reason | None = None


class SelectActivity(Command):
    """Null takes the selection back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"selection": "key"}]})

    selection: Selection | None


class NominateUpward(Command):
    """Nothing is to be said."""


class MovedBy(Shape):
    """Whose key it was; all None where the system itself acted."""

    key_id: UUID | None = None
    organization_id: UUID | None = None
    role: str | None = None


class ActivityMove(Shape):
    """One move of an activity: `before` is None for the first, by which it came onto the register.

    `starts_at` and `place` are what they were after it.
    """

    move: Literal["draft", "register", "confirm", "postpone", "reschedule", "cancel", "hold", "report"]
    version: int
    before: State | None = Field(default=None, serialization_alias="from", validation_alias="from")
    after: State = Field(serialization_alias="to", validation_alias="to")
    at: Instant
    by: MovedBy
    reason: str | None = None
    starts_at: Instant | None = None
    place: str | None = None


class ActivityDrafted(Event, type="rollcall.registry.activity.drafted.v1"):
    activity: Activity


class ActivityRegistered(Event, type="rollcall.registry.activity.registered.v1"):
    activity: Activity


class ActivityChanged(Event, type="rollcall.registry.activity.changed.v1"):
    activity: Activity


class ActivityConfirmed(Event, type="rollcall.registry.activity.confirmed.v1"):
    activity: Activity


class ActivityPostponed(Event, type="rollcall.registry.activity.postponed.v1"):
    activity: Activity


class ActivityRescheduled(Event, type="rollcall.registry.activity.rescheduled.v1"):
    activity: Activity


class ActivityCancelled(Event, type="rollcall.registry.activity.cancelled.v1"):
    activity: Activity


class ActivityHeld(Event, type="rollcall.registry.activity.held.v1"):
    activity: Activity


class ActivityReported(Event, type="rollcall.registry.activity.reported.v1"):
    activity: Activity


class ActivitySelected(Event, type="rollcall.registry.activity.selected.v1"):
    activity: Activity


FACTS = (
    ActivityDrafted,
    ActivityRegistered,
    ActivityChanged,
    ActivityConfirmed,
    ActivityPostponed,
    ActivityRescheduled,
    ActivityCancelled,
    ActivityHeld,
    ActivityReported,
    ActivitySelected,
)
