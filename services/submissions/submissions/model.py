"""Submissions: what may be handed in when, and what a review does. The first version decides what is on time."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.refusals import Conflict, Unprocessable
from contracts.submissions.submissions import (
    GiveReason,
    HandIn,
    SectionReason,
    Submission,
    SubmissionVersion,
)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LETTERS = 8


class Closed(Conflict):
    """Nothing is taken in after this moment."""


class Waived(Conflict):
    """Nothing is owed."""


class AlreadyAccepted(Conflict):
    """An accepted submission stays as it is until it is reopened."""


class StaleVersionHandedIn(Conflict):
    """Another version was handed in since the caller looked."""

    @property
    def code(self) -> str:
        return "stale_version"


class SectionMissing(Unprocessable):
    """The deliverable asks for sections that are not there."""


class SectionUnknown(Unprocessable):
    """A section that the deliverable does not ask for."""


class AttachmentUnknown(Unprocessable):
    """An attachment that is not there."""


class NotReceived(Conflict):
    """Only what was received and not decided yet can be returned or accepted."""


class NotAccepted(Conflict):
    """Only what was accepted can be reopened."""


class NotWithdrawable(Conflict):
    """Only what is not decided yet can be withdrawn."""


class CorrectByInThePast(Unprocessable):
    """A correction cannot be due before it is asked for."""


@dataclass(frozen=True, slots=True)
class Owed:
    """The assignment that is handed in for, as this service knows it; `timezone` is the campaign's."""

    id: UUID
    campaign_id: UUID
    deliverable_id: UUID
    organization_id: UUID
    sections: tuple[str, ...]
    due_at: datetime | None
    closes_at: datetime | None
    state: str
    timezone: str | None


def check_sections(owed: Owed, command: HandIn) -> None:
    """Every section that is asked for, and none else; a nil return has none."""
    if command.attachment_ids:
        raise AttachmentUnknown(f"there is no attachment {command.attachment_ids[0]}")
    unknown = [name for name in command.sections if name not in owed.sections]
    if unknown:
        raise SectionUnknown(
            f"{'、'.join(unknown)} is not asked for; expected {'、'.join(owed.sections)}", sections=unknown
        )
    missing = [name for name in owed.sections if name not in command.sections]
    if missing and not command.nil_return:
        raise SectionMissing(f"{'、'.join(missing)} is missing", sections=missing)


def hand_in(
    owed: Owed, present: Submission | None, command: HandIn, id: UUID, receipt_number: str, at: datetime
) -> tuple[Submission, SubmissionVersion]:
    """The next version with its receipt, or a refusal."""
    if owed.state == "waived":
        raise Waived("this assignment is waived: nothing is owed")
    if owed.closes_at is not None and at > owed.closes_at:
        raise Closed(
            f"closed at {owed.closes_at.astimezone(_zone(owed)).isoformat()}; ask the office for an extension"
        )
    if present is not None and present.state == "accepted":
        raise AlreadyAccepted(f"version {present.accepted_version} was accepted; it must be reopened first")
    version = 0 if present is None else present.version
    if command.replaces_version is not None and command.replaces_version != version:
        raise StaleVersionHandedIn(
            f"replaces_version is {command.replaces_version}, and the present version is {version}",
            current_version=version,
        )
    check_sections(owed, command)
    content = write_content(owed.id, command)
    kept = SubmissionVersion(
        version=version + 1,
        receipt_number=receipt_number,
        received_at=at,
        content_sha256=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        organization_id=owed.organization_id,
    )
    return (_first if present is None else _next)(owed, present, command, id, kept), kept


def _first(
    owed: Owed, _: Submission | None, command: HandIn, id: UUID, kept: SubmissionVersion
) -> Submission:
    return Submission(
        id=id,
        version=1,
        revision=1,
        created_at=kept.received_at,
        updated_at=kept.received_at,
        campaign_id=owed.campaign_id,
        assignment_id=owed.id,
        deliverable_id=owed.deliverable_id,
        organization_id=owed.organization_id,
        state="received",
        on_time=owed.due_at is None or kept.received_at <= owed.due_at,
        first_received_at=kept.received_at,
        **_handed(command, kept),
    )


