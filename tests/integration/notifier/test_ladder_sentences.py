"""What else the ladder promises, a sentence a test."""

from datetime import timedelta
from uuid import uuid4

from prometheus_client import CollectorRegistry

from contracts.registry.assignments import (
    AssignmentDueSet,
    AssignmentExtended,
    AssignmentUnwaived,
    AssignmentWaived,
    Unwaiver,
)
from services.notifier.reminders.handlers import find_moments, plan_reminders
from services.notifier.reminders.metrics import ReminderMetrics
from tests.integration.notifier.parts import DUE, World, a_submission, mailbox, moment, names
from tests.support.mail import MailServer


async def test_the_one_above_gets_one_message_for_all_its_units_of_a_rung(
    world: World, mail: MailServer
) -> None:
    district = await world.add_unit(mailbox("district"), name="某区")
    towns = [await world.add_unit(parent=district, name=f"镇{number}") for number in range(3)]
    await world.owe(*towns)
    await world.owe(*towns, title="活动方案")
    await world.plan("09-20 09:00")
    await world.deliver()
    assert names(mail.messages) == ["district"]
    text = mail.messages[0].get_content()
    assert [line[:2] for line in text.splitlines() if line[:1].isdigit()] == [f"{n}." for n in range(1, 7)]


async def test_a_date_that_is_set_later_starts_the_ladder_from_there_on(world: World) -> None:
    (owed,) = await world.owe(await world.add_unit(mailbox("a")), due_at=None)
    assert await world.plan("09-12 09:00") == 0
    dated = owed.model_copy(update={"version": 2, "due_at": DUE, "due_set_at": moment("09-12 10:00")})
    await world.hear(AssignmentDueSet(assignment=dated))
    assert await world.plan("09-12 10:01") == 0
    assert await world.plan("09-14 09:00") == 2


async def test_a_waiver_that_is_taken_back_makes_up_for_nothing(world: World) -> None:
    (owed,) = await world.owe(await world.add_unit(mailbox("a")))
    await world.hear(AssignmentWaived(assignment=owed.model_copy(update={"version": 2, "state": "waived"})))
    await world.plan("09-12 09:00")
    back = Unwaiver(reason="x", taken_back_at=moment("09-13 10:00"), taken_back_by=uuid4())
    again = owed.model_copy(update={"version": 3, "state": "owed", "unwaiver": back})
    await world.hear(AssignmentUnwaived(assignment=again))
    assert await world.plan("09-13 10:01") == 0
    assert await world.plan("09-14 09:00") == 2


async def test_an_extension_of_what_is_overdue_already_begins_anew(world: World) -> None:
    (owed,) = await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-18 09:00")
    later = {"version": 2, "due_at": DUE + timedelta(days=10), "due_set_at": moment("09-18 10:00")}
    await world.hear(AssignmentExtended(assignment=owed.model_copy(update=later)))
    assert await world.plan("09-20 09:00") == 0
    # Due on the 26th: 25 is -1, 24 -2, 23 -3.
    assert await world.plan("09-23 09:00") == 1
    assert [(name, at) for name, _, at in await world.told()] == [
        ("due+1", "09-18 09:00"),
        ("due-3", "09-23 09:00"),
    ]


async def test_what_is_heard_before_its_campaign_is_told_when_that_is_heard_of(world: World) -> None:
    unit = await world.add_unit(mailbox("a"))
    row = (await world.fetch("SELECT id, version, name, issuer_id, timezone FROM campaign"))[0]
    await world.execute("DELETE FROM campaign")
    await world.owe(unit)
    assert await world.plan("09-06 09:00") == 0
    await world.execute(
        "INSERT INTO campaign (id, version, name, issuer_id, timezone) VALUES ($1, $2, $3, $4, $5)", *row
    )
    assert await world.plan("09-06 09:01") == 1


async def test_what_a_release_before_has_heard_of_is_found_within_the_hour(world: World) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.execute("DELETE FROM due_moment")
    await world.execute("DELETE FROM unplanned")
    assert await world.plan("09-06 09:00") == 0
    await find_moments(world.database)
    assert await world.plan("09-06 09:01") == 1


async def test_a_submission_that_comes_before_its_assignment_is_not_chased(world: World) -> None:
    unit = await world.add_unit(mailbox("a"))
    (owed,) = await world.owe(unit)
    await world.execute("DELETE FROM assignment")
    await world.hand_in(owed)
    await world.owe(unit, id=owed.id)
    assert a_submission(owed).assignment_id == owed.id
    assert await world.plan("09-06 09:00") == 0


async def test_the_metrics_say_what_was_planned_and_how_long_after_its_moment(world: World) -> None:
    registry = CollectorRegistry()
    metrics = ReminderMetrics(registry)
    await world.owe(await world.add_unit(mailbox("a"), mailbox("b")))
    world.set_clock(moment("09-06 09:00") + timedelta(seconds=42))
    for _ in range(2):
        metrics.note(await plan_reminders(world.database), world.database.clock.now())
    name = "rollcall_notifier_reminders"
    assert registry.get_sample_value(f"{name}_rungs_total") == 1
    assert registry.get_sample_value(f"{name}_planned_total") == 2
    behind = registry.get_sample_value(f"{name}_behind_seconds")
    assert behind is not None
    assert 42 <= behind < 43
