"""Notices: draft, issue, acknowledge, replace."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.refusals import Conflict, Unprocessable
from contracts.registry.notices import Acknowledgement, DraftNotice, Notice
from contracts.shapes import changed


class IssuedAlready(Conflict):
    """A notice is issued once."""


class NotIssued(Conflict):
    """A draft is owed nothing, and replaces nothing."""


class Replaced(Conflict):
    """A newer notice took this one's place: that one is to be acknowledged."""


class ReplacesUnknown(Unprocessable):
    """The notice to be replaced is no issued notice of this campaign."""


class AcknowledgeByInThePast(Unprocessable):
    """An acknowledgement cannot be due before the notice goes out."""


def draft(command: DraftNotice, id: UUID, campaign_id: UUID, at: datetime) -> Notice:
    """A notice that nobody has seen yet; each addressee once."""
    values = command.model_dump() | {"addressee_ids": list(dict.fromkeys(command.addressee_ids))}
    return Notice(
        id=id, version=1, created_at=at, updated_at=at, campaign_id=campaign_id, state="draft", **values
    )


def check_replaces(replaced: Notice | None, campaign_id: UUID) -> None:
    """What is replaced was issued, in the same campaign."""
    if replaced is None or replaced.campaign_id != campaign_id or replaced.state != "issued":
        raise ReplacesUnknown("replaces_id names no issued notice of this campaign")


def issue(notice: Notice, at: datetime) -> Notice:
    """The notice, gone out."""
    if notice.state == "issued":
        raise IssuedAlready(f"this notice was issued at {notice.issued_at}")
    if notice.acknowledge_by is not None and notice.acknowledge_by <= at:
        raise AcknowledgeByInThePast(f"acknowledge_by {notice.acknowledge_by.isoformat()} has passed already")
    return changed(notice, at, state="issued", issued_at=at)


def owe(notice: Notice, ids: Sequence[UUID], at: datetime) -> list[Acknowledgement]:
    """What the addressees owe for an issued notice, under these ids."""
    return [
        Acknowledgement(
            id=id,
            version=1,
            created_at=at,
            updated_at=at,
            campaign_id=notice.campaign_id,
            notice_id=notice.id,
            organization_id=organization_id,
            title=notice.title,
            due_at=notice.acknowledge_by,
            state="owed",
        )
        for id, organization_id in zip(ids, notice.addressee_ids, strict=True)
    ]


def acknowledge(owed: Acknowledgement, by: str, at: datetime) -> Acknowledgement:
    """Acknowledged; again and again changes nothing, and the first moment is kept."""
    if owed.state == "replaced":
        raise Replaced(
            "this notice was replaced before it was acknowledged; acknowledge the one that replaces it"
        )
    if owed.state == "acknowledged":
        return owed
    return changed(owed, at, state="acknowledged", acknowledged_at=at, acknowledged_by=by)


def replace(owed: Acknowledgement, at: datetime) -> Acknowledgement:
    """No longer owed: a newer notice is."""
    return changed(owed, at, state="replaced")
