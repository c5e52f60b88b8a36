"""The matrix out of kept texts: they are used, and only where they still hold."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from contracts.registry.assignments import AssignmentMoved
from services.reporting.figures.texts import find_stale, keep_texts
from tests.integration.reporting.conftest import DUE, START, World

Change = Callable[[World, Any], Awaitable[None]]


async def change(world: World, statement: str) -> None:
    async with world.service.database.transaction() as tx:
        await tx.connection.execute(statement)


async def owe(world: World) -> Any:
    facts = world.facts
    north, south = facts.assignment("north"), facts.assignment("south", due_at=None)
    given = facts.assignment("north", due_at=DUE.replace(day=12))
    await world.service.hear(north, south, given, facts.submission(given, nil_return=True))
    return north


async def count_stale(world: World) -> int:
    async with world.service.database.reading() as connection:
        return len(await find_stale(connection, world.service.clock.now()))


async def test_a_page_is_the_same_out_of_texts_as_out_of_cells(world: World) -> None:
    await owe(world)
    before = await world.get("matrix")
    assert await count_stale(world) == 2
    await keep_texts(world.service.database)
    assert await count_stale(world) == 0
    assert {**await world.get("matrix"), "behind_seconds": 0} == {**before, "behind_seconds": 0}
    await change(world, "UPDATE matrix_text SET body = '[]'")
    assert [row["cells"] for row in (await world.get("matrix"))["rows"]] == [[], []]
    as_of = world.service.clock.now().isoformat().replace("+", "%2B")
    assert (await world.get(f"matrix?as_of={as_of}"))["rows"] == before["rows"]


async def fall_due(world: World, north: Any) -> None:
    world.service.clock.set(DUE.replace(day=17))


async def look_earlier(world: World, north: Any) -> None:
    world.service.clock.set(START - timedelta(hours=1))


async def hand_in(world: World, north: Any) -> None:
    await world.service.hear(world.facts.submission(north))


async def move_away(world: World, north: Any) -> None:
    fields = {"organization_id": world.facts.ids["stranger"], "version": 2}
    await world.service.hear(AssignmentMoved(assignment=north.assignment.model_copy(update=fields)))


async def change_by_hand(world: World, north: Any) -> None:
    await change(world, "UPDATE matrix_row SET cells = '{}'")


async def move_the_zone(world: World, north: Any) -> None:
    await change(world, "UPDATE campaign SET timezone = 'Asia/Urumqi'")


async def write_otherwise(world: World, north: Any) -> None:
    await change(world, "UPDATE matrix_text SET form = form - 1")


@pytest.mark.parametrize(
    "happen", [fall_due, look_earlier, hand_in, move_away, change_by_hand, move_the_zone, write_otherwise]
)
async def test_a_text_that_no_longer_holds_is_not_shown_and_is_written_anew(
    world: World, happen: Change
) -> None:
    north = await owe(world)
    await keep_texts(world.service.database)
    await change(world, "UPDATE matrix_text SET body = '[\"stale\"]' WHERE until < '9000-01-01Z'")
    await happen(world, north)
    shown = (await world.get("matrix"))["rows"]
    assert ["stale"] not in [row["cells"] for row in shown]
    assert await count_stale(world) > 0
    await keep_texts(world.service.database)
    assert (await world.get("matrix"))["rows"] == shown
    await change(world, "DELETE FROM matrix_text")
    assert (await world.get("matrix"))["rows"] == shown


async def test_what_a_later_release_wrote_is_neither_shown_nor_overwritten(world: World) -> None:
    await owe(world)
    before = (await world.get("matrix"))["rows"]
    await keep_texts(world.service.database)
    await change(world, "UPDATE matrix_text SET form = form + 1, body = '[]'")
    assert (await world.get("matrix"))["rows"] == before
    assert await count_stale(world) == 0


async def test_texts_of_units_that_owe_nothing_any_more_are_removed(world: World) -> None:
    facts = world.facts
    moved = facts.assignment("north")
    await world.service.hear(moved, facts.assignment("south"))
    await keep_texts(world.service.database)
    await move_away(world, moved)
    await keep_texts(world.service.database)
    async with world.service.database.reading() as connection:
        kept = await connection.fetch("SELECT organization_id FROM matrix_text")
    assert {row["organization_id"] for row in kept} == {facts.ids["south"], facts.ids["stranger"]}


OUT_OF_REACH = """
    UPDATE matrix_row
       SET cells = (SELECT jsonb_object_agg(key, jsonb_set(value, '{1}', '"9999-12-31T23:00:00+00:00"'))
                      FROM jsonb_each(cells))
     WHERE organization_id = (SELECT organization_id FROM matrix_row ORDER BY organization_id LIMIT 1)
"""


async def test_a_row_that_cannot_be_written_keeps_no_other_from_its_text(world: World) -> None:
    await owe(world)
    await change(world, OUT_OF_REACH)
    await keep_texts(world.service.database)
    assert await count_stale(world) == 1
