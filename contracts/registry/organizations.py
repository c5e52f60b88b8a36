"""Organization 单位: a unit of the tree, with its names and the office's own order."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from contracts.envelope import Event
from contracts.shapes import Aggregate, Change, Command, Line, Shape

Kind = Literal[
    "office",
    "district",
    "town",
    "department",
    "enterprise",
    "school",
    "hospital",
    "media",
    "association",
    "other",
]


class Organization(Aggregate):
    """A unit. `parent_id` makes the tree; `sort_order` is the order in which the office lists its units."""

    name: str
    short_name: str | None = None
    kind: Kind
    parent_id: UUID | None = None
    aliases: list[str] = []
    sort_order: int = 0
    opened_on: date | None = None
    closed_on: date | None = None


class CreateOrganization(Command):
    name: Line
    short_name: Line | None = None
    kind: Kind
    parent_id: UUID | None = None
    aliases: list[Line] = Field(default=[], max_length=50)
    sort_order: int = Field(default=0, ge=0, le=1_000_000)
    opened_on: date | None = None


class ChangeOrganization(Change):
    name: Line = ""
    short_name: Line | None = None
    kind: Kind = "other"
    parent_id: UUID | None = None
    aliases: list[Line] = Field(default=[], max_length=50)
    sort_order: int = Field(default=0, ge=0, le=1_000_000)
    opened_on: date | None = None
    closed_on: date | None = None


class ResolveNames(Command):
    names: list[Line] = Field(min_length=1, max_length=1_000)


class Candidate(Shape):
    """An organization that a text may mean; `score` from 0 to 1 only ranks, it never decides."""

    organization_id: UUID
    name: str
    score: float


class ResolvedName(Shape):
    name: str
    outcome: Literal["resolved", "ambiguous", "unknown"]
    organization_id: UUID | None = None
    matched_by: Literal["name", "alias", "normalized", "decision"] | None = None
    candidates: list[Candidate] = []


class ResolvedNames(Shape):
    results: list[ResolvedName]


class OrganizationRegistered(Event, type="rollcall.registry.organization.registered.v1"):
    organization: Organization


class OrganizationChanged(Event, type="rollcall.registry.organization.changed.v1"):
    organization: Organization


FACTS = (OrganizationRegistered, OrganizationChanged)
