"""What is owed, kept by what registry and submissions say; the view `still_owed` puts it together."""

from collections.abc import Sequence

from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.assignments import AssignmentMade, AssignmentMoved
from contracts.registry.notices import AcknowledgementMoved, AcknowledgementOwed
from contracts.submissions.submissions import SubmissionReceived
from services.notifier.owed import store


async def on_assignments(tx: Transaction, events: Sequence[AssignmentMade | AssignmentMoved]) -> None:
    """Keep the newest of each."""
    newest = [event.assignment for event in latest(events)]
    await store.keep_assignments(tx, [each.model_dump(mode="json") for each in newest])
    if moved := [event.aggregate_id for event in events if isinstance(event, AssignmentMoved)]:
        await store.plan_anew(tx, moved)
    await store.note(tx, [each.id for each in newest])


async def on_acknowledgements(
    tx: Transaction, events: Sequence[AcknowledgementOwed | AcknowledgementMoved]
) -> None:
    """Keep the newest of each."""
    newest = [event.acknowledgement for event in latest(events)]
    await store.keep_acknowledgements(tx, [each.model_dump(mode="json") for each in newest])
    if moved := [event.aggregate_id for event in events if isinstance(event, AcknowledgementMoved)]:
        await store.plan_anew(tx, moved)
    await store.note(tx, [each.id for each in newest])


async def on_submissions(tx: Transaction, events: Sequence[SubmissionReceived]) -> None:
    """Keep the newest of each: what is withdrawn is owed anew, and what is returned has a ladder of its own."""
    newest = [event.submission for event in latest(events)]
    await store.keep_submissions(tx, [each.model_dump(mode="json", exclude={"sections"}) for each in newest])
    await store.note(tx, [id for each in newest for id in (each.id, each.assignment_id)])
