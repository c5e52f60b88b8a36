"""The life of a submission against a plain model of it: whatever is tried in whatever order, no forbidden state."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.refusals import Refusal
from contracts.submissions.submissions import GiveReason, HandIn, Stage, Submission
from services.submissions.submissions import model, verdicts
from services.submissions.submissions.model import Owed

START = datetime(2024, 9, 1, tzinfo=UTC)
DUE = START + timedelta(hours=20)
CLOSES = START + timedelta(hours=60)
DISTRICT = uuid4()
TEXTS = st.sampled_from(["一", "二", "三"])


@dataclass
class Expected:
    """What the rules of the house say, in their plainest form."""

    state: str | None = None
    version: int = 0
    text: str = ""
    stage: int = 1
    first_at: datetime | None = None
    official: int | None = None


class Life(RuleBasedStateMachine):
    """One assignment; the clock goes on by an hour with each try."""

    def __init__(self) -> None:
        super().__init__()
        self.at = START
        self.present: Submission | None = None
        self.expected = Expected()
        self.past: list[Submission] = []

    @initialize(stages=st.sampled_from([1, 2]), between=st.booleans())
    def is_owed(self, stages: Stage, between: bool) -> None:
        first: Stage = 1 if stages == 1 or between else 2
        self.stages, self.first = stages, first
        self.owed = Owed(
            id=UUID(int=1),
            campaign_id=UUID(int=2),
            deliverable_id=UUID(int=3),
            organization_id=UUID(int=4),
            sections=("内容",),
            due_at=DUE,
            closes_at=CLOSES,
            state="owed",
            timezone="Asia/Shanghai",
            review_stages=stages,
            first_stage=first,
        )

    @rule(text=TEXTS)
    def hand_in(self, text: str) -> None:
        command, at = HandIn(assignment_id=self.owed.id, sections={"内容": text}), self.at
        is_open = at <= CLOSES and self.expected.state != "accepted"
        repeats = self.expected.state == "received" and self.expected.text == text

        def take() -> Submission:
            handed_in = model.hand_in(self.owed, self.present, command, UUID(int=5), "n", self.at)
            assert (handed_in is None) == repeats
            return handed_in[0] if handed_in else self._known()

        if self._try(take, is_open) and not repeats:
            anew = self.expected.state in (None, "withdrawn")
            self.expected.first_at = at if anew else self.expected.first_at
            self.expected.version += 1
            self.expected.state, self.expected.text, self.expected.stage = "received", text, self.first

    @rule(by_office=st.booleans(), correct_in=st.integers(-1, 5))
    def send_back(self, by_office: bool, correct_in: int) -> None:
        allowed = self.expected.state == "received" and correct_in > 0 and self._may_decide(by_office)
        reasons, correct_by = [GiveReason(reason="补")] * 2, self.at + timedelta(hours=correct_in)
        if self._on_present(
            lambda s: verdicts.send_back(s, self.owed, reasons, correct_by, by_office, self.at), allowed
        ):
            self.expected.state = "returned"

    @rule(by_office=st.booleans())
    def accept(self, by_office: bool) -> None:
        waits = self.stages == 2 and self.expected.stage == 1
        allowed = (
            self.expected.state == "received" and self._may_decide(by_office) and not (waits and by_office)
        )
        if self._on_present(lambda s: verdicts.accept(s, DISTRICT, by_office, self.at), allowed):
            if waits:
                self.expected.stage = 2
            else:
                self.expected.state, self.expected.official = "accepted", self.expected.version

    @rule()
    def reopen(self) -> None:
        allowed = self.expected.state == "accepted"
        if self._on_present(lambda s: verdicts.reopen(s, "有误", self.at), allowed):
            self.expected.state = "returned"

    @rule()
    def withdraw(self) -> None:
        allowed = self.expected.state in ("received", "returned") and self.expected.official is None
        if self._on_present(lambda s: verdicts.withdraw(s, None, self.at), allowed):
            self.expected.state = "withdrawn"

    @rule(hours=st.integers(1, 12))
    def wait(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @invariant()
    def is_as_expected(self) -> None:
        if self.present is None:
            assert self.expected.state is None
            return
        present, expected = self.present, self.expected
        assert (present.state, present.version) == (expected.state, expected.version)
        assert present.accepted_version == expected.official
        assert present.review_stage == expected.stage
        assert present.first_received_at == expected.first_at
        assert present.on_time == (present.first_received_at <= DUE)

    @invariant()
    def no_state_is_forbidden(self) -> None:
        """What the table's CHECKs hold too."""
        present = self.present
        if present is None:
            return
        assert present.revision >= present.version >= 1
        assert (present.state == "accepted") <= (present.accepted_version == present.version)
        assert (present.state == "accepted") <= (present.review_stage == present.review_stages)
        assert (present.state == "returned") <= (present.returned_at is not None and bool(present.reasons))
        assert (present.endorsed_at is None) == (present.endorsed_by is None)
        assert present.endorsed_at is None or present.review_stage == 2
        assert (present.withdrawn_at is not None) == (present.state == "withdrawn")
        assert present.correct_by is None or present.state == "returned"

    @invariant()
    def every_change_is_one_revision_and_nothing_goes_back(self) -> None:
        assert [each.revision for each in self.past] == list(range(1, len(self.past) + 1))
        official = [each.accepted_version or 0 for each in self.past]
        assert official == sorted(official)

    def _may_decide(self, by_office: bool) -> bool:
        return by_office or self.stages == 1 or self.expected.stage == 1

    def _known(self) -> Submission:
        assert self.present is not None
        return self.present

    def _on_present(self, verdict: Any, allowed: bool) -> bool:
        return self.present is not None and self._try(lambda: verdict(self._known()), allowed)

    def _try(self, change: Any, allowed: bool) -> bool:
        """Whether it was done, which must be whether it was allowed."""
        try:
            after: Submission = change()
        except Refusal:
            assert not allowed
            return False
        finally:
            self.at += timedelta(hours=1)
        assert allowed
        if after is not self.present:
            self.past.append(Submission.model_validate(after.model_dump()))
        self.present = after
        return True


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
