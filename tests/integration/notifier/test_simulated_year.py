"""A year of 500 units: changing holidays, outages, jumping clocks; each rung once, only to whoever still owes."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.registry.assignments import Assignment, AssignmentExtended, AssignmentMade, AssignmentWaived
from contracts.registry.calendar_days import CalendarDay, CalendarDaySet
from contracts.registry.organizations import OrganizationRegistered
from contracts.submissions.submissions import (
    SectionReason,
    Submission,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionWithdrawn,
)
from services.notifier.reminders.handlers import plan_reminders
from tests.integration.notifier.a_year import CHINA, DAY, Debt, Expected, timetable
from tests.integration.notifier.parts import World, a_submission, an_assignment, an_organization

UNITS = 500
SEEDS = [int(seed) for seed in os.environ.get("YEAR_SEEDS", "20240916").split(",")]
"""One in the suite, more by `make faults`."""
DUE = [
    date(2024, 2, 20),
    date(2024, 4, 6),
    date(2024, 5, 6),
    date(2024, 9, 16),
    date(2024, 10, 8),
    date(2024, 12, 6),
]
DELIVERABLES = {due_on: uuid4() for due_on in DUE}


@dataclass
class Year:
    """The year so far: what happens goes to the notifier and, apart from it, into what is expected."""

    world: World
    random: Random
    units: list[UUID]
    expected: Expected = field(default_factory=Expected)
    assignments: dict[UUID, Assignment] = field(default_factory=dict)
    submissions: dict[UUID, Submission] = field(default_factory=dict)
    calendar: dict[date, CalendarDay] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)

    async def hear(self, now: datetime) -> None:
        """Half a day's events, at most one of each assignment, in one batch."""
        self.world.set_clock(now)
        events = [*self._make(now), *self._declare(now)]
        chosen = self.random.sample(sorted(self.assignments), min(len(self.assignments), 18))
        for id in chosen:
            happen = self.random.choice(self._happenings())
            if (
                self.assignments[id].state == "owed"
                and (event := happen(self.assignments[id], now)) is not None
            ):
                events.append(event)
        for event in events:
            self.happened[type(event).__name__] += 1
        if events:
            await self.world.hear(*events)

    def _happenings(self) -> list[Callable[[Assignment, datetime], Any]]:
        """What may happen to an assignment, as often as it stands here."""
        ends = [self._accept, self._withdraw, self._extend, self._waive]
        return [*[self._hand_in] * 3, *[self._return] * 2, *ends]

    def _make(self, now: datetime) -> list[Any]:
        """Each deliverable is defined 25 days ahead for most, and one unit in ten comes to owe it later."""
        made = []
        for due_on in DUE:
            ahead = (due_on - now.date()).days
            if not -3 <= ahead <= 25:
                continue
            owing = {
                each.organization_id
                for each in self.assignments.values()
                if each.deliverable_id == DELIVERABLES[due_on]
            }
            for place, unit in enumerate(self.units):
                joins = 25 if place % 10 else place % 26 - 2
                if unit not in owing and ahead <= joins:
                    due_at = datetime.combine(due_on + DAY, time(0), CHINA) - timedelta(microseconds=1)
                    each = an_assignment(
                        self.world.campaign,
                        unit,
                        deliverable_id=DELIVERABLES[due_on],
                        due_at=due_at,
                        due_set_at=now,
                    )
                    self.assignments[each.id] = each
                    self.expected.debts[each.id] = Debt(each.id, unit, due_at, now)
                    made.append(AssignmentMade(assignment=each))
        return made

    def _declare(self, now: datetime) -> list[Any]:
        """Now and then the office declares a day near now off or worked, or takes that back."""
        if self.random.random() > 1 / 20:
            return []
        day = now.date() + self.random.randint(-3, 15) * DAY
        kind = self.random.choice(["day_off", "working_day", None])
        known = self.calendar.get(day)
        if known is None and kind is None:
            return []
        made = CalendarDay(
            id=uuid4() if known is None else known.id,
            version=1 if known is None else known.version + 1,
            created_at=now,
            updated_at=now,
            date=day,
            kind=kind or "day_off",
            name="x",
            cleared_at=None if kind else now,
        )
        self.calendar[day] = made
        self.expected.declare(day, None if kind is None else kind == "working_day")
        return [CalendarDaySet(calendar_day=made)]

    def _change(self, assignment: Assignment, now: datetime, **fields: Any) -> Submission:
        known = self.submissions.get(assignment.id)
        changes = {"updated_at": now, "revision": 1 if known is None else known.revision + 1, **fields}
        submission = (known or a_submission(assignment)).model_copy(update=changes)
        self.submissions[assignment.id] = submission
        owed = self.expected.debts[assignment.id]
        owed.is_open = submission.state == "withdrawn"
        owed.since = max(owed.since, now) if owed.is_open else owed.since
        if submission.id in self.expected.debts:
            self.expected.debts[submission.id].is_open = False
        return submission

    def _hand_in(self, assignment: Assignment, now: datetime) -> Any:
        return SubmissionReceived(submission=self._change(assignment, now, state="received"))

    def _accept(self, assignment: Assignment, now: datetime) -> Any:
        known = self.submissions.get(assignment.id)
        if known is None or known.state != "received":
            return None
        return SubmissionAccepted(submission=self._change(assignment, now, state="accepted"))

    def _withdraw(self, assignment: Assignment, now: datetime) -> Any:
        known = self.submissions.get(assignment.id)
        if known is None or known.state != "received":
            return None
        return SubmissionWithdrawn(submission=self._change(assignment, now, state="withdrawn"))

    def _return(self, assignment: Assignment, now: datetime) -> Any:
        known = self.submissions.get(assignment.id)
        if known is None or known.state != "received":
            return None
        day = now.astimezone(CHINA).date() + self.random.randint(2, 20) * DAY
        correct_by = datetime.combine(day, time(18), CHINA)
        returned = self._change(
            assignment,
            now,
            state="returned",
            returned_at=now,
            correct_by=correct_by,
            reasons=[SectionReason(section=None, reason="x")],
        )
        self.expected.debts[returned.id] = Debt(returned.id, assignment.organization_id, correct_by, now)
        return SubmissionReturned(submission=returned)

    def _extend(self, assignment: Assignment, now: datetime) -> Any:
        assert assignment.due_at is not None
        due_at = assignment.due_at + self.random.randint(1, 12) * DAY
        fields = {"version": assignment.version + 1, "due_at": due_at, "due_set_at": now}
        extended = self.assignments[assignment.id] = assignment.model_copy(update=fields)
        owed = self.expected.debts[assignment.id]
        owed.due_at, owed.since = due_at, max(owed.since, now)
        return AssignmentExtended(assignment=extended)

    def _waive(self, assignment: Assignment, now: datetime) -> Any:
        fields = {"version": assignment.version + 1, "state": "waived"}
        waived = self.assignments[assignment.id] = assignment.model_copy(update=fields)
        self.expected.debts[assignment.id].is_open = False
        if (known := self.submissions.get(assignment.id)) is not None and known.id in self.expected.debts:
            self.expected.debts[known.id].is_open = False
        return AssignmentWaived(assignment=waived)

    async def sweep(self, now: datetime, count: int) -> None:
        """One sweep, or two notifiers at once."""
        self.world.set_clock(now)
        await asyncio.gather(*(plan_reminders(self.world.database) for _ in range(count)))
        self.expected.sweep(now)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
