"""Submissions: what may be handed in when. The first version decides what is on time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from chassis.identity import CHANCE
from chassis.refusals import Conflict, Unprocessable
from contracts.attachments import Attachment
from contracts.submissions.submissions import (
    HandIn,
    Stage,
    Submission,
)

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTER_OF_BYTE = (CROCKFORD * 8).encode()
MISTAKEN = str.maketrans("OIL", "011", " -")
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


class NothingHandedIn(Unprocessable):
    """Neither a section, nor an attachment, nor the word that there is nothing to report."""


class AttachmentUnknown(Unprocessable):
    """An attachment that is not there, or not of the unit that hands in."""


class AttachmentRefused(Unprocessable):
    """An attachment in which the scanner found something."""


@dataclass(frozen=True, slots=True)
class Owed:
    """The assignment that is handed in for, as this service knows it; `timezone` is the campaign's.

    `first_stage` is where a review begins: of two stages at the second where nobody stands between unit and issuer.
    `issuer_name` is whom to ask for an extension; only read where there is a moment to close.
    """

    id: UUID
    campaign_id: UUID
    deliverable_id: UUID
    organization_id: UUID
    sections: Sequence[str]
    due_at: datetime | None
    closes_at: datetime | None
    state: str
    timezone: str | None
    review_stages: Stage = 1
    first_stage: Stage = 1
    issuer_name: str | None = None
    version: int = 1


def check_sections(owed: Owed, command: HandIn) -> None:
    """Every section that is asked for, and none else; a nil return has none."""
    unknown = [name for name in command.sections if name not in owed.sections]
    if unknown:
        raise SectionUnknown(
            f"{'、'.join(unknown)} is not asked for; expected {'、'.join(owed.sections)}", sections=unknown
        )
    missing = [name for name in owed.sections if name not in command.sections]
    if missing and not command.nil_return:
        raise SectionMissing(f"{'、'.join(missing)} is missing", sections=missing)
    if not (command.sections or command.attachment_ids or command.nil_return):
        raise NothingHandedIn(
            "nothing is handed in; expected attachment_ids, or nil_return when there is nothing"
        )


def check_attachments(owed: Owed, ids: Sequence[UUID], named: Mapping[UUID, Attachment]) -> list[Attachment]:
    """The attachments in their order: each stored by the unit itself, and none that the scanner refused."""
    unknown = [str(id) for id in ids if id not in named or named[id].organization_id != owed.organization_id]
    if unknown:
        raise AttachmentUnknown(
            f"there is no attachment {unknown[0]}, or it is not yours; store it with POST /v1/attachments first",
            attachment_ids=unknown,
        )
    refused = [named[id] for id in ids if named[id].state == "refused"]
    if refused:
        raise AttachmentRefused(
            f"the scanner refused {refused[0].filename}: {refused[0].finding}; store another file",
            attachment_ids=[str(each.id) for each in refused],
        )
    return [named[id] for id in ids]


def hand_in(
    owed: Owed,
    present: Submission | None,
    command: HandIn,
    id: UUID,
    receipt_number: str,
    at: datetime,
    anew: bool = False,
    attached: Sequence[Attachment] = (),
) -> tuple[Submission, bytes] | None:
    """The next version and its content, or a refusal; None when the newest version, not decided yet, says the same.

    So a request that was sent again, or fifty at once, are one version and one receipt; `anew` makes one all the same.
    """
    check_open(owed, present, at)
    content = write_content(owed.id, command, attached)
    digest = hashlib.sha256(content).hexdigest()
    if not anew and _says(present, owed.organization_id, digest):
        return None
    version = 0 if present is None else present.version
    if command.replaces_version is not None and command.replaces_version != version:
        raise StaleVersionHandedIn(
            f"replaces_version is {command.replaces_version}, and the present version is {version}",
            current_version=version,
        )
    check_sections(owed, command)
    handed = {
        "organization_id": owed.organization_id,
        "version": version + 1,
        "updated_at": at,
        "state": "received",
        "review_stages": owed.review_stages,
        "review_stage": owed.first_stage,
        "sections": dict(command.sections),
        "nil_return": command.nil_return,
        "attachment_ids": list(command.attachment_ids),
        "receipt_number": receipt_number,
        "received_at": at,
        "content_sha256": digest,
    }
    return (_first(owed, id, at, handed) if present is None else _next(owed, present, at, handed)), content


def _says(present: Submission | None, by: UUID, digest: str) -> bool:
    """Whether the newest version, not decided yet, is this organization's and of this content."""
    if present is None or present.state != "received":
        return False
    return (present.organization_id, present.content_sha256) == (by, digest)


