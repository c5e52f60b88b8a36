"""The ladder over the real dates of September 2024, and what holds of any ladder."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.calendar import WorkingCalendar, instant_of
from contracts.notifier.policies import Ladder, OnDaysOff, QuietHours, ReminderStep
from services.notifier.reminders.ladder import REACH, Look, Occasion, look_at, newest_missed, occasions

CHINA = WorkingCalendar()
SHANGHAI = "Asia/Shanghai"
DUE = datetime.fromisoformat("2024-09-16T23:59:59.999999+08:00")
LONG_AGO = datetime(2024, 8, 1, tzinfo=UTC)


def planned(
    due_at: datetime = DUE, ladder: Ladder | None = None, zone: str = SHANGHAI
) -> list[tuple[str, str]]:
    """Names and moments, to the minute, without the offset."""
    found = occasions(due_at, ladder or Ladder(), CHINA, zone)
    return [(one.name, f"{one.fire_at:%m-%d %H:%M}") for one in found]


def one_step(offset: int, at: time, on_days_off: OnDaysOff = "before") -> Ladder:
    return Ladder(
        steps=[ReminderStep(offset_working_days=offset, at=at, to="owner")], on_days_off=on_days_off
    )


def test_the_real_campaign_is_chased_on_these_days() -> None:
    # September 2024: 14 (a Saturday) is worked, 15 to 17 are off. Back from the 16th: 14 is -1, 13 -2, 12 -3,
    # 11 -4, 10 -5, 9 -6; 7 and 8 are a weekend, so 6 is -7. On from it: 18 is +1, 19 +2, 20 +3.
    # The 16th itself is off, so its own step goes the working day before.
    assert planned() == [
        ("due-7", "09-06 09:00"),
        ("due-3", "09-12 09:00"),
        ("due-1", "09-14 09:00"),
        ("due-0", "09-14 09:00"),
        ("due+1", "09-18 09:00"),
        ("due+3", "09-20 09:00"),
    ]


def test_only_the_last_step_goes_to_the_parent_and_moments_carry_the_campaigns_offset() -> None:
    found = occasions(DUE.astimezone(UTC), Ladder(), CHINA, SHANGHAI)
    assert [one.to for one in found] == ["owner"] * 5 + ["parent"]
    assert found[0].fire_at.isoformat() == "2024-09-06T09:00:00+08:00"


def test_a_due_date_before_national_day_counts_the_made_up_weekends() -> None:
    # Due Tuesday 8 October: 1 to 7 October are off. 30 September is -1, 29 (a Sunday, worked) -2, 27 -3
    # (28 is off), 26 -4, 25 -5, 24 -6, 23 -7. 9 October is +1, 10 +2, 11 +3.
    due_at = datetime.fromisoformat("2024-10-08T18:00:00+08:00")
    assert planned(due_at) == [
        ("due-7", "09-23 09:00"),
        ("due-3", "09-27 09:00"),
        ("due-1", "09-30 09:00"),
        ("due-0", "10-08 09:00"),
        ("due+1", "10-09 09:00"),
        ("due+3", "10-11 09:00"),
    ]


def test_a_step_after_counts_a_worked_saturday() -> None:
    # Due Thursday 10 October: 11 is +1, 12 (a Saturday, worked) +2, 14 +3.
    assert planned(datetime.fromisoformat("2024-10-10T23:59:59.999999+08:00"))[-1] == ("due+3", "10-14 09:00")


@pytest.mark.parametrize(
    ("on_days_off", "moment"), [("before", "09-14 09:00"), ("after", "09-18 09:00"), ("send", "09-16 09:00")]
)
def test_a_step_on_a_day_off_goes_where_the_policy_says(on_days_off: OnDaysOff, moment: str) -> None:
    assert planned(ladder=one_step(0, time(9), on_days_off)) == [("due-0", moment)]


@pytest.mark.parametrize(
    ("offset", "at", "moment"),
    [
        (-3, time(21), "09-13 08:00"),  # Thursday evening: Friday morning
        (-3, time(6), "09-12 08:00"),  # early: the same morning
        (-1, time(21), "09-18 08:00"),  # the evening of 14 September: past the holiday
        (3, time(21), "09-23 08:00"),  # Friday evening: Monday morning
        (-3, time(8), "09-12 08:00"),
        (-3, time(19, 59), "09-12 19:59"),
    ],
)
def test_quiet_hours_move_a_step_on_and_never_onto_a_day_off(offset: int, at: time, moment: str) -> None:
    assert planned(ladder=one_step(offset, at))[0][1] == moment


def test_where_days_off_do_not_count_quiet_hours_end_on_one() -> None:
    assert planned(ladder=one_step(-1, time(21), "send"))[0][1] == "09-15 08:00"


def test_no_step_goes_before_one_that_stands_earlier() -> None:
    steps = [
        ReminderStep(offset_working_days=-1, at=time(17), to="owner"),
        ReminderStep(offset_working_days=0, at=time(9), to="owner"),
    ]
    assert planned(ladder=Ladder(steps=steps)) == [("due-1", "09-14 17:00"), ("due-0", "09-14 17:00")]


def test_the_due_date_is_the_one_in_the_campaigns_zone() -> None:
    # 00:30 on the 13th in Shanghai is still the 12th in UTC.
    assert planned(datetime(2024, 9, 12, 16, 30, tzinfo=UTC), one_step(0, time(9))) == [
        ("due-0", "09-13 09:00")
    ]


def test_quiet_hours_that_end_in_a_skipped_hour_end_after_it() -> None:
    steps = [ReminderStep(offset_working_days=0, at=time(2), to="owner")]
    ladder = Ladder(
        steps=steps, quiet_hours=QuietHours(begins=time(22), ends=time(2, 30)), on_days_off="send"
    )
    due_at = datetime.fromisoformat("2024-03-10T23:00:00-04:00")
    assert planned(due_at, ladder, "America/New_York") == [("due-0", "03-10 03:00")]


def test_an_end_that_is_skipped_into_quiet_hours_again_waits_for_the_next() -> None:
    ladder = one_step(0, time(4), "send").model_copy(
        update={"quiet_hours": QuietHours(begins=time(3), ends=time(2, 30))}
    )
    due_at = datetime.fromisoformat("2024-03-09T23:00:00-05:00")
    assert planned(due_at, ladder, "America/New_York") == [("due-0", "03-11 02:30")]


def test_after_an_outage_only_the_newest_missed_step_goes() -> None:
    found = occasions(DUE, Ladder(), CHINA, SHANGHAI)
    back = datetime.fromisoformat("2024-09-13T10:00:00+08:00")
    assert [one.name for one in newest_missed(found, LONG_AGO, back)] == ["due-3"]


def test_steps_that_share_a_moment_go_together() -> None:
    found = occasions(DUE, Ladder(), CHINA, SHANGHAI)
    before, at = found[2].fire_at - timedelta(minutes=1), found[2].fire_at
    assert [one.name for one in newest_missed(found, before, at)] == ["due-1", "due-0"]


def test_a_tick_takes_its_own_moment_and_not_the_last_ones() -> None:
    found = occasions(DUE, Ladder(), CHINA, SHANGHAI)
    moment = found[0].fire_at
    assert [one.name for one in newest_missed(found, moment - timedelta(seconds=1), moment)] == ["due-7"]
    assert newest_missed(found, moment, moment + timedelta(hours=1)) == []


def test_a_deliverable_made_two_days_ahead_is_not_chased_for_the_days_before() -> None:
    found = occasions(DUE, Ladder(), CHINA, SHANGHAI)
    set_at = datetime.fromisoformat("2024-09-13T15:00:00+08:00")
    assert newest_missed(found, LONG_AGO, set_at + timedelta(hours=1), set_at) == []
    sent = newest_missed(found, LONG_AGO, datetime.fromisoformat("2024-09-14T09:00:30+08:00"), set_at)
    assert [one.name for one in sent] == ["due-1", "due-0"]


clock_times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
quiet_hours = st.none() | st.tuples(clock_times, clock_times).filter(lambda pair: pair[0] != pair[1]).map(
    lambda pair: QuietHours(begins=pair[0], ends=pair[1])
)
steps = st.lists(
    st.builds(
        ReminderStep,
        offset_working_days=st.integers(-12, 12),
        at=clock_times,
        to=st.sampled_from(["owner", "parent"]),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda step: (step.offset_working_days, step.to),
)
ladders = st.builds(
    Ladder, steps=steps, quiet_hours=quiet_hours, on_days_off=st.sampled_from(["before", "after", "send"])
)
zones = st.sampled_from([SHANGHAI, "America/New_York", "Australia/Lord_Howe", "UTC"])
due_dates = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@given(ladders, zones, due_dates, clock_times)
def test_nothing_is_planned_in_quiet_hours_or_on_a_day_off(
    ladder: Ladder, zone: str, due_on: date, at: time
) -> None:
    for one in occasions(instant_of(due_on, at, zone), ladder, CHINA, zone):
        assert not (ladder.quiet_hours and ladder.quiet_hours.covers(one.fire_at.time()))
        assert ladder.on_days_off == "send" or CHINA.is_working_day(one.fire_at.date())


@given(ladders, zones, due_dates, clock_times)
def test_every_step_is_planned_once_and_in_the_ladders_order(
    ladder: Ladder, zone: str, due_on: date, at: time
) -> None:
    found = occasions(instant_of(due_on, at, zone), ladder, CHINA, zone)
    offsets = [int(one.name.removeprefix("due")) for one in found]
    assert offsets == sorted(offsets)
    assert sorted(zip(offsets, (one.to for one in found), strict=True)) == sorted(
        (step.offset_working_days, step.to) for step in ladder.steps
    )
    assert all(one.fire_at <= following.fire_at for one, following in pairwise(found))


def played(found: list[Occasion], ticks: list[datetime]) -> list[Occasion]:
    """What a sweep sends that ticks at these moments."""
    return [one for since, now in pairwise(ticks) for one in newest_missed(found, since, now)]


@given(ladders, due_dates, st.lists(st.integers(0, 80 * 24 * 60), max_size=40))
def test_over_any_ticks_no_step_goes_twice_and_one_that_does_not_was_overtaken(
    ladder: Ladder, due_on: date, minutes: list[int]
) -> None:
    due_at = instant_of(due_on, time(18), SHANGHAI)
    found = occasions(due_at, ladder, CHINA, SHANGHAI)
    start = due_at - timedelta(days=40)
    ticks = [start, *(start + timedelta(minutes=n) for n in sorted(minutes)), due_at + timedelta(days=60)]
    sent = played(found, ticks)
    assert len(sent) == len(set(sent))
    for one in set(found) - set(sent):
        now = next(tick for tick in ticks if tick >= one.fire_at)
        assert any(one.fire_at < newer.fire_at <= now for newer in sent)


@given(ladders, due_dates)
@settings(max_examples=50)
def test_a_sweep_that_was_never_down_sends_each_step_exactly_once(ladder: Ladder, due_on: date) -> None:
    found = occasions(instant_of(due_on, time(18), SHANGHAI), ladder, CHINA, SHANGHAI)
    moments = sorted({one.fire_at for one in found})
    ticks = [moments[0] - timedelta(minutes=1), *(moment + timedelta(seconds=20) for moment in moments)]
    assert played(found, ticks) == found


@given(ladders, due_dates, st.integers(1, 15))
def test_a_moved_due_date_moves_the_whole_ladder(ladder: Ladder, due_on: date, days: int) -> None:
    later = CHINA.shift(due_on, days)
    before = occasions(instant_of(CHINA.shift(due_on, -1), time(18), SHANGHAI), ladder, CHINA, SHANGHAI)
    after = occasions(instant_of(later, time(18), SHANGHAI), ladder, CHINA, SHANGHAI)
    assert [(one.name, one.to) for one in before] == [(one.name, one.to) for one in after]
    assert all(one.fire_at < moved.fire_at for one, moved in zip(before, after, strict=True))


@given(ladders, due_dates, st.integers(0, 60 * 24 * 60))
def test_looking_only_when_told_to_sees_what_looking_at_any_moment_sees(
    ladder: Ladder, due_on: date, minutes: int
) -> None:
    due_at = instant_of(due_on, time(18), SHANGHAI)
    now = due_at - timedelta(days=30) + timedelta(minutes=minutes)
    look, looked_at = look_at(due_at, ladder, CHINA, SHANGHAI, LONG_AGO.replace(year=2000), now), now
    assert look.next_at is None or look.next_at > looked_at
    if look.next_at is not None:
        before = look.next_at - timedelta(microseconds=1)
        assert look_at(due_at, ladder, CHINA, SHANGHAI, LONG_AGO.replace(year=2000), before) == look
        after = look_at(due_at, ladder, CHINA, SHANGHAI, LONG_AGO.replace(year=2000), look.next_at)
        assert after.rungs != look.rungs


def test_what_was_due_three_months_ago_is_chased_no_more() -> None:
    assert look_at(DUE, Ladder(), CHINA, SHANGHAI, LONG_AGO, DUE + REACH + timedelta(seconds=1)) == Look(
        (), None
    )
