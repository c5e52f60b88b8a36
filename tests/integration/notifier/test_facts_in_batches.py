"""Facts that come together are planned together: a few statements a batch, however many they are for."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from asyncpg.connection import LoggedQuery

from contracts.registry.activities import ActivityRescheduled
from contracts.registry.assignments import AssignmentExtended
from contracts.registry.notices import AcknowledgementMoved, AcknowledgementReplaced
from services.notifier.notifications.activities import on_activities
from services.notifier.notifications.consumers import on_assignments
from services.notifier.notifications.notices import on_notices
from tests.integration.notifier.parts import World, an_acknowledgement, mailbox, moment
from tests.integration.notifier.test_facts import an_activity, extended

THE_DRIVERS = ("typeinfo_tree", "set_config('jit'")


async def count_statements(world: World, handler: Any, events: Sequence[object]) -> int:
    """How many statements it takes, but for those by which the driver learns of types."""
    seen: list[LoggedQuery] = []
    async with world.database.transaction() as tx:
        with tx.connection.query_logger(seen.append):
            await handler(tx, events)
    return sum(not any(word in each.query for word in THE_DRIVERS) for each in seen)


async def test_of_many_no_more_statements_are_asked_than_of_two(world: World) -> None:
    units = [await world.add_unit(mailbox(f"u{number}")) for number in range(40)]
    made = await world.owe(*units)
    owed = [an_acknowledgement(world.campaign, unit) for unit in units]
    for handler, events in (
        (on_assignments, [AssignmentExtended(assignment=extended(each)) for each in made]),
        (on_assignments, [AssignmentExtended(assignment=extended(each, 3)) for each in made]),
        (on_notices, owed),
        (on_notices, [AcknowledgementReplaced(acknowledgement=each.acknowledgement) for each in owed]),
    ):
        few = await count_statements(world, handler, events[:2])
        assert await count_statements(world, handler, events[2:]) == few
    rows = await world.fetch("SELECT occasion, state, count(*) FROM notification GROUP BY 1, 2 ORDER BY 1, 2")
    assert [tuple(row) for row in rows] == [
        ("assignment_extended", "given_up", 40),
        ("assignment_extended", "planned", 40),
        ("notice_issued", "given_up", 40),
    ]


async def test_a_move_is_told_to_all_addressees_in_as_many_statements_as_to_one(world: World) -> None:
    counts = []
    for size in (1, 30):
        host = await world.add_unit(mailbox(f"host{size}"))
        units = [await world.add_unit(mailbox(f"u{size}-{number}")) for number in range(size)]
        await world.hear(*(an_acknowledgement(world.campaign, unit) for unit in units))
        moved = an_activity(world, host, state="registered", starts_at=moment("09-10 14:00"))
        counts.append(await count_statements(world, on_activities, [ActivityRescheduled(activity=moved)]))
    assert counts[0] == counts[1]
    told = await world.fetch("SELECT DISTINCT organization_id FROM notification WHERE about_revision = 3")
    assert len(told) == 33


async def test_what_moves_after_it_was_settled_in_one_batch_is_told_to_whom_owes_it_then(
    world: World,
) -> None:
    first, second = await world.add_unit(mailbox("a")), await world.add_unit(mailbox("b"))
    owed = an_acknowledgement(world.campaign, first, id=uuid4())
    moved = owed.acknowledgement.model_copy(update={"organization_id": second, "version": 3})
    await world.hear(
        owed,
        AcknowledgementReplaced(acknowledgement=owed.acknowledgement),
        AcknowledgementMoved(acknowledgement=moved),
    )
    rows = await world.fetch("SELECT organization_id, state FROM notification ORDER BY id")
    assert [tuple(row) for row in rows] == [(first, "given_up"), (second, "planned")]


async def test_the_same_fact_twice_in_one_batch_is_planned_once_over_each_channel(world: World) -> None:
    unit = await world.add_unit(mailbox("a"), mailbox("b"))
    owed = an_acknowledgement(world.campaign, unit)
    await world.hear(owed, owed)
    assert await world.states() == {"planned": 2}
