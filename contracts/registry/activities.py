"""Activity 活动: what is held, by which hosts, when and where."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from contracts.envelope import Event
from contracts.shapes import Aggregate, Change, Command, GivenInstant, Instant, Line, Reason, Shape, Title

Mode = Literal["offline", "online", "both"]
Selection = Literal["nominated", "shortlisted", "key"]
State = Literal["draft", "registered", "confirmed", "held", "reported", "postponed", "cancelled"]


class Host(Shape):
    """An organization of the register or an outside party; `written_as` is the notice's own wording."""

    organization_id: UUID | None = None
    outside_party: str | None = None
    written_as: str | None = None


class Activity(Aggregate):
    """Starts and place may be to be announced (None). `hosts_text` is the host cell as it was imported."""

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


class NameHost(Command):
    organization_id: UUID | None = None
    outside_party: Line | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.organization_id is None) == (self.outside_party is None):
            raise ValueError("expected either organization_id or outside_party, and not both")
        return self


class RegisterActivity(Command):
    serial_number: int | None = Field(default=None, ge=1, le=100_000)
    category: Line
    name: Title
    hosts: list[NameHost] = Field(min_length=1, max_length=100)
    starts_at: GivenInstant | None = None
    ends_at: GivenInstant | None = None
    place: Line | None = None
    mode: Mode | None = None
    settings: list[Line] = Field(default=[], max_length=20)
    audiences: list[Line] = Field(default=[], max_length=20)
    products: list[Line] = Field(default=[], max_length=20)
    carriers: list[Line] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        check_times(self.starts_at, self.ends_at)
        return self


class ChangeActivity(Change):
    serial_number: int | None = Field(default=None, ge=1, le=100_000)
    category: Line = ""
    name: Title = ""
    mode: Mode | None = None
    settings: list[Line] = Field(default=[], max_length=20)
    audiences: list[Line] = Field(default=[], max_length=20)
    products: list[Line] = Field(default=[], max_length=20)
    carriers: list[Line] = Field(default=[], max_length=20)


class RescheduleActivity(Command):
    starts_at: GivenInstant
    ends_at: GivenInstant | None = None
    place: Line | None = None
    reason: Reason

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        check_times(self.starts_at, self.ends_at)
        return self


class SelectActivity(Command):
    selection: Selection


def check_times(starts_at: Instant | None, ends_at: Instant | None) -> None:
    """An activity that ends names its start, and ends after it."""
    if ends_at is not None and (starts_at is None or ends_at < starts_at):
        raise ValueError("ends_at must be after starts_at, which must be given")


class ActivityDrafted(Event, type="rollcall.registry.activity.drafted.v1"):
    activity: Activity


class ActivityRegistered(Event, type="rollcall.registry.activity.registered.v1"):
    activity: Activity


class ActivityChanged(Event, type="rollcall.registry.activity.changed.v1"):
    activity: Activity


class ActivityRescheduled(Event, type="rollcall.registry.activity.rescheduled.v1"):
    activity: Activity


class ActivitySelected(Event, type="rollcall.registry.activity.selected.v1"):
    activity: Activity


FACTS = (ActivityDrafted, ActivityRegistered, ActivityChanged, ActivityRescheduled, ActivitySelected)
