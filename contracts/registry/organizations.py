"""Organization 单位: a unit of the tree, with its names and the office's own order."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from contracts.envelope import Event
from contracts.shapes import Aggregate, Change, Command, Instant, Line, Shape

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


class FormerName(Shape):
    """A name that was given up: what the unit was called from `since_at` until `until_at`."""

    name: str
    since_at: Instant
    until_at: Instant


class Organization(Aggregate):
    """A unit. `parent_id` makes the tree; `sort_order` is the order in which the office lists its units.

    From `closed_on` on (a day in China) it is closed: it resolves no more and owes nothing new. What was merged
    names its successor in `merged_into_id`, what was split its successors in `successor_ids`.
    """

    name: str
    short_name: str | None = None
    kind: Kind
    parent_id: UUID | None = None
    aliases: list[str] = []
    sort_order: int = 0
    opened_on: date | None = None
    closed_on: date | None = None
    former_names: list[FormerName] = []
    merged_into_id: UUID | None = None
    successor_ids: list[UUID] = []
    closed_because: str | None = None


class CreateOrganization(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "吴江区委宣传部（网信办）",
                    "short_name": "吴江区",
                    "kind": "district",
                    "parent_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829301",
                    "aliases": ["吴江区委网信办"],
                    "sort_order": 5,
                }
            ]
        }
    )

    name: Line
    short_name: Line | None = None
    kind: Kind
    parent_id: UUID | None = None
    aliases: list[Line] = Field(default=[], max_length=50)
    sort_order: int = Field(default=0, ge=0, le=1_000_000)
    opened_on: date | None = None


class ChangeOrganization(Change):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"aliases": ["吴江区委网信办", "吴江网信办"], "sort_order": 6}]}
    )

    name: Line = ""
    short_name: Line | None = None
    kind: Kind = "other"
    parent_id: UUID | None = None
    aliases: list[Line] = Field(default=[], max_length=50)
    sort_order: int = Field(default=0, ge=0, le=1_000_000)
    opened_on: date | None = None
    closed_on: date | None = None


class ResolveNames(Command):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"names": ["吴江区委宣传部(网信办)", "住房和城乡建设局"]}]}
    )

    names: list[Line] = Field(min_length=1, max_length=1_000)


class Candidate(Shape):
    """An organization that a text may mean; `score` from 0 to 1 only ranks, it never decides."""

    organization_id: UUID
    name: str
    score: float


class ResolvedName(Shape):
    """What a text means: an organization, or an outside party that was decided on; `matched_by` names the rule."""

    name: str
    outcome: Literal["resolved", "ambiguous", "unknown"]
    organization_id: UUID | None = None
    outside_party: str | None = None
    matched_by: Literal["name", "alias", "normalized", "decision"] | None = None
    candidates: list[Candidate] = []


class ResolvedNames(Shape):
    results: list[ResolvedName]


class FieldChange(Shape):
    """One field of an aggregate, as it was and as it is since; `before` is null where there was none."""

    field: str
    before: Any = None
    after: Any = None


class HistoryEntry(Shape):
    """One fact out of the log: who, when, which version it made, and what is different since.

    `actor` holds the key, its organization and its role; or the name of the system.
    """

    version: int
    fact: str
    occurred_at: Instant
    actor: dict[str, Any]
    changes: list[FieldChange]


class OrganizationRegistered(Event, type="rollcall.registry.organization.registered.v1"):
    organization: Organization


class OrganizationChanged(Event, type="rollcall.registry.organization.changed.v1"):
    organization: Organization


class OrganizationMerged(Event, type="rollcall.registry.organization.merged.v1"):
    organization: Organization


class OrganizationSplit(Event, type="rollcall.registry.organization.split.v1"):
    organization: Organization


FACTS = (OrganizationRegistered, OrganizationChanged, OrganizationMerged, OrganizationSplit)
