"""Facts that units are told at once: a notice, a return, an acceptance, an activity that is moved or called off."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.notifier.policies import Ladder
from contracts.registry.activities import (
    Activity,
    ActivityCancelled,
    ActivityPostponed,
    ActivityRescheduled,
)
from contracts.registry.notices import AcknowledgementMoved, AcknowledgementOwed
from contracts.submissions.submissions import Submission, SubmissionAccepted, SubmissionReturned
from services.notifier.directory import store as directory
from services.notifier.notifications import store
from services.notifier.notifications.model import allowed_from
from services.notifier.notifications.store import FactToTell
from services.notifier.policies import store as policies

FALLBACK_ZONE = "Asia/Shanghai"


async def on_acknowledgement_owed(
    tx: Transaction, events: Sequence[AcknowledgementOwed | AcknowledgementMoved]
) -> None:
    """Each addressee is told of the notice, and so is the unit that takes an addressee's place."""
    for owed in (event.acknowledgement for event in events):
        fact = FactToTell(
            occasion="notice_issued",
            campaign_id=owed.campaign_id,
            about_id=owed.id,
            revision=0,
            organization_id=owed.organization_id,
            about_organization_id=owed.organization_id,
            title=owed.title,
            details={"due_at": None if owed.due_at is None else owed.due_at.isoformat()},
            planned_for=await _allowed(tx, owed.campaign_id),
            acknowledgement_id=owed.id,
        )
        await store.plan_fact(tx, fact)


async def on_submission_returned(tx: Transaction, events: Sequence[SubmissionReturned]) -> None:
    """The unit is told what to correct, and by when."""
    for submission in (event.submission for event in events):
        details = {
            "reasons": [reason.model_dump() for reason in submission.reasons],
            "correct_by": None if submission.correct_by is None else submission.correct_by.isoformat(),
            "stage": submission.review_stage if submission.review_stages > 1 else None,
        }
        await _tell_unit(tx, "submission_returned", submission, details)


async def on_submission_accepted(tx: Transaction, events: Sequence[SubmissionAccepted]) -> None:
    """The unit is told that nothing is left to do."""
    for submission in (event.submission for event in events):
        await _tell_unit(tx, "submission_accepted", submission, {})


async def on_activity_rescheduled(tx: Transaction, events: Sequence[ActivityRescheduled]) -> None:
    """The hosts that are units of the register are told the new time and place."""
    for activity in (event.activity for event in events):
        details = {"starts_at": _text(activity.starts_at), "place": activity.place, "reason": activity.reason}
        await _tell_hosts(
            tx, "activity_rescheduled", activity, details, await _allowed(tx, activity.campaign_id)
        )


async def on_activity_postponed(tx: Transaction, events: Sequence[ActivityPostponed]) -> None:
    """They are told that it is put off, and from when."""
    for activity in (event.activity for event in events):
        details = _what_was(activity, activity.former_starts_at)
        await _tell_hosts(
            tx, "activity_postponed", activity, details, await _allowed(tx, activity.campaign_id)
        )


async def on_activity_cancelled(tx: Transaction, events: Sequence[ActivityCancelled]) -> None:
    """They are told at once, in quiet hours too: somebody may be on the way. Of a draft nobody had heard."""
    for activity in (event.activity for event in events):
        if activity.state_before != "draft":
            details = _what_was(activity, activity.starts_at or activity.former_starts_at)
            await _tell_hosts(tx, "activity_cancelled", activity, details, tx.now)


def _what_was(activity: Activity, starts_at: datetime | None) -> Mapping[str, object]:
    return {"former_starts_at": _text(starts_at), "place": activity.place, "reason": activity.reason}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


async def _tell_hosts(
    tx: Transaction,
    occasion: str,
    activity: Activity,
    details: Mapping[str, object],
    planned_for: datetime,
) -> None:
    for host in dict.fromkeys(host.organization_id for host in activity.hosts if host.organization_id):
        fact = FactToTell(
            occasion=occasion,
            campaign_id=activity.campaign_id,
            about_id=activity.id,
            revision=activity.version,
            organization_id=host,
            about_organization_id=host,
            title=activity.name,
            details=details,
            planned_for=planned_for,
            activity_id=activity.id,
        )
        await store.plan_fact(tx, fact)


OWED = "SELECT title, organization_id FROM assignment WHERE id = $1"
WAS_TOLD = """
    -- To whomever it was: what is heard again after a merger is not told once more, to the successor.
    SELECT EXISTS (SELECT FROM told WHERE about_id = $1 AND occasion = $2 AND about_revision = $3 AND due_at IS NULL)
"""


async def _tell_unit(
    tx: Transaction, occasion: str, submission: Submission, details: Mapping[str, object]
) -> None:
    if await tx.connection.fetchval(WAS_TOLD, submission.id, occasion, submission.revision):
        return
    # Who owes it by now: the unit that handed in may have been merged since.
    owed = await tx.connection.fetchrow(OWED, submission.assignment_id)
    unit = submission.organization_id if owed is None else owed["organization_id"]
    fact = FactToTell(
        occasion=occasion,
        campaign_id=submission.campaign_id,
        about_id=submission.id,
        revision=submission.revision,
        organization_id=unit,
        about_organization_id=unit,
        title="" if owed is None else owed["title"],
        details=details,
        planned_for=await _allowed(tx, submission.campaign_id),
        assignment_id=submission.assignment_id,
        submission_id=submission.id,
    )
    await store.plan_fact(tx, fact)


async def _allowed(tx: Transaction, campaign_id: UUID) -> datetime:
    """When it may be said; by the default policy where the campaign was not heard of yet."""
    try:
        ladder: Ladder = await policies.find(tx.connection, campaign_id)
        zone = (await directory.find_campaign(tx.connection, campaign_id)).timezone
    except NotFound:
        ladder, zone = Ladder(), FALLBACK_ZONE
    return allowed_from(tx.now, ladder, zone)
