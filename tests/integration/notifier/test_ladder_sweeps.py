"""Sweeps plan each rung once, for whoever still owes at that moment; checked against dates counted by hand."""

import asyncio
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from contracts.registry.assignments import AssignmentExtended, AssignmentMade, AssignmentWaived
from contracts.registry.notices import NoticeAcknowledged
from contracts.registry.organizations import OrganizationChanged
from contracts.submissions.submissions import (
    SectionReason,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReturned,
    SubmissionWithdrawn,
)
from tests.integration.notifier.parts import (
    DUE,
    ISSUED,
    World,
    a_submission,
    an_acknowledgement,
    an_assignment,
    an_organization,
    mailbox,
    moment,
)

# September 2024: 14 (a Saturday) is worked, 15 to 17 are off; the 16th's own rung goes the working day before.
RUNGS = [
    ("due-7", "09-06 09:00"),
    ("due-3", "09-12 09:00"),
    ("due-1", "09-14 09:00"),
    ("due-0", "09-14 09:00"),
    ("due+1", "09-18 09:00"),
    ("due+3", "09-20 09:00"),
]


async def test_a_unit_that_never_hands_in_is_told_each_rung_once_on_its_day(world: World) -> None:
    unit = await world.add_unit(mailbox("a"))
    await world.set_channels(world.office, mailbox("office"))
    await world.owe(unit)
    day, seen = moment("08-30 08:59"), {}
    while day < moment("09-30 00:00"):
        world.set_clock(day)
        assert await world.plan() == 0, f"something came due before nine on {day:%m-%d}"
        world.set_clock(day + timedelta(minutes=1))
        seen[f"{day:%m-%d} 09:00"] = await world.plan()
        day += timedelta(days=1)
    assert {at: count for at, count in seen.items() if count} == {
        "09-06 09:00": 1,
        "09-12 09:00": 1,
        "09-14 09:00": 2,
        "09-18 09:00": 1,
        "09-20 09:00": 1,
    }
    assert await world.told() == [(name, "planned", at) for name, at in RUNGS]
    last = await world.fetch("SELECT organization_id, about_organization_id FROM notification ORDER BY id")
    assert tuple(last[-1]) == (world.office, unit)
    assert all(tuple(row) == (unit, unit) for row in last[:-1])


async def test_two_sweepers_at_once_plan_what_one_would(world: World) -> None:
    units = [await world.add_unit(mailbox(f"u{number}")) for number in range(20)]
    await world.owe(*units)
    world.set_clock("09-06 09:00")
    planned = await asyncio.gather(*(world.plan() for _ in range(6)))
    assert sum(planned) == 20
    assert await world.states() == {"planned": 20}


async def test_after_an_outage_only_the_newest_missed_rung_goes_out(world: World) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-05 09:00")
    await world.plan("09-13 17:00")
    await world.plan("09-13 18:00")
    assert await world.told() == [("due-3", "planned", "09-12 09:00")]


async def test_an_extension_moves_the_ladder_and_drops_what_waits_for_the_old_date(world: World) -> None:
    (assignment,) = await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-12 09:00")
    extended = assignment.model_copy(
        update={
            "version": 2,
            "due_at": DUE + timedelta(days=7),  # Monday 23 September: 20 is -1, 19 -2, 18 -3
            "due_set_at": moment("09-12 09:00"),
        }
    )
    await world.hear(AssignmentExtended(assignment=extended))
    await world.deliver()
    for day in range(12, 30):
        await world.plan(f"09-{day} 10:00")
    assert await world.told() == [
        ("due-3", "given_up", "09-12 09:00"),
        ("due-3", "planned", "09-18 09:00"),
        ("due-1", "planned", "09-20 09:00"),
        ("due-0", "planned", "09-23 09:00"),
        ("due+1", "planned", "09-24 09:00"),
        ("due+3", "failed", "09-26 09:00"),
    ]


async def test_a_unit_that_joins_late_gets_the_rungs_from_there_on(world: World) -> None:
    await world.owe(await world.add_unit(mailbox("a")), due_set_at=moment("09-12 09:00"))
    await world.plan("09-13 10:00")
    await world.plan("09-14 09:00")
    assert await world.told() == [("due-1", "planned", "09-14 09:00"), ("due-0", "planned", "09-14 09:00")]


async def test_an_assignment_that_is_heard_of_late_is_not_passed_over(world: World) -> None:
    unit = await world.add_unit(mailbox("a"))
    await world.plan("09-06 09:05")
    await world.owe(unit)
    assert await world.plan("09-06 09:06") == 1


async def test_what_is_handed_in_accepted_or_waived_is_chased_no_more(world: World) -> None:
    units = [await world.add_unit(mailbox(f"u{number}")) for number in range(4)]
    first, second, third, _ = await world.owe(*units)
    await world.hand_in(first)
    await world.hear(SubmissionAccepted(submission=a_submission(second, state="accepted", revision=2)))
    await world.hear(AssignmentWaived(assignment=third.model_copy(update={"version": 2, "state": "waived"})))
    assert await world.plan("09-06 09:00") == 1
    told = await world.fetch("SELECT organization_id FROM notification WHERE occasion = 'due-7'")
    assert [row[0] for row in told] == [units[3]]


