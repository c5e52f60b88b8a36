"""Urge 催办: a person has those told who still owe. Kept by the notifier; what is told is said as notifications."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from contracts.secrecy import refuse_mark
from contracts.shapes import Aggregate, Command, Instant, Shape, keep_prose

Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1_000),
    AfterValidator(keep_prose),
    AfterValidator(refuse_mark),
]
_EXAMPLE: dict[str, Any] = {
    "campaign_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829301",
    "deliverable_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829303",
    "organization_ids": None,
    "message": "请于今天下班前报送。",
    "dry_run": True,
}


class SendUrge(Command):
    """`deliverable_id` null: whatever is owed in the campaign; `organization_ids` null: whoever owes it.

    A `dry_run`, which it is unless false is said, tells nobody.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    campaign_id: UUID
    deliverable_id: UUID | None = None
    organization_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=1_000)
    message: Words | None = None
    dry_run: bool = True


class Urgeable(Shape):
    """What a unit owes: `due_at` is the correction's where it was returned."""

    organization_id: UUID
    name: str
    assignment_id: UUID
    title: str
    state: Literal["owed", "overdue", "returned"]
    due_at: Instant | None = None


class ToTell(Urgeable):
    channels: list[str]


class Unreached(Urgeable):
    """It has no working address: somebody has to call."""


class LeftOut(Urgeable):
    """It was urged for this a while ago, and may be again from `again_at` on."""

    urged_at: Instant
    again_at: Instant


class UrgeAnswer(Shape):
    """Who is told what, who cannot be and who was left out. `id` and `planned_for` are null where nobody was told."""

    dry_run: bool
    id: UUID | None = None
    planned_for: Instant | None = None
    told: list[ToTell]
    unreachable: list[Unreached]
    left_out: list[LeftOut]


class Urge(Aggregate):
    """One that was sent: `organization_id` urged, with the key `urged_by`; `told_count` debts were spoken of."""

    campaign_id: UUID
    deliverable_id: UUID | None
    organization_id: UUID
    urged_by: UUID
    message: str | None
    told_count: int
