"""Acknowledgements: owed, given once, replaced."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.access import Principal
from chassis.refusals import Conflict
from contracts.registry.notices import Acknowledgement, Notice, RecordAcknowledgement
from contracts.shapes import changed


class Replaced(Conflict):
    """A newer notice took this one's place: that one is to be acknowledged."""


def owe(
    notice: Notice, organization_ids: Sequence[UUID], ids: Sequence[UUID], at: datetime
) -> list[Acknowledgement]:
    """What these addressees owe for an issued notice, under these ids.

    Who comes after the due moment is asked, and not chased for what it could not have known.
    """
    due_at = notice.acknowledge_by if notice.acknowledge_by and notice.acknowledge_by > at else None
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
            due_at=due_at,
            state="owed",
        )
        for id, organization_id in zip(ids, organization_ids, strict=True)
    ]


def acknowledge(owed: Acknowledgement, by: str, at: datetime) -> Acknowledgement:
    """Acknowledged; again and again changes nothing, and the first moment is kept."""
    check_not_replaced(owed)
    if owed.state == "acknowledged":
        return owed
    return changed(owed, at, state="acknowledged", acknowledged_at=at, acknowledged_by=by)


def record(
    owed: Acknowledgement, command: RecordAcknowledgement, by: Principal, at: datetime
) -> Acknowledgement:
    """Acknowledged as the office heard it, with who wrote it down and why; what the unit gave itself stays."""
    check_not_replaced(owed)
    if owed.state == "acknowledged":
        return owed
    return changed(
        owed,
        at,
        state="acknowledged",
        acknowledged_at=at,
        acknowledged_by=command.acknowledged_by,
        on_behalf=True,
        recorded_by=by.key_id,
        why=command.why,
    )


def check_not_replaced(owed: Acknowledgement) -> None:
    """What was replaced before it was acknowledged is owed no longer."""
    if owed.state == "replaced":
        raise Replaced(
            "this notice was replaced before it was acknowledged; acknowledge the one that replaces it"
        )


def replace(owed: Acknowledgement, at: datetime) -> Acknowledgement:
    """No longer owed: a newer notice is."""
    return changed(owed, at, state="replaced")
