"""Verdicts on a submission: returned, accepted in one stage or two, reopened, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.refusals import Conflict, Unprocessable
from contracts.submissions.submissions import GiveReason, SectionReason, Submission
from services.submissions.submissions.model import AlreadyAccepted, Owed, SectionUnknown


class NotEndorsed(Conflict):
    """The first of two stages of review has not let this version through yet."""


class EndorsedAlready(Conflict):
    """The first of two stages has let this version through: the office decides now."""


class NotReceived(Conflict):
    """Only what was received and not decided yet can be returned or accepted."""


class NotAccepted(Conflict):
    """Only what was accepted can be reopened."""


class NotWithdrawable(Conflict):
    """Only what is handed in and was never accepted can be withdrawn."""


class CorrectByInThePast(Unprocessable):
    """A correction cannot be due before it is asked for."""


def send_back(
    present: Submission,
    owed: Owed,
    reasons: Sequence[GiveReason],
    correct_by: datetime | None,
    by_office: bool,
    at: datetime,
) -> Submission:
    """Returned for correction at the stage where it stands, with numbered reasons and a due moment of its own."""
    check_undecided(present)
    check_stage(present, by_office)
    unknown = [r.section for r in reasons if r.section is not None and r.section not in owed.sections]
    if unknown:
        raise SectionUnknown(f"{unknown[0]} is no section of this deliverable", sections=unknown)
    if correct_by is not None and correct_by <= at:
        raise CorrectByInThePast(f"correct_by {correct_by.isoformat()} is not after now, {at.isoformat()}")
    given = [
        SectionReason(number=number, section=reason.section, reason=reason.reason)
        for number, reason in enumerate(reasons, start=1)
    ]
    return _decide(present, at, state="returned", reasons=given, returned_at=at, correct_by=correct_by)


def accept(present: Submission, by: UUID, by_office: bool, at: datetime) -> Submission:
    """Accepted: this version is the official one from now on. At the first of two stages: endorsed, and no more."""
    check_undecided(present)
    check_stage(present, by_office)
    if present.review_stage < present.review_stages:
        if by_office:
            raise NotEndorsed(
                "an overseer above the unit reviews this version first; the office may return it"
            )
        return _decide(present, at, review_stage=2, endorsed_at=at, endorsed_by=by)
    return _decide(present, at, state="accepted", accepted_version=present.version, accepted_at=at)


def check_stage(present: Submission, by_office: bool) -> None:
    """Of two stages the second is the office's alone."""
    if present.review_stages == 2 and present.review_stage == 2 and not by_office:
        raise EndorsedAlready(f"version {present.version} is past the first stage: the office decides now")


def reopen(present: Submission, reason: str, at: datetime) -> Submission:
    """Open for another version; the accepted one stays the official one until a newer is accepted."""
    if present.state != "accepted":
        raise NotAccepted(f"this submission is {present.state}; only an accepted one is reopened")
    given = [SectionReason(number=1, reason=reason)]
    return _decide(present, at, state="returned", reasons=given, returned_at=at, correct_by=None)


def withdraw(present: Submission, reason: str | None, at: datetime) -> Submission:
    """Taken back by the unit, which owes again; never once a version was accepted, for that one stays official."""
    if present.accepted_version is not None:
        raise NotWithdrawable(
            f"version {present.accepted_version} was accepted; what was never accepted can be withdrawn"
        )
    if present.state not in ("received", "returned"):
        raise NotWithdrawable(
            f"this submission is {present.state}; only one that is not decided is withdrawn"
        )
    return _decide(
        present,
        at,
        state="withdrawn",
        reasons=[],
        returned_at=None,
        correct_by=None,
        withdrawn_at=at,
        withdrawal_reason=reason,
    )


def check_undecided(present: Submission) -> None:
    """Only the newest version, received and not decided yet, is reviewed."""
    if present.state == "accepted":
        raise AlreadyAccepted(f"version {present.accepted_version} was accepted already")
    if present.state != "received":
        raise NotReceived(f"this submission is {present.state}; only a received one is reviewed")


def _decide(present: Submission, at: datetime, **fields: Any) -> Submission:
    return present.model_copy(update={"revision": present.revision + 1, "updated_at": at, **fields})