async def test_each_rung_is_told_once_and_to_nobody_who_had_handed_in(world: World, seed: int) -> None:
    random = Random(seed)
    units = [UUID(int=random.getrandbits(128)) for _ in range(UNITS)]
    facts = [
        OrganizationRegistered(organization=an_organization(unit, parent_id=world.office, name="x"))
        for unit in units
    ]
    await world.hear(*facts)
    for unit in units:
        await world.set_channels(unit, {"kind": "email", "address": "a@units.test"})
    await world.set_channels(world.office, {"kind": "email", "address": "office@units.test"})
    year = Year(world, random, units)
    for number, (_, kind, now) in enumerate(timetable(random)):
        if kind == "hear":
            await year.hear(now)
        else:
            await year.sweep(now, 2 if number % 10 == 0 else 1)

    rows = await world.fetch(
        "SELECT about_id, occasion, due_at, planned_for, count(*) FROM notification"
        " WHERE due_at IS NOT NULL GROUP BY 1, 2, 3, 4"
    )
    told = {(row[0], row[1], row[2]): row[3] for row in rows}
    assert all(row[4] == 1 for row in rows)
    missing, surplus = year.expected.told.keys() - told.keys(), told.keys() - year.expected.told.keys()
    assert (len(missing), len(surplus)) == (0, 0), (sorted(missing)[:3], sorted(surplus)[:3])
    assert told == year.expected.told
    assert len(told) > 5_000
    assert min(year.happened[name] for name in ("AssignmentExtended", "AssignmentWaived")) > 100
    assert year.happened["CalendarDaySet"] > 10
    assert year.happened["SubmissionReturned"] > 50
