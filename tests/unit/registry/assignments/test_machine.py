"""Assignments walked at random against a small model: made, dated, extended, waived, taken back, cancelled."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.access import Principal
from chassis.calendar import WorkingCalendar
from contracts.registry.assignments import (
    Assignment,
    ExtendAssignment,
    UnwaiveAssignment,
    WaiveAssignment,
)
from contracts.registry.campaigns import Campaign
from contracts.registry.deliverables import DefineDeliverable, Deliverable, SetDue
from services.registry.assignments import model
from services.registry.deliverables import model as deliverables

UNITS = [UUID(int=number) for number in range(1, 6)]
OFFICE = Principal(UUID(int=90), UUID(int=91), "coordinator")
START = datetime(2024, 8, 30, 1, tzinfo=UTC)
CALENDAR = WorkingCalendar()
CLOSES = datetime(2024, 9, 25, tzinfo=UTC)
CAMPAIGN = Campaign(
    id=UUID(int=99),
    version=1,
    created_at=START,
    updated_at=START,
    name="活动周",
    theme="主题",
    starts_on=date(2024, 9, 9),
    ends_on=date(2024, 9, 15),
    timezone="Asia/Shanghai",
    issuer_id=OFFICE.organization_id,
)
days = st.dates(date(2024, 8, 25), date(2024, 10, 10))
unit = st.sampled_from(UNITS)


class Assignments(RuleBasedStateMachine):
    """Does what the handlers do; `waived` and `extended` are what a clerk with a notebook would have written down."""

    deliverable: Deliverable

    @initialize(owed_by=st.lists(unit, min_size=1), due_on=st.one_of(st.none(), days), closes=st.booleans())
    def define(self, owed_by: list[UUID], due_on: date | None, closes: bool) -> None:
        self.at = START
        self.owed: dict[UUID, Assignment] = {}
        self.waived: set[UUID] = set()
        self.extended: dict[UUID, datetime] = {}
        self.cancelled = False
        due_on = None if due_on is None else min(max(due_on, date(2024, 9, 1)), date(2024, 9, 24))
        command = DefineDeliverable(kind="summary", title="总结", owed_by=owed_by, due_on=due_on)
        if closes:
            command = command.model_copy(update={"closes_at": CLOSES})
        self.deliverable = deliverables.define(command, owed_by, None, CAMPAIGN, uuid4(), CALENDAR, self.at)
        self.make(self.deliverable.owed_by)

    def make(self, owed_by: list[UUID]) -> None:
        ids = [uuid4() for _ in owed_by]
        self.keep(deliverables.make_assignments(self.deliverable, owed_by, ids, self.at))

    def keep(self, assignments: list[Assignment]) -> None:
        for each in assignments:
            before = self.owed.get(each.organization_id)
            assert each.version == (1 if before is None else before.version + 1)
            assert before is None or each.id == before.id
            self.owed[each.organization_id] = each

    def keep_deliverable(self, deliverable: Deliverable) -> None:
        assert deliverable.version == self.deliverable.version + 1
        self.deliverable = deliverable

    @rule(hours=st.integers(1, 60))
    def let_time_pass(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(due_on=st.one_of(st.none(), days))
    def move_due(self, due_on: date | None) -> None:
        try:
            moved = deliverables.set_due(
                self.deliverable, SetDue(due_on=due_on, reason="r"), CALENDAR, self.at
            )
        except deliverables.Cancelled:
            assert self.cancelled
        except deliverables.ClosesBeforeDue:
            assert due_on is not None
            assert due_on >= CLOSES.date()
        except deliverables.DueInThePast:
            assert due_on is not None
            assert due_on <= (self.at + timedelta(hours=8)).date()
        else:
            assert not self.cancelled
            self.keep_deliverable(moved)
            self.keep(deliverables.move_assignments(list(self.owed.values()), moved, self.at))

    @rule(fields=st.fixed_dictionaries({}, optional={"title": st.just("t"), "sections": st.just(["a"])}))
    def change(self, fields: dict[str, Any]) -> None:
        due_at = self.deliverable.due_at
        passed = "sections" in fields and self.deliverable.sections != ["a"] and due_at and due_at <= self.at
        if self.cancelled or passed:
            with pytest.raises((deliverables.Cancelled, deliverables.DuePassed)):
                deliverables.change(self.deliverable, fields, self.at)
            return
        self.keep_deliverable(deliverables.change(self.deliverable, fields, self.at))
        self.keep(deliverables.change_assignments(list(self.owed.values()), self.deliverable, self.at))

    @rule(who=unit)
    def join(self, who: UUID) -> None:
        moments = [m for m in (self.deliverable.due_at, self.deliverable.closes_at) if m is not None]
        if self.cancelled or any(moment <= self.at for moment in moments):
            with pytest.raises((deliverables.Cancelled, deliverables.DuePassed)):
                deliverables.check_can_join(self.deliverable, self.at)
        elif who not in self.owed:
            deliverables.check_can_join(self.deliverable, self.at)
            self.keep_deliverable(deliverables.add_owed_by(self.deliverable, [who], self.at))
            self.make([who])

    @rule(who=unit, due_on=days)
    def extend(self, who: UUID, due_on: date) -> None:
        if who not in self.owed:
            return
        command = ExtendAssignment(due_on=due_on, reason="台风")
        try:
            extension = model.grant(command, self.deliverable, CALENDAR, OFFICE, self.at)
        except model.ExtensionInThePast:
            assert due_on <= (self.at + timedelta(hours=8)).date()
            return
        except model.ExtensionGivesNoTime:
            assert self.deliverable.due_on is not None
            assert due_on < self.deliverable.due_on
            return
        if who in self.waived:
            with pytest.raises(model.Waived):
                model.extend(self.owed[who], extension, self.deliverable.closes_at, self.at)
            return
        self.keep([model.extend(self.owed[who], extension, self.deliverable.closes_at, self.at)])
        self.extended[who] = extension.due_at

    @rule(who=unit)
    def waive(self, who: UUID) -> None:
        if who not in self.owed:
            return
        present = self.owed[who]
        waived = model.waive(present, WaiveAssignment(reason="撤并"), OFFICE, self.at)
        if waived is not present:
            self.keep([waived])
        self.waived.add(who)

    @rule(who=unit)
    def unwaive(self, who: UUID) -> None:
        if who not in self.owed:
            return
        command = UnwaiveAssignment(reason="撤并取消")
        if self.cancelled:
            with pytest.raises(deliverables.Cancelled):
                deliverables.check_running(self.deliverable)
        elif who not in self.waived:
            with pytest.raises(model.NotWaived):
                model.unwaive(self.owed[who], command, OFFICE, self.at)
        else:
            self.keep([model.unwaive(self.owed[who], command, OFFICE, self.at)])
            assert self.owed[who].due_set_at == self.at
            self.waived.discard(who)

    @rule(surely=st.integers(0, 9))
    def cancel(self, surely: int) -> None:
        if surely:
            return
        if self.cancelled:
            with pytest.raises(deliverables.Cancelled):
                deliverables.cancel(self.deliverable, "r", self.at)
            return
        self.keep_deliverable(deliverables.cancel(self.deliverable, "并入", self.at))
        owed = list(self.owed.values())
        self.keep(deliverables.waive_assignments(owed, "并入", OFFICE, self.at))
        self.cancelled = True
        self.waived |= self.owed.keys()

    @invariant()
    def debts_are_those_who_owe(self) -> None:
        assert set(self.owed) == set(self.deliverable.owed_by)
        assert self.deliverable.assignment_count == len(self.deliverable.owed_by) == len(self.owed)

    @invariant()
    def every_assignment_is_in_a_state_that_is_allowed(self) -> None:
        for who, each in self.owed.items():
            assert each.state == ("waived" if who in self.waived else "owed")
            assert (each.waiver is not None) == (each.state == "waived")
            assert each.unwaiver is None or each.state == "owed"
            assert (each.title, each.sections) == (self.deliverable.title, self.deliverable.sections)

    @invariant()
    def each_is_due_by_its_extension_or_with_all(self) -> None:
        for who, each in self.owed.items():
            assert each.due_at == self.extended.get(who, self.deliverable.due_at)
            assert (each.extension is not None) == (who in self.extended)
            if each.closes_at is not None and each.due_at is not None:
                assert each.closes_at >= each.due_at
            assert (each.closes_at is None) == (self.deliverable.closes_at is None)


TestAssignments = Assignments.TestCase
TestAssignments.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
