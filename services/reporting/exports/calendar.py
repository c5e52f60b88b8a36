"""The calendar as .ics (RFC 5545): activities that have their time, theme days, due dates; drafts are left out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO
from uuid import UUID

from icalendar import Calendar, Event

from contracts.registry.activities import Activity
from contracts.registry.deliverables import Deliverable
from contracts.registry.theme_days import ThemeDay
from contracts.shapes import Aggregate
from services.reporting.exports import sources
from services.reporting.exports.annex import hosts_text_of
from services.reporting.exports.order import Order
from services.reporting.exports.text import clean

STATUS = {"cancelled": "CANCELLED", "postponed": "TENTATIVE", "registered": "TENTATIVE"}


async def make(order: Order, out: IO[bytes]) -> None:
    """Moments stand in the campaign's zone, which the file describes; a UID is the noun's own id and never changes."""
    async with order.database.snapshot() as connection:
        activities = await sources.read_activities(connection, order.campaign_id, order.up_to)
        days = await sources.read_theme_days(connection, order.campaign_id, order.up_to)
        deliverables = await sources.read_deliverables(connection, order.campaign_id, order.up_to)
        names = {unit.id: unit.name for unit in await sources.read_units(connection, order.up_to)}
    events = [
        *(_of_theme_day(day, names) for day in days),
        *(_of_activity(order, each, names) for each in _timed(activities)),
        *(_of_deliverable(order, each) for each in deliverables if each.due_at is not None),
    ]
    order.progress.row_total = len(events)
    calendar = Calendar()
    calendar.add("prodid", "-//Rollcall//exports//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean(order.campaign.name))
    calendar.add("x-wr-timezone", order.campaign.timezone)
    if order.stated_past:
        calendar.add("x-wr-caldesc", order.stated_past)
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    out.write(calendar.to_ical())
    order.progress.rows = len(events)


def _timed(activities: list[Activity]) -> Iterator[Activity]:
    """Those that are everybody's and have a time; an activity given up as a draft was never announced."""
    told = (each for each in activities if each.state != "draft" and each.state_before != "draft")
    yield from sorted(
        (each for each in told if each.starts_at is not None),
        key=lambda each: (each.starts_at, each.id),
    )


def _event(noun: Aggregate, summary: str) -> Event:
    event = Event()
    event.add("uid", f"{noun.id}@rollcall")
    event.add("dtstamp", noun.updated_at)
    event.add("last-modified", noun.updated_at)
    event.add("sequence", noun.version - 1)
    event.add("summary", clean(summary))
    return event


def _of_activity(order: Order, activity: Activity, names: dict[UUID, str]) -> Event:
    assert activity.starts_at is not None
    event = _event(activity, activity.name)
    event.add("dtstart", _second(order, activity.starts_at))
    if activity.ends_at is not None and activity.ends_at > activity.starts_at:
        event.add("dtend", _second(order, activity.ends_at))
    if activity.place:
        event.add("location", clean(activity.place))
    told = [f"类别：{activity.category}", f"主办单位：{hosts_text_of(activity, names)}"]
    if activity.schedule_note:
        told.append(activity.schedule_note)
    event.add("description", clean("\n".join(told)))
    event.add("categories", [clean(activity.category)])
    event.add("status", STATUS.get(activity.state, "CONFIRMED"))
    return event


def _of_theme_day(day: ThemeDay, names: dict[UUID, str]) -> Event:
    event = _event(day, f"主题日：{day.name}")
    event.add("dtstart", day.date)
    event.add("dtend", day.date + timedelta(days=1))
    hosts = "、".join(names.get(id, str(id)) for id in day.organiser_ids)
    event.add("description", clean(f"主办单位：{hosts}"))
    event.add("transp", "TRANSPARENT")
    return event


def _of_deliverable(order: Order, deliverable: Deliverable) -> Event:
    """A due date without a clock time is a day; with one, that minute."""
    assert deliverable.due_at is not None
    event = _event(deliverable, f"报送截止：{deliverable.title}")
    due = _second(order, deliverable.due_at)
    if deliverable.due_on is not None and deliverable.due_time is None:
        event.add("dtstart", due.date())
        event.add("dtend", due.date() + timedelta(days=1))
    else:
        event.add("dtstart", due)
    event.add("transp", "TRANSPARENT")
    return event


def _second(order: Order, moment: datetime) -> datetime:
    return order.local(moment).replace(microsecond=0)
