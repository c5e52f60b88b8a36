"""What people decided about an import: hosts by their text, categories by their row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from chassis.refusals import Unprocessable
from contracts.registry.imports import Decision, NewOrganization
from services.registry.name_decisions.model import OutsideParty, Verdict
from services.registry.organizations.names import normal_form

__all__ = ["OutsideParty", "Verdict", "Verdicts", "new_organizations", "verdicts_of"]

Key = TypeVar("Key")
Value = TypeVar("Value")


class ContradictingDecisions(Unprocessable):
    """Two decisions on one text, or on one row's category, that do not say the same."""


@dataclass(frozen=True)
class Verdicts:
    """What people decided: hosts by their text, categories by their row."""

    hosts: Mapping[str, Verdict] = field(default_factory=dict)
    categories: Mapping[int, str] = field(default_factory=dict)

    def on(self, text: str) -> Verdict | None:
        """The verdict on this text, or the only one on another spelling of it."""
        return self.hosts.get(text) or self._normal.get(normal_form(text))

    @cached_property
    def _normal(self) -> Mapping[str, Verdict]:
        spelled: dict[str, set[Verdict]] = {}
        for text, verdict in self.hosts.items():
            spelled.setdefault(normal_form(text), set()).add(verdict)
        return {form: next(iter(said)) for form, said in spelled.items() if len(said) == 1}


def verdicts_of(decisions: Sequence[Decision], created: Mapping[str, UUID] | None = None) -> Verdicts:
    """Decisions by what they decide; `created` holds the ids of the organizations made for new ones, by name."""
    hosts: dict[str, Verdict] = {}
    categories: dict[int, str] = {}
    for decision in decisions:
        if decision.text is not None:
            _settle(hosts, decision.text.strip(), _verdict(decision, created or {}))
        if decision.row is not None and decision.category is not None:
            _settle(categories, decision.row, decision.category)
    return Verdicts(hosts, categories)


def new_organizations(decisions: Sequence[Decision]) -> list[NewOrganization]:
    """The organizations that the decisions ask for, each name once; they are made before verdicts_of."""
    wanted: dict[str, NewOrganization] = {}
    for decision in decisions:
        if decision.new_organization is not None:
            _settle(wanted, decision.new_organization.name, decision.new_organization)
    return list(wanted.values())


def _verdict(decision: Decision, created: Mapping[str, UUID]) -> Verdict:
    if decision.organization_id is not None:
        return decision.organization_id
    if decision.outside_party is not None:
        return OutsideParty(decision.outside_party)
    assert decision.new_organization is not None  # the contract's own check: one of the three is there
    return created[decision.new_organization.name]


def _settle(settled: dict[Key, Value], key: Key, value: Value) -> None:
    if settled.setdefault(key, value) != value:
        raise ContradictingDecisions(f"two decisions on {key!r} say different things; expected one")
