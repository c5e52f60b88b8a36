"""Mergers and splits in any order: what is open is owed once by each heir, and what is past stays where it was."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contracts.registry.assignments import Assignment, Waiver
from contracts.registry.notices import Acknowledgement
from contracts.shapes import changed
from services.registry.successions.debts import Handover, hand_over, hand_over_acknowledgements, is_open

NOW = datetime(2024, 8, 30, 1, tzinfo=UTC)
DELIVERABLES = [uuid4() for _ in range(3)]
DUE = [None, NOW + timedelta(days=1), NOW, NOW - timedelta(days=1)]
STATES = ["owed", "owed", "waived"]


def an_assignment(owner: UUID, deliverable: UUID, due_at: datetime | None, state: str) -> Assignment:
    waiver = Waiver(reason="免报", granted_at=NOW, granted_by=uuid4()) if state == "waived" else None
    return Assignment.model_validate(
        {
            "id": uuid4(),
            "version": 1,
            "created_at": NOW,
            "updated_at": NOW,
            "campaign_id": DELIVERABLES[0],
            "deliverable_id": deliverable,
            "organization_id": owner,
            "kind": "summary",
            "title": "总结",
            "sections": [],
            "due_at": due_at,
            "due_set_at": NOW,
            "state": state,
            "waiver": waiver,
        }
    )


def an_acknowledgement(owner: UUID, notice: UUID, due_at: datetime | None, is_given: bool) -> Acknowledgement:
    return Acknowledgement(
        id=uuid4(),
        version=1,
        created_at=NOW,
        updated_at=NOW,
        campaign_id=DELIVERABLES[0],
        notice_id=notice,
        organization_id=owner,
        title="通知",
        due_at=due_at,
        state="acknowledged" if is_given else "owed",
        acknowledged_at=NOW if is_given else None,
        acknowledged_by="值班员" if is_given else None,
    )


class Register(RuleBasedStateMachine):
    """Units that owe, merge and split. A deliverable is owed by a unit at most once, as the table has it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[UUID] = []
        self.assignments: dict[UUID, Assignment] = {}
        self.acknowledgements: dict[UUID, Acknowledgement] = {}

    @initialize(count=st.integers(3, 6), data=st.data())
    def fill(self, count: int, data: st.DataObject) -> None:
        for owner in (uuid4() for _ in range(count)):
            self.open.append(owner)
            for deliverable in data.draw(st.sets(st.sampled_from(DELIVERABLES))):
                terms = (data.draw(st.sampled_from(DUE)), data.draw(st.sampled_from(STATES)))
                made = an_assignment(owner, deliverable, *terms)
                self.assignments[made.id] = made
                asked = an_acknowledgement(owner, deliverable, terms[0], data.draw(st.booleans()))
                self.acknowledgements[asked.id] = asked

    @rule(data=st.data())
    def waive(self, data: st.DataObject) -> None:
        owed = [each for each in self.assignments.values() if each.state == "owed"]
        if owed:
            each = data.draw(st.sampled_from(owed))
            waiver = Waiver(reason="免报", granted_at=NOW, granted_by=uuid4())
            self.assignments[each.id] = changed(each, NOW, state="waived", waiver=waiver)

    @precondition(lambda self: len(self.open) > 1)
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        merged = data.draw(st.sampled_from(self.open))
        heir = data.draw(st.sampled_from([each for each in self.open if each != merged]))
        self._succeed(merged, [heir])

    @precondition(lambda self: len(self.open) < 12)
    @rule(data=st.data(), new_count=st.integers(0, 2))
    def split(self, data: st.DataObject, new_count: int) -> None:
        gone = data.draw(st.sampled_from(self.open))
        others = [each for each in self.open if each != gone]
        known = data.draw(st.lists(st.sampled_from(others), unique=True, max_size=2)) if others else []
        heirs = data.draw(st.permutations([*known, *(uuid4() for _ in range(new_count))]))
        if len(heirs) > 1:
            self._succeed(gone, heirs)

    def _succeed(self, gone: UUID, heirs: Sequence[UUID]) -> None:
        open_of = {each.deliverable_id for each in self._owed_by(gone) if is_open(each, NOW)}
        asked_of = {each.notice_id for each in self._asked_of(gone) if is_open(each, NOW)}
        past = {each.id: each for each in self._owed_by(gone) if not is_open(each, NOW)}
        owed_before = {
            heir: {each.deliverable_id for each in self._owed_by(heir) if each.state == "owed"}
            for heir in heirs
        }
        handover = Handover()
        units = [gone, *heirs]
        owed = {unit: self._owed_by(unit) for unit in units}
        hand_over(owed, gone, heirs, "并入", uuid4(), NOW, handover)
        asked = {unit: self._asked_of(unit) for unit in units}
        hand_over_acknowledgements(asked, gone, heirs, NOW, handover)
        self._keep(handover)
        self.open = [*(each for each in self.open if each != gone)]
        self.open += [heir for heir in heirs if heir not in self.open]
        for heir in heirs:
            owes = {each.deliverable_id for each in self._owed_by(heir) if each.state == "owed"}
            assert owes == owed_before[heir] | open_of
            assert asked_of <= {each.notice_id for each in self._asked_of(heir)}
        assert not any(is_open(each, NOW) for each in self._owed_by(gone))
        assert not any(is_open(each, NOW) for each in self._asked_of(gone))
        assert all(self.assignments[id] == each for id, each in past.items())

    def _keep(self, handover: Handover) -> None:
        for each in (*handover.saved_assignments, *handover.saved_acknowledgements):
            kept = self.assignments if isinstance(each, Assignment) else self.acknowledgements
            assert each.version == kept[each.id].version + 1, "saved once, one version up"
        self.assignments |= {each.id: each for each in handover.saved_assignments}
        self.assignments |= {each.id: each for each in handover.made_assignments}
        self.acknowledgements |= {each.id: each for each in handover.saved_acknowledgements}
        self.acknowledgements |= {each.id: each for each in handover.made_acknowledgements}
        facts = Counter(fact.aggregate_id for fact in handover.facts)
        assert all(count == 1 for count in facts.values()), "one fact a version"

    def _owed_by(self, unit: UUID) -> list[Assignment]:
        return [each for each in self.assignments.values() if each.organization_id == unit]

    def _asked_of(self, unit: UUID) -> list[Acknowledgement]:
        return [each for each in self.acknowledgements.values() if each.organization_id == unit]

    @invariant()
    def nobody_owes_one_deliverable_or_acknowledges_one_notice_twice(self) -> None:
        owed = Counter((each.organization_id, each.deliverable_id) for each in self.assignments.values())
        asked = Counter((each.organization_id, each.notice_id) for each in self.acknowledgements.values())
        assert all(count == 1 for count in (*owed.values(), *asked.values()))


TestSuccessions = Register.TestCase
TestSuccessions.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
