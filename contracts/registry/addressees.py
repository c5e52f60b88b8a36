"""Who is meant: units named one by one, or by a rule that also means those who come to fit it later."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Discriminator, Field, Tag

from contracts.registry.activities import Selection
from contracts.registry.organizations import Kind
from contracts.shapes import Command, Shape

Ids = Annotated[list[UUID], Field(min_length=1, max_length=10_000)]
_MARKS = ("below", "organization_ids", "hosts_of", "kind")


class Listed(Shape):
    """These units."""

    organization_ids: list[UUID]


class OfKind(Shape):
    """Every unit of a kind."""

    kind: Kind


class Below(Shape):
    """Every unit under one of the tree, of one kind or of any; `itself` counts that one in."""

    below: UUID
    kind: Kind | None = None
    itself: bool = False


class HostsOf(Shape):
    """Every unit that hosts an activity of the campaign with this selection."""

    hosts_of: Selection


def _mark(clause: Any) -> str | None:
    """What a clause goes by: the first of its marks."""
    named = clause if isinstance(clause, dict) else getattr(type(clause), "model_fields", ())
    return next((mark for mark in _MARKS if mark in named), None)


_TOLD_BY = Discriminator(
    _mark,
    custom_error_type="clause_unclear",
    custom_error_message="expected one of organization_ids, kind, below, hosts_of",
)
Clause = Annotated[
    Annotated[Below, Tag("below")]
    | Annotated[Listed, Tag("organization_ids")]
    | Annotated[HostsOf, Tag("hosts_of")]
    | Annotated[OfKind, Tag("kind")],
    _TOLD_BY,
]


class AddresseeRule(Shape):
    """Whoever any clause means, without `except_ids`; closed units never; in the office's own order."""

    any_of: list[Clause]
    except_ids: list[UUID] = []


_STRICT = ConfigDict(extra="forbid", strict=True)


class AskedListed(Listed):
    model_config = _STRICT

    organization_ids: Ids


class AskedOfKind(OfKind):
    model_config = _STRICT


class AskedBelow(Below):
    model_config = _STRICT


class AskedHostsOf(HostsOf):
    model_config = _STRICT


AskedClause = Annotated[
    Annotated[AskedBelow, Tag("below")]
    | Annotated[AskedListed, Tag("organization_ids")]
    | Annotated[AskedHostsOf, Tag("hosts_of")]
    | Annotated[AskedOfKind, Tag("kind")],
    _TOLD_BY,
]


class AskedRule(Command):
    """A rule as it is asked for: nothing unknown in it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "any_of": [{"kind": "district"}, {"hosts_of": "key"}],
                    "except_ids": ["0191a2b3-c4d5-7000-8000-000000000001"],
                }
            ]
        }
    )

    any_of: list[AskedClause] = Field(min_length=1, max_length=50)
    except_ids: list[UUID] = Field(default=[], max_length=10_000)

    def as_kept(self) -> AddresseeRule:
        """The rule as it is answered and told."""
        return AddresseeRule.model_validate(self.model_dump())


class PreviewAddressees(Command):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rule": {"any_of": [{"kind": "district"}, {"hosts_of": "key"}]}}]}
    )

    rule: AskedRule


class AddressedUnit(Shape):
    id: UUID
    name: str
    short_name: str | None = None
    kind: Kind
    parent_id: UUID | None = None


class RuleWarning(Shape):
    """What of a rule has no effect: a clause (its place in `any_of`, from 0) or an exception."""

    code: Literal["empty_clause", "idle_exception"]
    message: str
    clause: int | None = None
    organization_id: UUID | None = None


class AddresseePreview(Shape):
    """Who would be meant at this moment: how many, and the first of them in the office's order."""

    organization_count: int
    organizations: list[AddressedUnit]
    warnings: list[RuleWarning] = []


def check_one_way(lists: Sequence[UUID] | None, rule: AskedRule | None, names: tuple[str, str]) -> None:
    """Whoever is meant is said in exactly one of the two ways."""
    if (lists is None) == (rule is None):
        raise ValueError(f"expected either {names[0]} or {names[1]}, and not both")
