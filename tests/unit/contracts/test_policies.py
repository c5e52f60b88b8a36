"""The reminder policy as it is asked for, kept and answered."""

from datetime import time
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.notifier.policies import Ladder, QuietHours, ReminderStep, SetReminderPolicy

ASKED: dict[str, Any] = {
    "steps": [
        {"offset_working_days": -7, "at": "09:00", "to": "owner"},
        {"offset_working_days": 3, "at": "14:30", "to": "parent"},
    ],
    "quiet_hours": {"from": "20:00", "to": "08:00"},
    "on_days_off": "after",
    "summary_at": "17:15",
}
STEP = ASKED["steps"][0]


def refusal(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        SetReminderPolicy.model_validate(ASKED | changes)
    return str(caught.value)


def test_what_was_asked_for_comes_back_as_it_was_written() -> None:
    command = SetReminderPolicy.model_validate(ASKED)
    assert command.model_dump(mode="json") == ASKED
    ladder = {name: value for name, value in ASKED.items() if name != "summary_at"}
    assert Ladder.model_validate(command.model_dump()).model_dump(mode="json") == ladder
    assert SetReminderPolicy.model_validate_json(command.model_dump_json()) == command


def test_the_default_tells_the_unit_five_times_and_then_the_one_above_it() -> None:
    kept = Ladder().model_dump(mode="json")
    assert [(step["offset_working_days"], step["at"], step["to"]) for step in kept["steps"]] == [
        (-7, "09:00", "owner"),
        (-3, "09:00", "owner"),
        (-1, "09:00", "owner"),
        (0, "09:00", "owner"),
        (1, "09:00", "owner"),
        (3, "09:00", "parent"),
    ]
    assert kept["quiet_hours"] == {"from": "20:00", "to": "08:00"}
    assert kept["on_days_off"] == "before"


def test_what_is_left_out_is_as_in_the_default() -> None:
    command = SetReminderPolicy.model_validate({"steps": []})
    assert Ladder.model_validate(command.model_dump()) == Ladder(steps=[])


def test_null_quiet_hours_are_none() -> None:
    assert SetReminderPolicy.model_validate(ASKED | {"quiet_hours": None}).quiet_hours is None


@pytest.mark.parametrize(
    "at", ["9:00", "24:00", "09:60", "09:00:30", "09:00+08:00", "９:00", 9, None, time(9, 0, 1)]
)
def test_a_clock_time_is_hours_and_minutes(at: Any) -> None:
    assert "expected hours and minutes such as 09:00" in refusal(steps=[STEP | {"at": at}])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("offset_working_days", -31, "greater than or equal to -30"),
        ("offset_working_days", 31, "less than or equal to 30"),
        ("offset_working_days", "-7", "valid integer"),
        ("offset_working_days", True, "valid integer"),
        ("to", "owners", "'owner', 'parent' or 'coordinator'"),
        ("channel", "email", "Extra inputs are not permitted"),
    ],
)
def test_a_bad_step_says_what_was_expected(field: str, value: Any, said: str) -> None:
    assert said in refusal(steps=[STEP | {field: value}])


def test_a_step_twice_is_refused_with_both_numbers() -> None:
    again = STEP | {"at": "15:00"}
    said = refusal(steps=[STEP, ASKED["steps"][1], again])
    assert "steps 1 and 3 are both -7 working days to the owner; expected each once" in said


def test_a_step_may_tell_the_owner_and_the_parent() -> None:
    steps = [STEP, STEP | {"to": "parent"}]
    assert len(SetReminderPolicy.model_validate(ASKED | {"steps": steps}).steps) == 2


def test_quiet_hours_that_never_begin_or_end_are_refused() -> None:
    said = refusal(quiet_hours={"from": "20:00", "to": "20:00"})
    assert "from and to are both 20:00; expected two times, or null for none" in said


def test_an_unknown_rule_for_days_off_is_refused() -> None:
    assert "'before', 'after' or 'send'" in refusal(on_days_off="skip")


def test_quiet_hours_hold_their_first_minute_and_not_their_last() -> None:
    night = QuietHours(begins=time(20), ends=time(8))
    assert [night.covers(time(hour)) for hour in (19, 20, 23, 0, 7, 8)] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]
    noon = QuietHours(begins=time(12), ends=time(13, 30))
    assert [noon.covers(at) for at in (time(11, 59), time(12), time(13, 29), time(13, 30))] == [
        False,
        True,
        True,
        False,
    ]


def test_a_field_of_a_newer_release_is_passed_over_in_what_was_kept() -> None:
    assert ReminderStep.model_validate(STEP | {"template": "short"}) == ReminderStep.model_validate(STEP)
