"""Moves of activities: every state with every move against the table, and a machine that finds no other way."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.refusals import Refusal
from contracts.registry.activities import (
    Activity,
    HoldActivity,
    Host,
    Move,
    ReportActivity,
    RescheduleActivity,
    State,
)
from services.registry.activities import model, moves
from services.registry.activities.moves import MOVES

NOW = datetime(2024, 9, 10, tzinfo=UTC)
PAST, COMING = NOW - timedelta(days=1), NOW + timedelta(days=1)
STATES: tuple[State, ...] = get_args(State)
README = Path(__file__).parents[4] / "services" / "registry" / "README.md"


def an_activity(**fields: Any) -> Activity:
    """One that could be confirmed; name what matters to the test."""
    values: dict[str, Any] = {
        "starts_at": PAST,
        "place": "体育中心",
        "mode": "both",
        "emergency_plan_id": uuid4(),
        "threat_assessment_id": uuid4(),
        **fields,
    }
    return Activity(
        id=uuid4(),
        version=1,
        created_at=PAST,
        updated_at=PAST,
        campaign_id=uuid4(),
        category="讲座",
        name="专题讲座",
        hosts=[Host(outside_party="某协会")],
        **values,
    )


def make(activity: Activity, move: Move, at: datetime = NOW, starts_at: datetime = COMING) -> Activity:
    """The move, with a command that lacks nothing."""
    if move == "register":
        return moves.register(activity, None, at)
    if move == "confirm":
        return moves.confirm(activity, None, at)
    if move == "postpone":
        return moves.postpone(activity, "台风", at)
    if move == "reschedule":
        return moves.reschedule(activity, RescheduleActivity(starts_at=starts_at, reason="改期"), at)
    if move == "cancel":
        return moves.cancel(activity, "台风", at)
    if move == "hold":
        return moves.hold(activity, HoldActivity(turnout=5), at)
    return moves.report(activity, ReportActivity(summary="顺利举行"), at)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_each_move_is_made_from_the_states_of_the_table_and_refused_from_others(
    state: State, move: Move
) -> None:
    before: State | None = "confirmed" if state in ("postponed", "cancelled") else None
    activity = an_activity(state=state, state_before=before, turnout=3)
    if state in MOVES[move]:
        after = make(activity, move)
        assert after.state == (MOVES[move][state] or before)
        assert after.version == 2
        return
    with pytest.raises(moves.MoveNotPossible) as refused:
        make(activity, move)
    assert refused.value.extra == {"state": state, "possible_moves": moves.possible_moves(state)}


def test_the_table_in_the_readme_is_the_table() -> None:
    lines = [line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert _read_table(lines) == {move: dict(ways) for move, ways in MOVES.items()}


def _read_table(lines: list[str]) -> dict[str, dict[str, str | None]]:
    """`| `confirm` | registered → confirmed | …`; "as before" is None."""
    table: dict[str, dict[str, str | None]] = {}
    for line in lines:
        move, ways = (cell.strip(" `") for cell in line.split("|")[1:3])
        if move in MOVES:
            parts = [[word.strip() for word in way.split("→")] for way in ways.split(",")]
            table[move] = {start: None if end == "as before" else end for start, end in parts}
    return table


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"mode": None}, ["mode"]),
        ({"mode": "offline", "emergency_plan_id": None}, ["emergency_plan_id"]),
        ({"mode": "online", "threat_assessment_id": None}, ["threat_assessment_id"]),
        (
            {"emergency_plan_id": None, "threat_assessment_id": None, "starts_at": None, "place": None},
            ["starts_at", "place", "emergency_plan_id", "threat_assessment_id"],
        ),
        ({"mode": "online", "place": None, "emergency_plan_id": None}, []),
        ({"mode": "offline", "threat_assessment_id": None}, []),
    ],
)
def test_confirming_names_what_is_missing(fields: dict[str, Any], missing: list[str]) -> None:
    activity = an_activity(state="registered", **fields)
    if not missing:
        assert moves.confirm(activity, None, NOW).state == "confirmed"
        return
    with pytest.raises(moves.ConfirmationIncomplete) as refused:
        moves.confirm(activity, None, NOW)
    assert refused.value.extra == {"missing": missing}


@pytest.mark.parametrize("state", ["confirmed", "held", "reported"])
@pytest.mark.parametrize(
    "fields", [{"emergency_plan_id": None}, {"threat_assessment_id": None}, {"mode": None}]
)
def test_what_was_confirmed_keeps_what_it_was_confirmed_with(state: str, fields: dict[str, Any]) -> None:
    with pytest.raises(moves.ConfirmationIncomplete):
        model.change(an_activity(state=state), fields, NOW)
    postponed = an_activity(state="postponed", state_before="confirmed", starts_at=None)
    with pytest.raises(moves.ConfirmationIncomplete):
        model.change(postponed, fields, NOW)
    registered = an_activity(state="postponed", state_before="registered", starts_at=None)
    assert model.change(registered, fields, NOW).version == 2


def test_a_postponed_activity_keeps_its_former_time_and_comes_back_as_what_it_was() -> None:
    confirmed = an_activity(state="confirmed", ends_at=NOW)
    postponed = moves.postpone(confirmed, "台风", NOW)
    assert (postponed.starts_at, postponed.ends_at) == (None, None)
    assert (postponed.former_starts_at, postponed.former_ends_at) == (PAST, NOW)
    again = make(postponed, "reschedule")
    assert (again.state, again.starts_at, again.place) == ("confirmed", COMING, "体育中心")
    assert (again.former_starts_at, again.former_ends_at, again.state_before) == (None, None, None)


@pytest.mark.parametrize(
    "command",
    [
        HoldActivity(actual_starts_at=COMING),
        HoldActivity(actual_starts_at=PAST, actual_ends_at=COMING),
    ],
)
def test_nothing_is_held_before_it_begins(command: HoldActivity) -> None:
    with pytest.raises(moves.NotBegunYet):
        moves.hold(an_activity(state="confirmed", starts_at=COMING), HoldActivity(), NOW)
    with pytest.raises(moves.NotBegunYet):
        moves.hold(an_activity(state="confirmed"), command, NOW)
    assert moves.hold(an_activity(state="confirmed", starts_at=NOW), HoldActivity(), NOW).state == "held"


def test_a_report_says_how_many_came_unless_that_was_told_before() -> None:
    with pytest.raises(moves.TurnoutMissing):
        make(an_activity(state="held"), "report")
    assert make(an_activity(state="held", turnout=0), "report").turnout == 0


class Moves(RuleBasedStateMachine):
    """Moves, changes and selections in any order; what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.activity = an_activity()
        self.path: list[State] = ["draft"]
        self.made = 0
        self.id = self.activity.id

    @initialize(
        mode=st.sampled_from(["offline", "online", "both", None]),
        plan=st.booleans(),
        threat=st.booleans(),
        timed=st.booleans(),
    )
    def begin(self, mode: Any, plan: bool, threat: bool, timed: bool) -> None:
        """A draft with more or less of what confirming needs."""
        self.activity = an_activity(
            mode=mode,
            emergency_plan_id=uuid4() if plan else None,
            threat_assessment_id=uuid4() if threat else None,
            starts_at=COMING if timed else None,
        )
        self.id = self.activity.id

    def attempt(self, change: Any) -> None:
        """Make it, or be refused."""
        try:
            after = change(self.activity)
        except Refusal:
            return
        if after is not self.activity:
            assert after.version == self.activity.version + 1
            self.made += 1
        self.activity = after

    @rule(move=st.sampled_from(list(MOVES)), days=st.integers(-2, 2))
    def move(self, move: Move, days: int) -> None:
        """Any move at any time."""
        before = self.activity
        starts_at = self.now + timedelta(days=days)
        self.attempt(lambda each: make(each, move, self.now, starts_at))
        if self.activity is not before:
            assert self.activity.state == (MOVES[move][before.state] or before.state_before)
            self.path.append(self.activity.state)

    @rule(
        fields=st.fixed_dictionaries(
            {},
            optional={
                "mode": st.sampled_from(["offline", "online", "both", None]),
                "emergency_plan_id": st.sampled_from([None, UUID(int=1)]),
                "threat_assessment_id": st.sampled_from([None, UUID(int=2)]),
                "starts_at": st.sampled_from([None, PAST, COMING]),
                "place": st.sampled_from([None, "会场"]),
            },
        )
    )
    def change(self, fields: dict[str, Any]) -> None:
        """Any change of what confirming looks at."""
        self.attempt(lambda each: model.change(each, fields, self.now))

    @rule(selection=st.sampled_from(["nominated", "shortlisted", "key", None]))
    def select(self, selection: Any) -> None:
        """Any step of the selection."""
        self.attempt(lambda each: model.select(each, selection, self.now))

    @precondition(lambda self: len(self.path) > 1)
    @rule()
    def wait(self) -> None:
        """Two days go by."""
        self.now += timedelta(days=2)

    @invariant()
    def it_stands_where_it_may(self) -> None:
        """What each state promises."""
        activity = self.activity
        assert activity.id == self.id
        assert activity.version == self.made + 1
        assert (activity.state in ("postponed", "cancelled")) == (activity.state_before is not None)
        if activity.state in ("confirmed", "held", "reported"):
            assert moves.find_missing(activity) == []
        if activity.state in ("held", "reported"):
            assert activity.starts_at is not None
            assert activity.starts_at <= self.now
        if activity.state == "reported":
            assert activity.summary
            assert activity.turnout is not None
        if activity.state == "postponed":
            assert activity.starts_at is None
        assert activity.state_before not in ("held", "reported", "postponed", "cancelled")
        assert model.is_hidden(activity) == (not set(self.path) - {"draft", "cancelled"})


TestMoves = Moves.TestCase
TestMoves.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