def _next(
    owed: Owed, present: Submission | None, command: HandIn, __: UUID, kept: SubmissionVersion
) -> Submission:
    assert present is not None
    return present.model_copy(
        update={
            # Another than before, where the unit was merged between the versions.
            "organization_id": owed.organization_id,
            "version": kept.version,
            "revision": present.revision + 1,
            "updated_at": kept.received_at,
            "state": "received",
            "reasons": [],
            "correct_by": None,
            "returned_at": None,
            **_handed(command, kept),
        }
    )


def _handed(command: HandIn, kept: SubmissionVersion) -> dict[str, Any]:
    return {
        "sections": dict(command.sections),
        "nil_return": command.nil_return,
        "attachment_ids": list(command.attachment_ids),
        "receipt_number": kept.receipt_number,
        "received_at": kept.received_at,
        "content_sha256": kept.content_sha256,
    }


def send_back(
    present: Submission,
    owed: Owed,
    reasons: Sequence[GiveReason],
    correct_by: datetime | None,
    at: datetime,
) -> Submission:
    """Returned for correction, with reasons and a due moment of its own."""
    check_undecided(present)
    unknown = [r.section for r in reasons if r.section is not None and r.section not in owed.sections]
    if unknown:
        raise SectionUnknown(f"{unknown[0]} is no section of this deliverable", sections=unknown)
    if correct_by is not None and correct_by <= at:
        raise CorrectByInThePast(f"correct_by {correct_by.isoformat()} is not after now, {at.isoformat()}")
    given = [SectionReason(section=reason.section, reason=reason.reason) for reason in reasons]
    return _decide(present, at, state="returned", reasons=given, returned_at=at, correct_by=correct_by)


def accept(present: Submission, at: datetime) -> Submission:
    """Accepted: this version is the official one from now on."""
    check_undecided(present)
    return _decide(present, at, state="accepted", accepted_version=present.version, accepted_at=at)


def reopen(present: Submission, reason: str, at: datetime) -> Submission:
    """Open for another version; the accepted one stays the official one until a newer is accepted."""
    if present.state != "accepted":
        raise NotAccepted(f"this submission is {present.state}; only an accepted one is reopened")
    given = [SectionReason(reason=reason)]
    return _decide(present, at, state="returned", reasons=given, returned_at=at, correct_by=None)


def withdraw(present: Submission, at: datetime) -> Submission:
    """Taken back by the unit, which owes again."""
    if present.state not in ("received", "returned"):
        raise NotWithdrawable(
            f"this submission is {present.state}; only one that is not decided is withdrawn"
        )
    return _decide(present, at, state="withdrawn", reasons=[], returned_at=None, correct_by=None)


def check_undecided(present: Submission) -> None:
    """Only the newest version, received and not decided yet, is reviewed."""
    if present.state == "accepted":
        raise AlreadyAccepted(f"version {present.accepted_version} was accepted already")
    if present.state != "received":
        raise NotReceived(f"this submission is {present.state}; only a received one is reviewed")


def _decide(present: Submission, at: datetime, **fields: Any) -> Submission:
    return present.model_copy(update={"revision": present.revision + 1, "updated_at": at, **fields})


def write_content(assignment_id: UUID, command: HandIn) -> str:
    """What was handed in as canonical JSON: names in order, no spaces, UTF-8. Its SHA-256 is on the receipt."""
    content = {
        "assignment_id": str(assignment_id),
        "attachment_ids": [str(id) for id in command.attachment_ids],
        "nil_return": command.nil_return,
        "sections": command.sections,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def make_receipt_number(timezone: str | None, at: datetime) -> str:
    """A number that a person can read out: the day, and eight letters of Crockford's alphabet."""
    letters = "".join(CROCKFORD[byte % 32] for byte in secrets.token_bytes(RECEIPT_LETTERS))
    return f"{at.astimezone(ZoneInfo(timezone or 'UTC')):%Y%m%d}-{letters}"


def _zone(owed: Owed) -> ZoneInfo:
    return ZoneInfo(owed.timezone or "UTC")
