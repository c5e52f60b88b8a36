"""The dates of a message, as a calendar reads them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from icalendar import Calendar

from services.notifier.deliveries.store import Item
from services.notifier.deliveries.texts import compose
from services.notifier.texts.dates import Dated, find_date, write_calendar
from services.notifier.texts.model import Setting
from services.notifier.texts.occasions import DUE_AT, OCCASIONS

NOW = datetime(2024, 9, 6, 1, tzinfo=UTC)
ABOUT = uuid4()


def around(sequence: int = 1) -> Setting:
    return Setting(uuid4(), ABOUT, ABOUT, sequence)


def an_item(occasion: str, due_at: datetime | None = None, **details: Any) -> Item:
    own = {} if occasion.startswith("due") else OCCASIONS[occasion].full
    return Item(
        uuid4(), occasion, "活动总结", True, "某区", "活动周", "Asia/Shanghai", due_at, {**own, **details}
    )


def events_of(written: bytes) -> list[Any]:
    calendar = Calendar.from_ical(written)
    assert calendar["METHOD"] == "PUBLISH"
    return list(calendar.walk("VEVENT"))


def test_a_due_moment_keeps_its_id_and_counts_its_moves() -> None:
    first = find_date(an_item("due-3", DUE_AT), around(4))
    moved = find_date(an_item("assignment_extended"), around(5))
    assert first is not None
    assert moved is not None
    (event,) = events_of(write_calendar([moved, first], NOW))
    assert (str(event["UID"]), event["SEQUENCE"], str(event["STATUS"])) == (
        f"{ABOUT}@rollcall",
        5,
        "CONFIRMED",
    )
    assert event.decoded("DTSTART") == datetime(2024, 9, 20, 10, tzinfo=UTC)
    assert str(event["SUMMARY"]) == "活动总结"


def test_what_is_waived_or_called_off_leaves_the_calendar() -> None:
    for occasion in ("assignment_waived", "activity_cancelled", "activity_postponed"):
        date = find_date(an_item(occasion), around())
        assert date is not None
        assert date.is_off
        assert str(events_of(write_calendar([date], NOW))[0]["STATUS"]) == "CANCELLED"


def test_an_activity_has_its_time_and_place() -> None:
    date = find_date(an_item("activity_rescheduled"), around(7))
    assert date is not None
    (event,) = events_of(write_calendar([date], NOW))
    assert event.decoded("DTSTART") == datetime(2024, 9, 10, 1, 30, tzinfo=UTC)
    assert event.decoded("DTEND") == datetime(2024, 9, 10, 3, 30, tzinfo=UTC)
    assert str(event["LOCATION"]) == "苏州国际博览中心"


def test_what_has_no_date_or_is_of_a_unit_below_or_is_past_is_no_entry() -> None:
    below = Item(uuid4(), "due-3", "x", False, "某区", "活动周", "Asia/Shanghai", DUE_AT, {})
    for item in (
        below,
        an_item("due+1", DUE_AT),
        an_item("submission_accepted"),
        an_item("incident_reported"),
        an_item("activity_cancelled", former_starts_at=None),
    ):
        assert find_date(item, around()) is None
    message, _ = compose(uuid4(), [an_item("submission_accepted")], "zh-CN", NOW, {})
    assert message.attachments == ()


def test_a_line_end_in_a_title_makes_no_line_of_the_calendar() -> None:
    hostile = Dated(ABOUT, 1, "x\r\nATTENDEE:mailto:x@y\nEND:VEVENT", NOW, place="a\nb")
    written = write_calendar([hostile], NOW)
    assert b"\nATTENDEE" not in written
    assert len(events_of(written)) == 1
