"""Deliverables: defined once, dated then or later, and what follows for each assignment."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from chassis.calendar import WorkingCalendar
from chassis.refusals import Unprocessable
from contracts.registry.assignments import Assignment
from contracts.registry.campaigns import Campaign
from contracts.registry.deliverables import DefineDeliverable, Deliverable, SetDue
from contracts.shapes import changed
from services.registry.deliverables.deadline import day_off_warning, due_moment


class TimeWithoutDate(Unprocessable):
    """A clock time says nothing without its day."""


class DueInThePast(Unprocessable):
    """What is due already cannot be asked for."""


class ClosesBeforeDue(Unprocessable):
    """What is refused from a moment on cannot be due after it."""


def define(
    command: DefineDeliverable, campaign: Campaign, id: UUID, calendar: WorkingCalendar, at: datetime
) -> Deliverable:
    """A new deliverable of a campaign, owed once by each organization."""
    owed_by = list(dict.fromkeys(command.owed_by))
    due = _due_fields(command.due_on, command.due_time, campaign.timezone, command.closes_at, calendar, at)
    return Deliverable(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=campaign.id,
        kind=command.kind,
        title=command.title,
        sections=list(dict.fromkeys(command.sections)),
        timezone=campaign.timezone,
        closes_at=command.closes_at,
        owed_by=owed_by,
        assignment_count=len(owed_by),
        **due,
    )


def set_due(
    deliverable: Deliverable, command: SetDue, calendar: WorkingCalendar, at: datetime
) -> Deliverable:
    """The deliverable with another due moment, or with none."""
    due = _due_fields(
        command.due_on, command.due_time, deliverable.timezone, deliverable.closes_at, calendar, at
    )
    return changed(deliverable, at, due_reason=command.reason, **due)


def _due_fields(
    due_on: date | None,
    due_time: time | None,
    zone: str,
    closes_at: datetime | None,
    calendar: WorkingCalendar,
    at: datetime,
) -> dict[str, Any]:
    if due_on is None:
        if due_time is not None:
            raise TimeWithoutDate("due_time was given without due_on; expected both or due_on alone")
        return {"due_on": None, "due_time": None, "due_at": None, "warnings": []}
    due_at = due_moment(due_on, due_time, zone)
    if due_at <= at:
        raise DueInThePast(f"due at {due_at.isoformat()}, which is not after now, {at.isoformat()}")
    if closes_at is not None and closes_at < due_at:
        raise ClosesBeforeDue(f"closes_at {closes_at.isoformat()} is before due_at {due_at.isoformat()}")
    warning = day_off_warning(due_on, calendar)
    warnings = [] if warning is None else [warning]
    return {"due_on": due_on, "due_time": due_time, "due_at": due_at, "warnings": warnings}


def make_assignments(deliverable: Deliverable, ids: Sequence[UUID], at: datetime) -> list[Assignment]:
    """One assignment for each organization that owes it, under these ids."""
    return [
        Assignment(
            id=id,
            version=1,
            created_at=at,
            updated_at=at,
            campaign_id=deliverable.campaign_id,
            deliverable_id=deliverable.id,
            organization_id=organization_id,
            kind=deliverable.kind,
            title=deliverable.title,
            sections=deliverable.sections,
            due_at=deliverable.due_at,
            due_set_at=at,
            closes_at=deliverable.closes_at,
        )
        for id, organization_id in zip(ids, deliverable.owed_by, strict=True)
    ]


def move_assignments(
    assignments: Sequence[Assignment], deliverable: Deliverable, at: datetime
) -> list[Assignment]:
    """Those that follow the deliverable's due moment: all but the extended."""
    return [
        changed(each, at, due_at=deliverable.due_at, due_set_at=at)
        for each in assignments
        if each.extension is None and each.due_at != deliverable.due_at
    ]
