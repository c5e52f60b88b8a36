"""The rungs of an incident lie at half, four fifths and all of its limit, from its discovery."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.submissions.incidents import Incident
from services.notifier.incidents.model import follow, newest, rungs, told

FOUND = datetime(2024, 9, 14, 14, tzinfo=UTC)


def an_incident(hours: int | None, reported_after: timedelta, **fields: Any) -> Incident:
    values: dict[str, Any] = {
        "id": uuid4(),
        "version": 1,
        "created_at": FOUND + reported_after,
        "updated_at": FOUND + reported_after,
        "organization_id": uuid4(),
        "severity": "large" if hours else "general",
        "state": "open",
        "occurred_at": FOUND - timedelta(days=1),
        "discovered_at": FOUND,
        "summary": "x",
        "receipt_number": "R",
        "received_at": FOUND + reported_after,
        "report_by": FOUND + timedelta(hours=hours) if hours else None,
        **fields,
    }
    return Incident(**values)


def test_one_two_and_four_hours_are_parted_from_discovery_on() -> None:
    for hours, minutes in ((1, [30, 48, 60]), (2, [60, 96, 120]), (4, [120, 192, 240])):
        climb = follow(None, an_incident(hours, timedelta(0)))
        assert [at - FOUND for _, at in rungs(climb)] == [timedelta(minutes=each) for each in minutes]


def test_without_a_limit_there_is_nothing_to_climb() -> None:
    climb = follow(None, an_incident(None, timedelta(0)))
    assert (rungs(climb), climb.next_at) == ([], None)


@given(
    st.integers(1, 72),
    st.integers(0, 5_000),
    st.lists(st.integers(0, 6_000), min_size=1, max_size=30),
)
def test_whatever_the_ticks_no_rung_is_told_twice_or_before_its_time_or_backwards(
    hours: int, reported_after: int, ticks: list[int]
) -> None:
    climb = follow(None, an_incident(hours, timedelta(minutes=reported_after)))
    said: list[datetime] = []
    for now in (FOUND + timedelta(minutes=minutes) for minutes in ticks):
        rung = newest(climb, now)
        assert (rung is not None) == (climb.next_at is not None and climb.next_at <= now)
        if rung is not None:
            said.append(rung[1])
            assert climb.clock_set_at < rung[1] <= now
            climb = told(climb, rung[1])
    assert said == sorted(set(said))
