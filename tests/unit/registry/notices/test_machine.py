"""Notices walked at random against a small model: no way into a forbidden state, and debts are the addressees."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from chassis.access import Principal
from chassis.calendar import WorkingCalendar
from chassis.refusals import Refusal
from contracts.registry.notices import Acknowledgement, DraftNotice, Notice, RecordAcknowledgement
from services.registry.acknowledgements import model as acknowledgements
from services.registry.notices import model

UNITS = [UUID(int=number) for number in range(1, 4)]
units = st.lists(st.sampled_from(UNITS), min_size=1, max_size=3)
OFFICE = Principal(UUID(int=90), UUID(int=91), "coordinator")
CAMPAIGN = UUID(int=99)
START = datetime(2024, 8, 30, 1, tzinfo=UTC)
DUE = START + timedelta(days=3)
STATES = {("draft", False), ("issued", False), ("issued", True)}


class Notices(RuleBasedStateMachine):
    """Does what the handlers do, with dictionaries for tables; `given` is who acknowledged what, by the model."""

    ids: Bundle[UUID] = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.at = START
        self.notices: dict[UUID, Notice] = {}
        self.owed: dict[UUID, dict[UUID, Acknowledgement]] = {}
        self.given: set[tuple[UUID, UUID]] = set()
        self.gone: set[UUID] = set()

    def keep(self, notice: Notice) -> None:
        """A change raises the version by one, and is the newest moment."""
        before = self.notices.get(notice.id)
        assert notice.version == (1 if before is None else before.version + 1)
        assert notice.updated_at == self.at
        self.notices[notice.id] = notice

    def owe(self, acknowledgement: Acknowledgement) -> None:
        of_notice = self.owed.setdefault(acknowledgement.notice_id, {})
        before = of_notice.get(acknowledgement.organization_id)
        assert acknowledgement.version == (1 if before is None else before.version + 1)
        of_notice[acknowledgement.organization_id] = acknowledgement

    @rule(hours=st.integers(1, 12))
    def let_time_pass(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(target=ids, to=units, dated=st.booleans(), replaces=st.one_of(st.none(), ids))
    def draft(self, to: list[UUID], dated: bool, replaces: UUID | None) -> UUID:
        return self.write(to, dated, replaces)

    def write(self, to: list[UUID], dated: bool, replaces: UUID | None) -> UUID:
        command = DraftNotice(title="通知", body="正文", addressee_ids=to, replaces_id=replaces)
        id = uuid4()
        if replaces is not None:
            old = self.notices.get(replaces)
            fit = old is not None and old.state == "issued" and old.replaced_by_id is None
            if not fit:
                with pytest.raises((model.ReplacesUnknown, model.ReplacedAlready)):
                    model.check_replaces(old, CAMPAIGN)
                command = command.model_copy(update={"replaces_id": None})
        due = model.due_fields(DUE if dated else None, None, None, "Asia/Shanghai", WorkingCalendar())
        self.keep(model.draft(command, to, None, due, id, CAMPAIGN, self.at))
        assert self.notices[id].addressee_ids == list(dict.fromkeys(to))
        return id

    @rule(target=ids, to=units, replaces=st.one_of(st.none(), ids))
    def send(self, to: list[UUID], replaces: UUID | None) -> UUID:
        id = self.write(to, False, replaces)
        self.send_out(id)
        return id

    @rule(id=ids, to=units)
    def change(self, id: UUID, to: list[UUID]) -> None:
        self.attempt(
            id, "draft", model.IssuedAlready, lambda n: model.change(n, {"addressee_ids": to}, self.at)
        )

    @rule(id=ids)
    def discard(self, id: UUID) -> None:
        if self.attempt(id, "draft", model.IssuedAlready, lambda n: model.discard(n, self.at)):
            del self.notices[id]
            self.gone.add(id)

    @rule(id=ids)
    def issue(self, id: UUID) -> None:
        self.send_out(id)

    def send_out(self, id: UUID) -> None:
        notice = self.notices.get(id)
        if notice is None:
            return
        old = None if notice.replaces_id is None else self.notices[notice.replaces_id]
        late = notice.acknowledge_by is not None and notice.acknowledge_by <= self.at
        taken = old is not None and old.replaced_by_id is not None
        if notice.state == "issued" or late:
            with pytest.raises((model.IssuedAlready, model.AcknowledgeByInThePast)):
                model.issue(notice, notice.addressee_ids, self.at)
            return
        if taken:
            with pytest.raises(model.ReplacedAlready):
                model.check_replaces(old, CAMPAIGN)
            return
        issued = model.issue(notice, notice.addressee_ids, self.at)
        self.keep(issued)
        if old is not None:
            self.keep(model.replace(model.check_replaces(old, CAMPAIGN), issued, self.at))
            for each in list(self.owed[old.id].values()):
                if each.state == "owed":
                    self.owe(acknowledgements.replace(each, self.at))
        ids = [uuid4() for _ in issued.addressee_ids]
        for each in acknowledgements.owe(issued, issued.addressee_ids, ids, self.at):
            self.owe(each)

    @rule(id=ids, unit=st.sampled_from(UNITS))
    def join(self, id: UUID, unit: UUID) -> None:
        notice = self.notices.get(id)
        if notice is None or notice.state == "draft" or notice.replaced_by_id or unit in notice.addressee_ids:
            return
        self.keep(model.add_addressees(notice, [unit], self.at))
        (joined,) = acknowledgements.owe(self.notices[id], [unit], [uuid4()], self.at)
        assert joined.due_at is None or joined.due_at > self.at
        self.owe(joined)

    @rule(id=ids, unit=st.sampled_from(UNITS), on_behalf=st.booleans())
    def acknowledge(self, id: UUID, unit: UUID, on_behalf: bool) -> None:
        owed = self.owed.get(id, {}).get(unit)
        if owed is None:
            return
        command = RecordAcknowledgement(acknowledged_by="王主任", why="来电")

        def give() -> Acknowledgement:
            if on_behalf:
                return acknowledgements.record(owed, command, OFFICE, self.at)
            return acknowledgements.acknowledge(owed, "值班员", self.at)

        if owed.state == "replaced":
            with pytest.raises(acknowledgements.Replaced):
                give()
        elif (id, unit) in self.given:
            assert give() is owed
        else:
            given = give()
            assert (given.on_behalf, given.acknowledged_at) == (on_behalf, self.at)
            self.owe(given)
            self.given.add((id, unit))

    def attempt(self, id: UUID, state: str, refusal: type[Refusal], act: Any) -> bool:
        """What is allowed in one state alone: done there, refused everywhere else."""
        notice = self.notices.get(id)
        if notice is None:
            return False
        if notice.state != state:
            with pytest.raises(refusal):
                act(notice)
            return False
        self.keep(act(notice))
        return True

    @invariant()
    def every_notice_is_in_a_state_that_is_allowed(self) -> None:
        for notice in self.notices.values():
            assert (notice.state, notice.replaced_by_id is not None) in STATES
            assert (notice.issued_at is not None) == (notice.state == "issued")
            assert notice.discarded_at is None
            assert notice.replaces_id != notice.id != notice.replaced_by_id

    @invariant()
    def debts_are_the_addressees(self) -> None:
        for id, notice in self.notices.items():
            owed = self.owed.get(id, {})
            expected = set(notice.addressee_ids) if notice.state == "issued" else set()
            assert set(owed) == expected
            for unit, each in owed.items():
                acknowledged = (id, unit) in self.given
                free = "replaced" if notice.replaced_by_id else "owed"
                assert each.state == ("acknowledged" if acknowledged else free)
        assert not self.gone & self.owed.keys()

    @invariant()
    def each_notice_is_replaced_by_one_and_no_chain_is_a_ring(self) -> None:
        for notice in self.notices.values():
            seen, here = set(), notice
            while here.replaced_by_id is not None:
                assert here.id not in seen
                seen.add(here.id)
                assert self.notices[here.replaced_by_id].replaces_id == here.id
                here = self.notices[here.replaced_by_id]


TestNotices = Notices.TestCase
TestNotices.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
