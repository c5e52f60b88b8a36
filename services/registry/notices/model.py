"""Notices: draft, change, issue, replace, discard."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from chassis.calendar import WorkingCalendar
from chassis.refusals import Conflict, Unprocessable
from contracts.registry.addressees import AddresseeRule
from contracts.registry.notices import DraftNotice, Notice
from contracts.shapes import changed
from services.registry.deliverables.deadline import TimeWithoutDate, due_moment, warnings_of

_GIVEN_APART = {"addressee_ids", "addressee_rule", "acknowledge_by", "acknowledge_on", "acknowledge_time"}


class IssuedAlready(Conflict):
    """A notice is issued once, and stands as it was issued."""


class ReplacedAlready(Conflict):
    """Another notice took this one's place: a correction replaces that one."""


class ReplacesUnknown(Unprocessable):
    """The notice to be replaced is no issued notice of this campaign."""


class AttachmentUnknown(Unprocessable):
    """An id names no attachment of the office's own."""


class AcknowledgeByInThePast(Unprocessable):
    """An acknowledgement cannot be due before the notice goes out."""


class AcknowledgeDueTwice(Unprocessable):
    """An acknowledgement is due by an instant or on a day, and not by both."""


def draft(
    command: DraftNotice,
    addressee_ids: Sequence[UUID],
    rule: AddresseeRule | None,
    due: Mapping[str, Any],
    id: UUID,
    campaign_id: UUID,
    at: datetime,
) -> Notice:
    """A notice that nobody has seen yet; each addressee and attachment once."""
    values = command.model_dump(exclude=_GIVEN_APART | {"attachment_ids"})
    return Notice(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=campaign_id,
        state="draft",
        addressee_ids=list(dict.fromkeys(addressee_ids)),
        addressee_rule=rule,
        attachment_ids=list(dict.fromkeys(command.attachment_ids)),
        **due,
        **values,
    )


def due_fields(
    by: datetime | None, on: date | None, clock: time | None, zone: str, calendar: WorkingCalendar
) -> dict[str, Any]:
    """When the acknowledgement is due: by an instant, or up to the end of a day (or a clock time of it) in `zone`."""
    if by is not None and on is not None:
        raise AcknowledgeDueTwice(
            "acknowledge_by and acknowledge_on were both given; expected one of the two"
        )
    if on is None:
        if clock is not None:
            raise TimeWithoutDate("acknowledge_time was given without acknowledge_on; expected both")
        timezone, warnings = None, []
    else:
        by = due_moment(on, clock, zone).astimezone(UTC)
        timezone, warnings = zone, warnings_of(on, calendar)
    return {
        "acknowledge_by": by,
        "acknowledge_on": on,
        "acknowledge_time": clock,
        "timezone": timezone,
        "warnings": warnings,
    }


def change_due(notice: Notice, sent: Mapping[str, Any]) -> tuple[datetime | None, date | None, time | None]:
    """By, on and at what time it is due after a change: an instant and a date take each other's place."""
    by = sent.get("acknowledge_by")
    on, clock = sent.get("acknowledge_on"), sent.get("acknowledge_time")
    if not sent.keys() & {"acknowledge_by", "acknowledge_on"}:
        on = notice.acknowledge_on
        return (notice.acknowledge_by if on is None else None), on, clock
    if on is not None and "acknowledge_time" not in sent:
        clock = notice.acknowledge_time
    return by, on, clock


def change(notice: Notice, fields: Mapping[str, Any], at: datetime) -> Notice:
    """The draft with these fields."""
    check_draft(notice)
    given = dict(fields)
    for name in ("addressee_ids", "attachment_ids"):
        if name in given:
            given[name] = list(dict.fromkeys(given[name]))
    return changed(notice, at, **given)


def check_draft(notice: Notice) -> None:
    """What was issued was read: a correction is a notice of its own."""
    if notice.state == "issued":
        raise IssuedAlready(
            f"this notice was issued at {notice.issued_at}; a correction is a new notice that replaces it"
        )


def discard(notice: Notice, at: datetime) -> Notice:
    """The draft, given up."""
    check_draft(notice)
    return changed(notice, at, discarded_at=at)


def check_replaces(replaced: Notice | None, campaign_id: UUID) -> Notice:
    """What is replaced was issued, in the same campaign, and holds still."""
    if replaced is None or replaced.campaign_id != campaign_id or replaced.state != "issued":
        raise ReplacesUnknown("replaces_id names no issued notice of this campaign")
    if replaced.replaced_by_id is not None:
        raise ReplacedAlready(
            f"that notice was replaced by {replaced.replaced_by_id} already; replace that one",
            replaced_by_id=str(replaced.replaced_by_id),
        )
    return replaced


def issue(notice: Notice, addressee_ids: Sequence[UUID], at: datetime) -> Notice:
    """The notice, gone out to these."""
    check_draft(notice)
    if notice.acknowledge_by is not None and notice.acknowledge_by <= at:
        raise AcknowledgeByInThePast(f"acknowledge_by {notice.acknowledge_by.isoformat()} has passed already")
    return changed(notice, at, state="issued", issued_at=at, addressee_ids=list(addressee_ids))


def replace(notice: Notice, by: Notice, at: datetime) -> Notice:
    """The notice, no longer the one that holds."""
    return changed(notice, at, replaced_by_id=by.id)


def add_addressees(notice: Notice, joined: Sequence[UUID], at: datetime) -> Notice:
    """The notice, to these too."""
    return changed(notice, at, addressee_ids=[*notice.addressee_ids, *joined])


def check_attachments(ids: Sequence[UUID], missing: set[UUID]) -> None:
    """Refuse attachments that are not there, or not the office's own, each with its place."""
    errors = [
        {"field": f"attachment_ids.{place}", "message": f"{id} is no attachment of yours"}
        for place, id in enumerate(ids)
        if id in missing
    ]
    if errors:
        first = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:5])
        raise AttachmentUnknown(f"{len(errors)} of attachment_ids are not known; {first}", errors=errors)
