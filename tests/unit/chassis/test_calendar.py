"""The working calendar of China, the table over it, and what a wall clock means."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import calendar
from chassis.calendar import BadCalendar, WorkingCalendar, ZoneUnknown, instant_of, local

CHINA = WorkingCalendar()
# The order for 2024 (国办发明电〔2023〕7号), written out: every day off that is no plain weekend, and what is
# worked instead.
OFF_2024 = {
    "元旦": ["01-01"],
    "春节": ["02-10", "02-11", "02-12", "02-13", "02-14", "02-15", "02-16", "02-17"],
    "清明节": ["04-04", "04-05", "04-06"],
    "劳动节": ["05-01", "05-02", "05-03", "05-04", "05-05"],
    "端午节": ["06-08", "06-09", "06-10"],
    "中秋节": ["09-15", "09-16", "09-17"],
    "国庆节": ["10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07"],
}
WORKED_2024 = ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"]
MADE_UP = {
    2023: "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
days = st.dates(date(2001, 1, 2), date(2090, 12, 31))


def on(text: str, year: int = 2024) -> date:
    return date.fromisoformat(f"{year}-{text}")


@pytest.mark.parametrize(("holiday", "texts"), OFF_2024.items())
def test_each_day_of_a_holiday_of_2024_is_off_and_goes_by_its_name(holiday: str, texts: list[str]) -> None:
    for text in texts:
        assert not CHINA.is_working_day(on(text))
        assert CHINA.holiday_name(on(text)) == holiday


def test_every_other_day_of_2024_is_worked_unless_it_is_a_weekend_that_is_not_made_up() -> None:
    off = {on(text) for texts in OFF_2024.values() for text in texts}
    made_up = {on(text) for text in WORKED_2024}
    for number in range(366):
        day = date(2024, 1, 1) + timedelta(days=number)
        expected = day in made_up or (day.weekday() < 5 and day not in off)
        assert CHINA.is_working_day(day) is expected, day


@pytest.mark.parametrize("year", MADE_UP)
def test_the_weekends_that_are_made_up_for_are_worked(year: int) -> None:
    first = date(year, 1, 1)
    weekends = [day for n in range(365) if (day := first + timedelta(days=n)).weekday() >= 5]
    worked = [day for day in weekends if CHINA.is_working_day(day)]
    assert worked == [on(text, year) for text in MADE_UP[year].split()]


def test_a_day_off_in_january_is_made_up_for_in_december() -> None:
    assert CHINA.is_working_day(date(2011, 12, 31))
    assert not CHINA.is_working_day(date(2012, 1, 3))


def test_a_plain_weekend_and_a_working_day_have_no_name() -> None:
    assert CHINA.holiday_name(date(2024, 9, 21)) is None
    assert CHINA.holiday_name(date(2024, 9, 14)) is None


def test_two_holidays_in_one_run_each_name_what_is_nearest() -> None:
    assert CHINA.holiday_name(date(2025, 10, 3)) == "国庆节"
    assert CHINA.holiday_name(date(2025, 10, 4)) == "国庆节"
    assert CHINA.holiday_name(date(2025, 10, 8)) == "中秋节"


def test_two_holidays_on_one_day_are_both_named() -> None:
    assert CHINA.holiday_name(date(2020, 10, 1)) == "中秋节、国庆节"


def test_names_do_not_hang_on_the_language_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en_US")
    calendar._year.cache_clear()
    assert WorkingCalendar().holiday_name(date(2022, 9, 12)) == "中秋节"


def test_around_mid_autumn_the_working_days_are_the_14th_and_the_18th() -> None:
    for day in (date(2024, 9, 15), date(2024, 9, 16), date(2024, 9, 17)):
        assert CHINA.working_day_before(day) == date(2024, 9, 14)
        assert CHINA.working_day_after(day) == date(2024, 9, 18)
    assert CHINA.working_day_before(date(2024, 9, 14)) == date(2024, 9, 13)


def test_a_year_without_its_order_has_its_holidays_and_every_weekend_off() -> None:
    first = date(2027, 1, 1)
    year = [first + timedelta(days=number) for number in range(365)]
    assert not any(CHINA.is_working_day(day) for day in year if day.weekday() >= 5)
    assert CHINA.holiday_name(date(2027, 10, 1)) == "国庆节"
    assert CHINA.is_working_day(date(2027, 10, 8))


def test_a_year_beyond_the_package_has_its_weekends_off() -> None:
    assert not CHINA.is_working_day(date(2400, 1, 1))  # a Saturday
    assert CHINA.is_working_day(date(2400, 1, 3))


def test_the_table_wins_over_the_country() -> None:
    own = WorkingCalendar(
        days_off={date(2027, 10, 8): "国庆节", date(2024, 9, 14): "台风停工"},
        working_days=frozenset({date(2027, 10, 9), date(2024, 10, 1)}),
    )
    assert own.is_working_day(date(2027, 10, 9))
    assert own.is_working_day(date(2024, 10, 1))
    assert own.holiday_name(date(2024, 10, 1)) is None
    assert own.holiday_name(date(2024, 9, 14)) == "台风停工"
    assert own.working_day_before(date(2024, 9, 16)) == date(2024, 9, 13)
    assert own.working_day_after(date(2027, 10, 7)) == date(2027, 10, 9)


def test_a_table_that_contradicts_itself_is_refused() -> None:
    day = date(2024, 9, 14)
    with pytest.raises(BadCalendar, match="2024-09-14 is both a day off and a working day; expected one"):
        WorkingCalendar(days_off={day: "停工"}, working_days=frozenset({day}))


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(BadCalendar, match="'XX' is no country of the table; expected a code such as CN"):
        WorkingCalendar("XX")


@given(days, st.integers(1, 30))
def test_a_shift_lands_on_a_working_day_and_passes_exactly_as_many(day: date, count: int) -> None:
    later, earlier = CHINA.shift(day, count), CHINA.shift(day, -count)
    after = [day + timedelta(days=n) for n in range(1, (later - day).days + 1)]
    before = [day - timedelta(days=n) for n in range(1, (day - earlier).days + 1)]
    assert sum(map(CHINA.is_working_day, after)) == sum(map(CHINA.is_working_day, before)) == count
    assert CHINA.is_working_day(later)
    assert CHINA.is_working_day(earlier)


@given(days)
def test_only_days_off_have_a_name_and_no_step_is_no_move(day: date) -> None:
    assert CHINA.shift(day, 0) == day
    if CHINA.holiday_name(day):
        assert not CHINA.is_working_day(day)


def test_a_clock_time_is_read_in_its_zone() -> None:
    moment = instant_of(date(2024, 9, 16), time(9), "Asia/Shanghai")
    assert moment.isoformat() == "2024-09-16T09:00:00+08:00"
    assert moment == datetime(2024, 9, 16, 1, tzinfo=UTC)


def test_a_time_that_is_shown_twice_is_the_later_one() -> None:
    assert instant_of(date(2024, 11, 3), time(1, 30), "America/New_York").isoformat() == (
        "2024-11-03T01:30:00-05:00"
    )


def test_a_time_that_is_skipped_moves_on_with_the_clocks() -> None:
    assert instant_of(date(2024, 3, 31), time(2, 30), "Europe/Berlin").isoformat() == (
        "2024-03-31T03:30:00+02:00"
    )


def test_the_same_instant_is_shown_with_the_offset_of_its_season() -> None:
    assert local(datetime(2024, 7, 1, tzinfo=UTC), "Europe/Berlin").isoformat() == "2024-07-01T02:00:00+02:00"
    assert local(datetime(2024, 1, 1, tzinfo=UTC), "Europe/Berlin").isoformat() == "2024-01-01T01:00:00+01:00"


@pytest.mark.parametrize(
    "name", ["Asia/Suzhou", "", "Asia", "../etc/passwd", "/etc/passwd", "a\0b", "+08:00"]
)
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ZoneUnknown, match="is no time zone; expected an IANA name such as Asia/Shanghai"):
        instant_of(date(2024, 9, 16), time(9), name)


@given(days, st.times(), st.sampled_from(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]))
def test_a_clock_shows_what_was_asked_or_what_was_skipped_to(day: date, at: time, zone: str) -> None:
    moment = instant_of(day, at, zone)
    late = moment.replace(tzinfo=None) - datetime.combine(day, at)
    assert late in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))
    assert local(moment.astimezone(UTC), zone) == moment


def test_the_exceptions_of_a_year_are_the_days_that_are_not_as_their_weekday_says() -> None:
    def september(calendar: WorkingCalendar) -> dict[int, tuple[bool, str | None]]:
        days = calendar.exceptions(2024)
        return {each.day.day: (each.is_worked, each.name) for each in days if each.day.month == 9}

    autumn = (False, "中秋节")
    assert september(WorkingCalendar()) == {
        14: (True, None),
        15: autumn,
        16: autumn,
        17: autumn,
        29: (True, None),
    }
    own = WorkingCalendar(days_off={date(2024, 9, 20): "水乡节"}, working_days=frozenset({date(2024, 9, 17)}))
    feast = (False, "水乡节")
    # The 16th is off for a feast that is not kept any more: off without a name, and the 15th a plain Sunday.
    assert september(own) == {
        14: (True, None),
        16: (False, None),
        20: feast,
        21: feast,
        22: feast,
        29: (True, None),
    }
