"""Debts that moved: whoever owes them now is reminded, and nobody of what was another's."""

from typing import Any

from contracts.registry.assignments import Assignment, AssignmentMoved
from contracts.registry.notices import AcknowledgementMoved
from contracts.submissions.submissions import SubmissionReturned
from tests.integration.notifier.parts import World, an_acknowledgement, mailbox, moment, names
from tests.support.mail import MailServer


def moved(assignment: Assignment, unit: Any, version: int = 2) -> AssignmentMoved:
    fields = {"organization_id": unit, "version": version}
    return AssignmentMoved(assignment=assignment.model_copy(update=fields))


async def test_the_next_rung_goes_to_the_new_owner(world: World, mail: MailServer) -> None:
    before, now = await world.add_unit(mailbox("before")), await world.add_unit(mailbox("now"))
    (assignment,) = await world.owe(before)
    assert await world.plan("09-06 09:00") == 1
    await world.deliver()
    await world.hear(moved(assignment, now))
    assert await world.plan("09-06 09:01") == 0
    assert await world.plan("09-12 09:00") == 1
    await world.deliver()
    assert names(mail.messages) == ["before", "now"]


async def test_what_was_planned_and_not_sent_is_planned_for_the_new_owner_instead(
    world: World, mail: MailServer
) -> None:
    before, now = await world.add_unit(mailbox("before")), await world.add_unit(mailbox("now"))
    (assignment,) = await world.owe(before)
    assert await world.plan("09-06 09:00") == 1
    await world.hear(moved(assignment, now))
    assert await world.plan("09-06 09:01") == 1
    await world.deliver()
    assert names(mail.messages) == ["now"]
    assert await world.states() == {"given_up": 1, "sent": 1}
    # Heard again, or in another order, it changes nothing.
    await world.hear(moved(assignment, now), moved(assignment, before, version=1))
    assert await world.plan("09-06 09:02") == 0


async def test_an_acknowledgement_that_moved_is_told_to_the_new_owner_and_chased_there(
    world: World, mail: MailServer
) -> None:
    before, now = await world.add_unit(mailbox("before")), await world.add_unit(mailbox("now"))
    owed = an_acknowledgement(world.campaign, before, due_at=moment("09-06 18:00"))
    await world.hear(owed)
    await world.deliver()
    fields = {"organization_id": now, "version": 2}
    fact = AcknowledgementMoved(acknowledgement=owed.acknowledgement.model_copy(update=fields))
    await world.hear(fact)
    await world.hear(owed, fact)
    await world.deliver()
    assert names(mail.messages) == ["before", "now"]
    await world.plan("09-05 09:00")
    await world.deliver()
    assert names(mail.messages) == ["before", "now", "now"]


async def test_a_correction_is_asked_of_who_owes_it_now_whichever_is_heard_first(
    world: World, mail: MailServer
) -> None:
    before, now = await world.add_unit(mailbox("before")), await world.add_unit(mailbox("now"))
    (assignment,) = await world.owe(before)
    handed_in = await world.hand_in(assignment)
    fields = {
        "revision": 2,
        "state": "returned",
        "returned_at": moment("09-02 09:00"),
        "correct_by": moment("09-06 18:00"),
    }
    returned = SubmissionReturned(submission=handed_in.model_copy(update=fields))
    world.set_clock("09-02 09:00")
    await world.hear(moved(assignment, now))
    await world.hear(returned)
    await world.deliver()
    assert names(mail.messages) == ["now"]
    await world.plan("09-05 09:00")
    await world.deliver()
    assert names(mail.messages) == ["now", "now"]


async def test_a_return_that_is_heard_again_after_a_merger_is_not_told_to_the_successor(
    world: World, mail: MailServer
) -> None:
    before, now = await world.add_unit(mailbox("before")), await world.add_unit(mailbox("now"))
    (assignment,) = await world.owe(before)
    handed_in = await world.hand_in(assignment)
    fields = {"revision": 2, "state": "returned", "returned_at": moment("09-02 09:00")}
    returned = SubmissionReturned(submission=handed_in.model_copy(update=fields))
    await world.hear(returned)
    await world.hear(moved(assignment, now))
    await world.hear(returned)
    await world.deliver()
    assert names(mail.messages) == ["before"]
