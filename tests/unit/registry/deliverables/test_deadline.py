"""Deadlines: inclusive dates, clock times, zones, and due dates on days off."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.calendar import WorkingCalendar, ZoneUnknown
from services.registry.deliverables.deadline import (
    DueOutOfReach,
    DueTimeHasOffset,
    day_off_warning,
    due_moment,
)

CHINA = WorkingCalendar()
SHANGHAI = "Asia/Shanghai"


def test_a_date_alone_is_due_at_the_last_instant_of_that_day() -> None:
    due_at = due_moment(date(2024, 9, 16), None, SHANGHAI)
    assert due_at.isoformat() == "2024-09-16T23:59:59.999999+08:00"
    assert due_at.astimezone(UTC) == datetime(2024, 9, 16, 15, 59, 59, 999999, tzinfo=UTC)


def test_a_clock_time_is_meant_exactly() -> None:
    assert due_moment(date(2024, 9, 16), time(18), SHANGHAI).isoformat() == "2024-09-16T18:00:00+08:00"
    assert due_moment(date(2024, 9, 16), time(0), SHANGHAI).isoformat() == "2024-09-16T00:00:00+08:00"


def test_a_day_that_ends_twice_is_due_at_its_second_end() -> None:
    # Brazil set its clocks back at midnight: 17 February 2018 had 23:59 twice.
    due_at = due_moment(date(2018, 2, 17), None, "America/Sao_Paulo")
    assert due_at.isoformat() == "2018-02-17T23:59:59.999999-03:00"


def test_a_day_that_ends_as_clocks_go_forward_is_due_at_its_last_instant() -> None:
    due_at = due_moment(date(2018, 11, 3), None, "America/Sao_Paulo")
    assert due_at.isoformat() == "2018-11-03T23:59:59.999999-03:00"


def test_a_time_in_the_skipped_hour_makes_nobody_late() -> None:
    due_at = due_moment(date(2024, 3, 10), time(2, 30), "America/New_York")
    assert due_at.isoformat() == "2024-03-10T03:30:00-04:00"


def test_a_time_in_the_repeated_hour_is_the_later_one() -> None:
    due_at = due_moment(date(2024, 11, 3), time(1, 30), "America/New_York")
    assert due_at.isoformat() == "2024-11-03T01:30:00-05:00"


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ZoneUnknown, match="'Asia/Suzhou' is no time zone; expected an IANA name"):
        due_moment(date(2024, 9, 16), None, "Asia/Suzhou")


@pytest.mark.parametrize("due_on", [date.min, date(1999, 12, 31), date(2101, 1, 1), date.max])
def test_a_year_out_of_reach_is_refused(due_on: date) -> None:
    with pytest.raises(DueOutOfReach, match="expected a date from 2000 to 2100"):
        due_moment(due_on, None, SHANGHAI)


def test_a_due_time_with_an_offset_of_its_own_is_refused() -> None:
    with pytest.raises(DueTimeHasOffset, match="expected a clock time in Asia/Shanghai, such as 18:00"):
        due_moment(date(2024, 9, 16), time(18, tzinfo=UTC), SHANGHAI)


def test_the_day_off_of_the_real_campaign_is_named_with_its_working_days() -> None:
    warning = day_off_warning(date(2024, 9, 16), CHINA)
    assert warning is not None
    assert warning.model_dump(mode="json") == {
        "code": "due_on_day_off",
        "holiday": "中秋节",
        "working_day_before": "2024-09-14",
        "working_day_after": "2024-09-18",
    }


def test_a_plain_weekend_is_called_one() -> None:
    warning = day_off_warning(date(2024, 9, 22), CHINA)
    assert warning is not None
    assert warning.holiday == "周末"
    assert (warning.working_day_before, warning.working_day_after) == (date(2024, 9, 20), date(2024, 9, 23))


def test_a_make_up_workday_needs_no_warning() -> None:
    assert day_off_warning(date(2024, 9, 14), CHINA) is None


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_the_next_instant_is_the_next_day(due_on: date) -> None:
    due_at = due_moment(due_on, None, SHANGHAI)
    following = (due_at + timedelta(microseconds=1)).replace(tzinfo=None)
    assert following == datetime.combine(due_on + timedelta(days=1), time())
