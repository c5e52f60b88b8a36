"""Take-over 参照执行: what a campaign has from the one above it, and where the two have come apart since."""

from datetime import date, time
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.registry.campaigns import Campaign
from contracts.registry.deliverables import Deliverable
from contracts.registry.theme_days import ThemeDay
from contracts.shapes import Command, Instant, Line, Shape

Part = Literal["theme", "based_on", "theme_day", "deliverable"]
EXAMPLE: dict[str, Any] = {
    "theme": True,
    "based_on": True,
    "theme_days": True,
    "organisers": [
        {
            "theme_day_id": "01920000-0000-7000-8000-000000000001",
            "organiser_ids": ["01920000-0000-7000-8000-000000000002"],
        }
    ],
    "deliverables": [
        {
            "deliverable_id": "01920000-0000-7000-8000-000000000003",
            "title": "各镇活动总结",
            "owed_by": ["01920000-0000-7000-8000-000000000004"],
        }
    ],
    "working_days_before": 2,
}


class NameOrganisers(Command):
    """Who organises a day here; a day that is not named here is organised by the issuer itself."""

    theme_day_id: UUID
    organiser_ids: list[UUID] = Field(min_length=1, max_length=50)


class TakeDeliverable(Command):
    """Without `due_on` it is due `working_days_before` the one above; null is with no date yet."""

    deliverable_id: UUID
    title: Line | None = None
    due_on: date | None = None
    due_time: time | None = None
    owed_by: list[UUID] = Field(min_length=1, max_length=10_000)


class TakeOver(Command):
    """What to take over; what was taken before is passed over. `theme_days` true takes all that there are."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    theme: bool = False
    based_on: bool = False
    theme_days: bool | list[UUID] = False
    organisers: list[NameOrganisers] = Field(default=[], max_length=100)
    deliverables: list[TakeDeliverable] = Field(default=[], max_length=100)
    working_days_before: int = Field(default=2, ge=0, le=60)

    @model_validator(mode="after")
    def _takes_each_once(self) -> Self:
        days = self.theme_days if isinstance(self.theme_days, list) else []
        named = [each.theme_day_id for each in self.organisers]
        wanted = [each.deliverable_id for each in self.deliverables]
        if any(len(set(ids)) < len(ids) for ids in (days, named, wanted)):
            raise ValueError("names the same thing twice; expected each theme day and deliverable once")
        if not (self.theme or self.based_on or self.theme_days or self.deliverables):
            raise ValueError("takes nothing over; expected theme, based_on, theme_days or deliverables")
        return self


class TakenOver(Shape):
    """The campaign as it is now, and what was newly taken."""

    campaign: Campaign
    theme_days: list[ThemeDay]
    deliverables: list[Deliverable]


class TakenDifference(Shape):
    """A field that has changed above since it was taken, and is not the same here: nothing is applied by itself."""

    field: str
    taken: Any
    above: Any
    here: Any


class TakeOverItem(Shape):
    """A part of the campaign above; `here_id` and `taken_at` are None while it was not taken over."""

    part: Part
    above_id: UUID
    name: str
    here_id: UUID | None = None
    taken_at: Instant | None = None
    taken_by: UUID | None = None
    differences: list[TakenDifference] = []


class TakeOverView(Shape):
    """Everything that the campaign above has to take, with what was taken and what differs."""

    campaign_id: UUID
    parent_id: UUID
    items: list[TakeOverItem]
