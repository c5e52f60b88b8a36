"""Random histories: units that move, debts that are extended, waived and handed over, submissions back and forth."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.identity import new_id
from contracts.envelope import Event
from tests.integration.reporting.conftest import START, Facts

MINUTES = 60


@dataclass
class History:
    """Facts in the order in which their owners made them true, a minute or none between one and the next."""

    chance: random.Random
    facts: Facts = field(default_factory=Facts)
    events: list[Event] = field(default_factory=list)
    units: dict[str, Any] = field(default_factory=dict)
    debts: list[Any] = field(default_factory=list)
    submissions: dict[UUID, Any] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)
    minute: int = 0

    def make(self, steps: int) -> "History":
        """A world and so many steps in it."""
        for event in (*self.facts.units(), self.facts.campaign(), self.facts.deliverable()):
            self.events.append(event)
        self.units = {event.organization.name: event for event in self.events[: len(self.facts.ids)]}  # type: ignore[attr-defined]
        for _ in range(steps):
            self.minute += self.chance.choice((0, 1, 1, 40))
            self.chance.choice(
                (
                    self.owe,
                    self.owe,
                    self.change_debt,
                    self.hand_in,
                    self.hand_in,
                    self.review,
                    self.ask,
                    self.move,
                )
            )()
        return self

    def owe(self) -> None:
        made = self.facts.assignment(self._unit(), due_at=self._due())
        fields = {"deliverable_id": self.chance.choice((self.facts.deliverable_id, self.facts.campaign_id))}
        self._tell(self.debts, made, fields)

    def change_debt(self) -> None:
        if self.debts:
            nth = self.chance.randrange(len(self.debts))
            fields: dict[str, Any] = self.chance.choice(
                (
                    {"due_at": self._due()},
                    {"state": "waived"},
                    {"state": "owed"},
                    {"organization_id": self.facts.ids[self._unit()]},
                )
            )
            self.debts[nth] = self._next(self.debts[nth], fields)

    def hand_in(self) -> None:
        if self.debts:
            debt = self.chance.choice(self.debts)
            fields = {"state": "received", "nil_return": self.chance.random() < 0.2}
            known = self.submissions.get(debt.assignment.id)
            if known is None:
                known = self.facts.submission(debt, on_time=self.chance.random() < 0.7)
                told: list[Any] = []
                self._tell(told, known, fields)
                self.submissions[debt.assignment.id] = told[0]
            else:
                self.submissions[debt.assignment.id] = self._next(known, fields)

    def review(self) -> None:
        if self.submissions:
            id = self.chance.choice(sorted(self.submissions))
            state = self.chance.choice(("returned", "accepted", "withdrawn"))
            self.submissions[id] = self._next(self.submissions[id], {"state": state})

    def ask(self) -> None:
        if self.asked and self.chance.random() < 0.6:
            nth = self.chance.randrange(len(self.asked))
            state = self.chance.choice(("acknowledged", "replaced"))
            self.asked[nth] = self._next(self.asked[nth], {"state": state})
        else:
            self._tell(self.asked, self.facts.acknowledgement(self._unit()), {})

    def move(self) -> None:
        name = self.chance.choice(("north", "south", "stranger", "district"))
        above = {"north": "stranger", "south": "district", "stranger": "office", "district": "office"}
        new = self.chance.choice((above[name], TREE_ABOVE[name]))
        fields = {"parent_id": self.facts.ids[new], "kind": self.chance.choice(("town", "school"))}
        self.units[name] = self._next(self.units[name], fields)

    def _unit(self) -> str:
        return self.chance.choice(("office", "district", "north", "south", "stranger"))

    def _due(self) -> Any:
        return self.chance.choice((None, START + timedelta(hours=1), START + timedelta(hours=3)))

    def _tell(self, kept: list[Any], event: Any, fields: dict[str, Any]) -> None:
        kept.append(self._changed(event, fields))
        self.events.append(kept[-1])

    def _next(self, event: Any, fields: dict[str, Any]) -> Any:
        number = "revision" if hasattr(event.aggregate, "revision") else "version"
        changed = self._changed(event, {number: event.aggregate.revision_number + 1, **fields})
        self.events.append(changed)
        return changed

    def _changed(self, event: Any, fields: dict[str, Any]) -> Any:
        noun = next(iter(type(event).model_fields))
        at = START + timedelta(minutes=self.minute)
        aggregate = event.aggregate.model_copy(update={"updated_at": at, **fields})
        return event.model_copy(update={noun: aggregate})


TREE_ABOVE = {"north": "district", "south": "stranger", "stranger": "office", "district": "office"}


def a_history(seed: int, steps: int = 40) -> History:
    """The history that a seed stands for; the same structure for the same seed, with new ids."""
    return History(random.Random(seed)).make(steps)


def a_shuffle(history: History, seed: int) -> list[list[Event]]:
    """The events twice or three times over in any order, in batches."""
    chance = random.Random(seed)
    told = list(history.events) * chance.choice((1, 2, 3))
    chance.shuffle(told)
    batches = []
    while told:
        count = chance.randint(1, 12)
        batches.append(told[:count])
        told = told[count:]
    return batches


__all__ = ["History", "a_history", "a_shuffle", "new_id"]
