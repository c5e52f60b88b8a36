"""Deliverables: defined once, dated then or later, changed, cancelled, and what follows for each assignment."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.access import Principal
from chassis.calendar import WorkingCalendar
from chassis.refusals import Conflict, Unprocessable
from contracts.registry.addressees import AddresseeRule
from contracts.registry.assignments import Assignment, Waiver
from contracts.registry.campaigns import Campaign
from contracts.registry.deliverables import DefineDeliverable, Deliverable, SetDue
from contracts.shapes import changed
from services.registry.deliverables.deadline import TimeWithoutDate, due_moment, warnings_of

FIXED_ONCE_DUE = ("kind", "sections", "review_stages")
"""What may have been relied on by who has handed in: changed only while the due moment is to come."""
FOLLOWED = ("kind", "title", "sections", "review_stages")
"""What each assignment has of its deliverable, beside the due moment."""


class DueInThePast(Unprocessable):
    """What is due already cannot be asked for."""


class ClosesBeforeDue(Unprocessable):
    """What is refused from a moment on cannot be due after it."""


class ClosesInThePast(Unprocessable):
    """What is closed already cannot be asked for."""


class DuePassed(Conflict):
    """The due moment has passed, and units have handed in by what was asked for until then."""


class Cancelled(Conflict):
    """What is cancelled is owed by nobody."""


def define(
    command: DefineDeliverable,
    owed_by: Sequence[UUID],
    rule: AddresseeRule | None,
    campaign: Campaign,
    id: UUID,
    calendar: WorkingCalendar,
    at: datetime,
) -> Deliverable:
    """A new deliverable of a campaign, owed once by each organization."""
    once = list(dict.fromkeys(owed_by))
    due = _due_fields(command.due_on, command.due_time, campaign.timezone, command.closes_at, calendar, at)
    _check_closes(command.closes_at, None, at)
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
        owed_by=once,
        assignment_count=len(once),
        owed_by_rule=rule,
        review_stages=command.review_stages,
        **due,
    )


def in_zone(deliverable: Deliverable) -> Deliverable:
    """As it is answered: its moments with the offset of the campaign's zone."""
    zone = ZoneInfo(deliverable.timezone)
    moments = {
        name: moment.astimezone(zone)
        for name in ("due_at", "closes_at")
        if (moment := getattr(deliverable, name)) is not None
    }
    return deliverable.model_copy(update=moments)


def check_running(deliverable: Deliverable) -> None:
    """Refuse what is cancelled."""
    if deliverable.cancelled_at is not None:
        raise Cancelled(f"this deliverable was cancelled at {deliverable.cancelled_at.isoformat()}")


def set_due(
    deliverable: Deliverable, command: SetDue, calendar: WorkingCalendar, at: datetime
) -> Deliverable:
    """The deliverable with another due moment, or with none."""
    check_running(deliverable)
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
    return {
        "due_on": due_on,
        "due_time": due_time,
        "due_at": due_at,
        "warnings": warnings_of(due_on, calendar),
    }


def _check_closes(closes_at: datetime | None, due_at: datetime | None, at: datetime) -> None:
    if closes_at is None:
        return
    if due_at is not None and closes_at < due_at:
        raise ClosesBeforeDue(f"closes_at {closes_at.isoformat()} is before due_at {due_at.isoformat()}")
    if closes_at <= at:
        raise ClosesInThePast(f"closes_at {closes_at.isoformat()} is not after now, {at.isoformat()}")


def change(deliverable: Deliverable, fields: Mapping[str, Any], at: datetime) -> Deliverable:
    """The deliverable with these fields; what could have been handed in for keeps its kind and sections."""
    check_running(deliverable)
    given = dict(fields)
    if "sections" in given:
        given["sections"] = list(dict.fromkeys(given["sections"]))
    fixed = [name for name in FIXED_ONCE_DUE if name in given and given[name] != getattr(deliverable, name)]
    if fixed and deliverable.due_at is not None and deliverable.due_at <= at:
        raise DuePassed(
            f"{', '.join(fixed)} cannot change after the due moment, {deliverable.due_at.isoformat()}: "
            "move it first, or define another deliverable"
        )
    if "closes_at" in given and given["closes_at"] != deliverable.closes_at:
        _check_closes(given["closes_at"], deliverable.due_at, at)
    return changed(deliverable, at, **given)


def add_owed_by(deliverable: Deliverable, joined: Sequence[UUID], at: datetime) -> Deliverable:
    """The deliverable, owed by these too, which did not owe it yet."""
    owed_by = [*deliverable.owed_by, *joined]
    return changed(deliverable, at, owed_by=owed_by, assignment_count=len(owed_by))


def check_can_join(deliverable: Deliverable, at: datetime) -> None:
    """Who comes to owe something has time for it."""
    check_running(deliverable)
    for name in ("due_at", "closes_at"):
        moment: datetime | None = getattr(deliverable, name)
        if moment is not None and moment <= at:
            raise DuePassed(f"{name} {moment.isoformat()} has passed; move it before others are to owe this")


def cancel(deliverable: Deliverable, reason: str, at: datetime) -> Deliverable:
    """The deliverable, owed by nobody any more."""
    check_running(deliverable)
    return changed(deliverable, at, cancelled_at=at, cancel_reason=reason)


def make_assignments(
    deliverable: Deliverable, owed_by: Sequence[UUID], ids: Sequence[UUID], at: datetime
) -> list[Assignment]:
    """One assignment for each of these organizations, under these ids."""
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
            review_stages=deliverable.review_stages,
        )
        for id, organization_id in zip(ids, owed_by, strict=True)
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


def change_assignments(
    assignments: Sequence[Assignment], deliverable: Deliverable, at: datetime
) -> list[Assignment]:
    """Those that differ from their deliverable by now, made to follow it; who has an extension is not shut out."""
    fields = {name: getattr(deliverable, name) for name in FOLLOWED}
    following = [
        (each, fields | {"closes_at": closing_of(deliverable.closes_at, each)}) for each in assignments
    ]
    return [
        changed(each, at, **wanted)
        for each, wanted in following
        if any(getattr(each, name) != value for name, value in wanted.items())
    ]


def closing_of(closes_at: datetime | None, assignment: Assignment) -> datetime | None:
    """When an assignment closes whose deliverable closes then: not before its own extension."""
    if closes_at is None or assignment.extension is None:
        return closes_at
    return max(closes_at, assignment.extension.due_at)


def waive_assignments(
    assignments: Sequence[Assignment], reason: str, by: Principal, at: datetime
) -> list[Assignment]:
    """Those that were owed, waived because their deliverable is cancelled."""
    waiver = Waiver(reason=reason, granted_at=at, granted_by=by.key_id)
    return [
        changed(each, at, state="waived", waiver=waiver, unwaiver=None)
        for each in assignments
        if each.state == "owed"
    ]
