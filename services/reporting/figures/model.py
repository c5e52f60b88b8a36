"""Figures: rates with their denominators, after DHIS2's reporting rates, what a cell shows, and the burn-down."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.reporting.figures import CellState, Countdown, Figures, TimelineDay

SUMMED = ("expected", "actual", "actual_on_time", "accepted", "returned", "overdue", "waived", "nil_returns")
# How GROUPING marks the columns that a row is the sum over: deliverable, district, kind of unit, due moment.
BY_DELIVERABLE, BY_DISTRICT, BY_KIND, BY_DUE, OF_ALL = 0b0111, 0b1011, 0b1101, 0b1110, 0b1111
SETTINGS = ("社区", "农村", "企业", "机关", "校园", "军营", "家庭")
"""七进, as the notice names them."""
AUDIENCES = ("老年人", "青少年")
"""一老一少."""


def only(rows: Sequence[Mapping[str, Any]], left_out: int) -> list[Mapping[str, Any]]:
    """The rows of one breakdown that count any assignment."""
    return [row for row in rows if row["left_out"] == left_out and (row["expected"] or row["waived"])]


def total(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """All together, acknowledgements included."""
    names = (*SUMMED, "owed", "acknowledgements_owed", "acknowledgements_given")
    whole = [row for row in rows if row["left_out"] == OF_ALL]
    return {name: sum(row[name] for row in whole) for name in names}


def figures(counts: Mapping[str, Any]) -> dict[str, Any]:
    """The counts that are shown, and their rates."""
    return {
        **{name: counts[name] for name in SUMMED},
        "completeness": rate(counts["actual"], counts["expected"]),
        "timeliness": rate(counts["actual_on_time"], counts["expected"]),
    }


def together(parts: Sequence[Mapping[str, Any]]) -> Figures:
    """Several campaigns as one."""
    return Figures(**figures({name: sum(part[name] for part in parts) for name in SUMMED}))


def rate(part: int, whole: int) -> float | None:
    """Part of whole to three places; None where there is no whole."""
    return None if whole == 0 else round(part / whole, 3)


def cell_state(
    assignment: str, submission: str | None, on_time: bool | None, due_at: datetime | None, now: datetime
) -> CellState:
    """What a cell shows for an assignment and what was handed in for it."""
    if assignment == "waived":
        return "waived"
    if submission is None or submission == "withdrawn":
        return "overdue" if due_at is not None and due_at < now else "owed"
    if submission == "returned":
        return "returned"
    if submission == "accepted":
        return "accepted"
    return "received" if on_time else "late"


def coverage(counted: Mapping[str, int], wanted: Sequence[str]) -> dict[str, int]:
    """How many cover each of what is wanted, none included, and then whatever else is named."""
    return {name: counted.get(name, 0) for name in (*wanted, *counted)}


def countdown(
    rows: Sequence[Mapping[str, Any]],
    starts_on: date | None,
    ends_on: date | None,
    moment: datetime,
    zone: ZoneInfo,
) -> Countdown:
    """How long there still is, by the campaign's days, and what of the owed is due next."""
    today = moment.astimezone(zone).date()
    coming = [row for row in rows if row["left_out"] == BY_DUE and row["due_at"] and row["due_at"] >= moment]
    following = min((row for row in coming if row["owed"]), key=lambda row: row["due_at"], default=None)
    return Countdown(
        days_to_start=None if starts_on is None else (starts_on - today).days,
        days_to_end=None if ends_on is None else (ends_on - today).days,
        next_due_at=None if following is None else following["due_at"].astimezone(zone),
        next_owed=0 if following is None else following["owed"],
    )


def burn_down(
    due: Mapping[date, int], moved: Sequence[tuple[date, int, int, int]], today: date
) -> list[TimelineDay]:
    """Days on which something was due or moved; `moved` is day, received, on time and the change of what is owed."""
    by_day = {day: counts for day, *counts in moved if any(counts)}
    still_owed, days = 0, list[TimelineDay]()
    for day in sorted(due.keys() | by_day.keys()):
        received, on_time, owed = by_day.get(day, (0, 0, 0))
        still_owed += owed
        at_its_end = still_owed if day < today else None
        days.append(
            TimelineDay(
                date=day, due=due.get(day, 0), received=received, on_time=on_time, still_owed=at_its_end
            )
        )
    return days


def due_by_day(rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> dict[date, int]:
    """How many of the expected are due on each day in a zone."""
    due: dict[date, int] = {}
    for row in rows:
        if row["left_out"] == BY_DUE and row["due_at"] is not None and row["expected"]:
            day = row["due_at"].astimezone(zone).date()
            due[day] = due.get(day, 0) + row["expected"]
    return due


def by_id(rows: Sequence[Mapping[str, Any]], name: str) -> dict[UUID, Mapping[str, Any]]:
    """Rows by one of their ids."""
    return {row[name]: row for row in rows}
