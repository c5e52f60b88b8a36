"""Dates of a message as iCalendar: due moments and activities, under ids that a moved date keeps (RFC 5545)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from icalendar import Calendar, Event

from services.notifier.deliveries.store import Item
from services.notifier.texts.model import Setting
from services.notifier.texts.occasions import kind_of

MEDIA_TYPE = "text/calendar"
DUE_KINDS = ("due_before", "due_today", "urged")
DUE_DETAILS = {
    "notice_issued": "due_at",
    "submission_returned": "correct_by",
    "assignment_extended": "due_at",
    "assignment_due_set": "due_at",
    "assignment_waived": "due_at",
    "assignment_unwaived": "due_at",
}
"""Where the facts that have a due moment keep it."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One date; `sequence` grows whenever it moves, so that the newest holds. Without `ends_at` it is a moment."""

    id: UUID
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    place: str | None = None
    is_off: bool = False
    takes_time: bool = False


def find_date(item: Item, setting: Setting) -> Dated | None:
    """The date that belongs into the reader's own calendar; None where there is none, or it is another unit's."""
    kind, details = kind_of(item.occasion, item.is_own), item.details
    title = " ".join(item.title.split())
    if kind.startswith("activity_"):
        is_off = kind != "activity_rescheduled"
        starts_at = _read(details.get("former_starts_at" if is_off else "starts_at"))
        if starts_at is None:
            return None
        until, place = _read(details.get("ends_at")), details.get("place")
        return Dated(
            setting.about_id, setting.sequence, title, starts_at, until, place, is_off, takes_time=True
        )
    due_at = item.due_at if kind in DUE_KINDS else _read(details.get(DUE_DETAILS.get(kind, "")))
    if due_at is None:
        return None
    return Dated(setting.about_id, setting.sequence, title, due_at, is_off=kind == "assignment_waived")


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def write_calendar(dates: Sequence[Dated], written_at: datetime) -> bytes:
    """A calendar of these dates, to be published into the reader's own: each id once, as its newest."""
    newest: dict[UUID, Dated] = {}
    for each in sorted(dates, key=lambda each: each.sequence):
        newest[each.id] = each
    calendar = Calendar()
    calendar.add("prodid", "-//Rollcall//notifier//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for each in newest.values():
        calendar.add_component(_write(each, written_at))
    written: bytes = calendar.to_ical()
    return written


def _write(dated: Dated, written_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{dated.id}@rollcall")
    event.add("sequence", dated.sequence)
    event.add("dtstamp", written_at.astimezone(UTC))
    event.add("dtstart", dated.starts_at.astimezone(UTC).replace(microsecond=0))
    if dated.ends_at is not None:
        event.add("dtend", dated.ends_at.astimezone(UTC).replace(microsecond=0))
    event.add("summary", dated.title)
    if dated.place is not None:
        event.add("location", dated.place)
    event.add("status", "CANCELLED" if dated.is_off else "CONFIRMED")
    event.add("transp", "OPAQUE" if dated.takes_time else "TRANSPARENT")
    return event
