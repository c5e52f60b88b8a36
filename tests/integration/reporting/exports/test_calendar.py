"""The calendar, read back: what has a time, in the campaign's zone, under UIDs that stay."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar

from contracts.registry.activities import Activity, ActivityCancelled, ActivityDrafted, Host
from tests.integration.reporting.exports.conftest import DUE, Week, aggregate

SHANGHAI = ZoneInfo("Asia/Shanghai")


async def test_activities_theme_days_and_due_dates_stand_in_the_calendar(week: Week) -> None:
    calendar: Any = Calendar.from_ical(await week.fetch("calendar_ics"))
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    events = calendar.walk("VEVENT")
    by_name = {str(event["SUMMARY"]): event for event in events}
    assert len(events) == 6 + 73 + 1
    assert len({str(event["UID"]) for event in events}) == len(events)
    day = by_name["主题日：金融日"]
    assert (day["DTSTART"].dt, day["DTEND"].dt) == (date(2024, 9, 13), date(2024, 9, 14))
    due = by_name["报送截止：活动总结"]
    assert due["DTSTART"].dt == date(2024, 9, 16)
    timed = next(event for event in events if "LOCATION" in event)
    assert timed["DTSTART"].dt.tzinfo is not None
    assert timed["DTSTART"].dt.astimezone(SHANGHAI).hour == 9
    assert str(timed["LOCATION"]) == "苏州国际博览中心"


async def test_what_was_cancelled_says_so_and_drafts_are_left_out(week: Week) -> None:
    values: dict[str, Any] = {
        "campaign_id": week.campaign_id,
        "category": "类",
        "hosts": [Host(outside_party="外")],
        "starts_at": DUE,
    }
    gone = Activity(
        **aggregate(), name="取消的;,\n一行", state="cancelled", state_before="confirmed", **values
    )
    never = Activity(**aggregate(), name="草稿即弃", state="cancelled", state_before="draft", **values)
    draft = Activity(**aggregate(), name="草稿", state="draft", **values)
    await week.service.hear(
        ActivityCancelled(activity=gone), ActivityCancelled(activity=never), ActivityDrafted(activity=draft)
    )
    calendar: Any = Calendar.from_ical(await week.fetch("calendar_ics"))
    events = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    assert str(events["取消的;,\n一行"]["STATUS"]) == "CANCELLED"
    assert str(events["取消的;,\n一行"]["UID"]) == f"{gone.id}@rollcall"
    assert events["取消的;,\n一行"]["DTSTART"].dt == datetime(2024, 9, 16, 23, 59, 59, tzinfo=SHANGHAI)
    assert not {"草稿", "草稿即弃"} & events.keys()


async def test_the_same_data_gives_the_same_calendar(week: Week) -> None:
    one, other = await week.make("calendar_ics"), await week.make("calendar_ics")
    assert one["sha256"] == other["sha256"] is not None
    assert one["rows"] == 80