async def test_a_withdrawn_submission_is_owed_anew_from_then_on(world: World) -> None:
    (assignment,) = await world.owe(await world.add_unit(mailbox("a")))
    world.set_clock("09-05 12:00")
    submission = await world.hand_in(assignment)
    await world.plan("09-06 09:00")
    withdrawn = submission.model_copy(
        update={"revision": 2, "state": "withdrawn", "updated_at": moment("09-10 12:00")}
    )
    await world.hear(SubmissionWithdrawn(submission=withdrawn))
    await world.plan("09-10 12:01")
    await world.plan("09-12 09:00")
    assert await world.told() == [("due-3", "planned", "09-12 09:00")]


async def test_acknowledgements_and_corrections_climb_the_same_ladder(world: World) -> None:
    unit = await world.add_unit(mailbox("a"))
    owed = an_acknowledgement(world.campaign, unit, due_at=moment("09-04 18:00"))
    await world.hear(owed)
    assert await world.plan("09-03 09:00") == 1
    given = owed.acknowledgement.model_copy(update={"version": 2, "state": "acknowledged"})
    await world.hear(NoticeAcknowledged(acknowledgement=given))
    assert await world.plan("09-04 09:00") == 0

    (assignment,) = await world.owe(unit)
    returned = a_submission(
        assignment,
        state="returned",
        revision=2,
        reasons=[SectionReason(section="特色内容", reason="请补充")],
        returned_at=moment("09-13 15:00"),
        correct_by=moment("09-18 18:00"),
    )
    await world.hear(SubmissionReturned(submission=returned))
    # The 18th is the first working day after the holiday: 14 is -1, and nothing of the assignment's own ladder.
    assert await world.plan("09-14 09:00") == 1
    corrected = returned.model_copy(update={"state": "received", "version": 2, "revision": 3})
    await world.hear(SubmissionReceived(submission=corrected))
    assert await world.plan("09-18 09:00") == 0
    assert [row[0] for row in await world.told()] == [
        "notice_issued",
        "due-1",
        "submission_returned",
        "due-1",
    ]


async def test_other_channels_or_another_parent_afterwards_tell_nothing_twice(world: World) -> None:
    unit = await world.add_unit(mailbox("a"))
    await world.set_channels(world.office, mailbox("office"))
    await world.owe(unit)
    await world.plan("09-12 09:00")
    await world.set_channels(unit, mailbox("b"), mailbox("c"))
    assert await world.plan("09-12 09:01") == 0
    await world.plan("09-20 09:00")
    other = await world.add_unit(mailbox("other"))
    await world.hear(OrganizationChanged(organization=an_organization(unit, version=2, parent_id=other)))
    assert await world.plan("09-20 09:01") == 0


async def test_a_clock_that_jumps_both_ways_tells_nothing_twice_and_nothing_backwards(world: World) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-12 08:00")
    await world.plan("09-14 10:00")
    await world.plan("09-12 10:00")
    await world.plan("09-14 10:00")
    assert await world.told() == [
        ("due-7", "planned", "09-06 09:00"),
        ("due-1", "planned", "09-14 09:00"),
        ("due-0", "planned", "09-14 09:00"),
    ]


async def test_whoever_has_no_channel_is_recorded_and_holds_up_no_other(world: World) -> None:
    nobody, unit = await world.add_unit(), await world.add_unit(mailbox("a"))
    await world.owe(nobody, unit)
    assert await world.plan("09-06 09:00") == 2
    rows = await world.fetch("SELECT organization_id, state, last_error FROM notification")
    said = {row[0]: (row[1], row[2]) for row in rows}
    assert said[unit] == ("planned", None)
    assert said[nobody] == ("failed", "no working address: the unit has no contact")


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_any_order_of_events_twice_over_ends_in_the_same_ladder(
    world: World, order: tuple[int, ...]
) -> None:
    unit = await world.add_unit(mailbox("a"))
    assignment = an_assignment(world.campaign, unit, id=uuid4())
    later = {"version": 2, "due_at": DUE + timedelta(days=1), "due_set_at": ISSUED + timedelta(hours=1)}
    submission = a_submission(assignment)
    events = [
        AssignmentMade(assignment=assignment),
        AssignmentExtended(assignment=assignment.model_copy(update=later)),
        SubmissionReceived(submission=submission),
        SubmissionWithdrawn(submission=submission.model_copy(update={"revision": 2, "state": "withdrawn"})),
    ]
    for index in (*order, *order):
        await world.hear(events[index])
    rows = await world.fetch("SELECT about_id, due_at, owed_since FROM still_owed")
    assert [tuple(row) for row in rows] == [
        (assignment.id, DUE + timedelta(days=1), ISSUED + timedelta(hours=1))
    ]