def check_open(owed: Owed, present: Submission | None, at: datetime) -> None:
    """Whether anything is taken in at this moment, which is when the request was wholly received."""
    if owed.state == "waived":
        raise Waived("this assignment is waived: nothing is owed")
    if owed.closes_at is not None and at > owed.closes_at:
        closed_at = owed.closes_at.astimezone(_zone(owed)).isoformat()
        office = owed.issuer_name or "the office that issued the campaign"
        raise Closed(f"closed at {closed_at}; ask {office} for an extension", closed_at=closed_at, ask=office)
    if present is not None and present.state == "accepted":
        raise AlreadyAccepted(f"version {present.accepted_version} was accepted; it must be reopened first")


def _first(owed: Owed, id: UUID, at: datetime, handed: Mapping[str, Any]) -> Submission:
    return Submission.model_validate(
        {
            "id": id,
            "revision": 1,
            "created_at": at,
            "campaign_id": owed.campaign_id,
            "assignment_id": owed.id,
            "deliverable_id": owed.deliverable_id,
            **_punctuality(owed, at),
            **handed,
        }
    )


def _next(owed: Owed, present: Submission, at: datetime, handed: Mapping[str, Any]) -> Submission:
    # What was withdrawn is owed again, so the next one is judged as a first.
    judged = _punctuality(owed, at) if present.state == "withdrawn" else {}
    return present.model_copy(
        update={
            "revision": present.revision + 1,
            "reasons": [],
            "correct_by": None,
            "returned_at": None,
            "endorsed_at": None,
            "endorsed_by": None,
            "withdrawn_at": None,
            "withdrawal_reason": None,
            **judged,
            **handed,
        }
    )


def _punctuality(owed: Owed, at: datetime) -> dict[str, Any]:
    return {"on_time": owed.due_at is None or at <= owed.due_at, "first_received_at": at}


def write_content(assignment_id: UUID, command: HandIn, attached: Sequence[Attachment] = ()) -> bytes:
    """What was handed in as canonical JSON: names in order, no spaces, UTF-8. Its SHA-256 is on the receipt, and
    stands for the attachments' bytes too, by theirs.
    """
    files = [{"filename": each.filename, "id": each.id, "sha256": each.sha256} for each in attached]
    return to_json(
        {
            "assignment_id": assignment_id,
            "attachment_ids": command.attachment_ids,
            **({"attachments": files} if files else {}),
            "nil_return": command.nil_return,
            "sections": dict(sorted(command.sections.items())),
        }
    )


def make_receipt_number(timezone: str | None, at: datetime) -> str:
    """A number that a person can read out: the day, and eight letters of Crockford's alphabet."""
    letters = CHANCE.draw(RECEIPT_LETTERS).translate(LETTER_OF_BYTE).decode()
    on = at.astimezone(ZoneInfo(timezone or "UTC"))
    return f"{on.year:04}{on.month:02}{on.day:02}-{letters}"


def read_receipt_number(written: str) -> str:
    """The number as it was given out, of one that was read out or typed: any case, O for 0, I or L for 1, no dash."""
    plain = written.upper().translate(MISTAKEN)
    return f"{plain[:8]}-{plain[8:]}"


def _zone(owed: Owed) -> ZoneInfo:
    return ZoneInfo(owed.timezone or "UTC")
