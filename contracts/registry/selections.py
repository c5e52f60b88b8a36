"""Selection 遴选: many activities nominated, shortlisted or chosen at once, and the numbers of the chosen."""

from typing import Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.registry.activities import Selection, State
from contracts.shapes import Command, Line, Shape


class SelectionFilter(Command):
    """Activities for which all of these hold; the selection `none` is that of those not selected yet."""

    category: Line | None = None
    state: State | None = None
    selection: Selection | Literal["none"] | None = None
    host_id: UUID | None = None
    q: Line | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not any(getattr(self, name) is not None for name in type(self).model_fields):
            raise ValueError("is empty; expected one of category, state, selection, host_id, q")
        return self


class SelectActivities(Command):
    """By their ids or by a filter; `selection` null takes it back, `dry_run` only tells what would change."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "selection": "shortlisted",
                    "filter": {"category": "网络安全进校园", "selection": "nominated"},
                },
                {
                    "selection": "key",
                    "activity_ids": ["0191a2b3-c4d5-7000-8000-000000000001"],
                    "dry_run": True,
                },
            ]
        }
    )

    selection: Selection | None
    activity_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=1_000)
    filter: SelectionFilter | None = None
    dry_run: bool = False

    @model_validator(mode="after")
    def _names_one_way(self) -> Self:
        if (self.activity_ids is None) == (self.filter is None):
            raise ValueError("expected either activity_ids or filter, and not both")
        return self


class SelectionMade(Shape):
    """In numbers. `left_out_ids` are the cancelled ones that the filter found: these are not selected."""

    selection: Selection | None
    dry_run: bool
    matched_count: int
    changed_count: int
    unchanged_count: int
    changed_ids: list[UUID]
    left_out_ids: list[UUID] = []


class NumberActivities(Command):
    """`categories` in the office's order, every category of a key activity among them; null: the order that is kept."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"categories": ["重要活动", "网络安全进校园"]}, {"categories": None}]}
    )

    categories: list[Line] | None = Field(default=None, min_length=1, max_length=1_000)


class NumbersGiven(Shape):
    """The key activities have the numbers 1 to `numbered_count`; `changed_ids` got another or lost theirs."""

    category_order: list[str]
    numbered_count: int
    changed_count: int
    changed_ids: list[UUID]
