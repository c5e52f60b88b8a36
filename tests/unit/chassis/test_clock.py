"""The clock: the machine's, or a chosen start that may run faster."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import BadClock, read_clock


def test_without_a_setting_it_is_the_machines_clock() -> None:
    before = datetime.now(UTC)
    shown = read_clock(None).now()
    assert before <= shown <= datetime.now(UTC)


def test_a_start_is_shown_in_utc_at_its_anchor() -> None:
    clock = read_clock("2024-08-30T09:00:00+08:00")
    assert abs(clock.now() - datetime(2024, 8, 30, 1, tzinfo=UTC)) < timedelta(seconds=5)


def test_a_speed_makes_hours_of_seconds() -> None:
    an_hour_ago = datetime.now(UTC).timestamp() - 3600
    clock = read_clock("2024-08-30T09:00:00+08:00@24", anchor=an_hour_ago)
    assert abs(clock.now() - datetime(2024, 8, 31, 1, tzinfo=UTC)) < timedelta(minutes=5)


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2024-08-30T09:00:00", "2024-08-30T09:00:00+08:00@fast", "2024-08-30T09:00:00+08:00@-1"],
)
def test_a_bad_setting_says_what_was_expected(text: str) -> None:
    with pytest.raises(BadClock, match="expected a moment with its offset"):
        read_clock(text)
