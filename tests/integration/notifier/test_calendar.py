"""The office's own days off and worked: heard from the registry, newest wins, and rungs are counted by them."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.registry.calendar_days import CalendarDay, CalendarDayCleared, CalendarDaySet
from services.notifier.calendar.store import read_calendar
from tests.integration.notifier.parts import ISSUED, World, mailbox

SATURDAY = date(2024, 9, 7)


def a_day(day: date, kind: str, id: UUID | None = None, version: int = 1, **fields: Any) -> CalendarDay:
    values = {"created_at": ISSUED, "updated_at": ISSUED, "kind": kind, "name": "水乡节", **fields}
    return CalendarDay(id=id or uuid4(), version=version, date=day, **values)


async def told_at(world: World) -> list[tuple[str, str]]:
    return [(occasion, at) for occasion, _, at in await world.told()]


async def works_on(world: World, day: date) -> bool:
    async with world.database.reading() as connection:
        return (await read_calendar(connection)).is_working_day(day)


@pytest.mark.parametrize(
    ("days", "first"),
    [
        ([], "09-06 09:00"),
        ([a_day(SATURDAY, "working_day")], "09-07 09:00"),
        ([a_day(date(2024, 9, 9), "day_off")], "09-05 09:00"),
        ([a_day(SATURDAY, "working_day"), a_day(date(2024, 9, 9), "day_off")], "09-06 09:00"),
        ([a_day(SATURDAY, "working_day", cleared_at=ISSUED)], "09-06 09:00"),
    ],
)
async def test_a_day_that_the_office_declares_moves_a_rung(
    world: World, days: list[CalendarDay], first: str
) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.hear(*(CalendarDaySet(calendar_day=day) for day in days))
    for day in range(4, 9):
        await world.plan(f"09-0{day} 09:00")
    assert await told_at(world) == [("due-7", first)]


async def test_a_day_that_is_cleared_or_heard_of_out_of_order_holds_as_its_newest_version_says(
    world: World,
) -> None:
    id = uuid4()
    declared = CalendarDaySet(calendar_day=a_day(SATURDAY, "working_day", id))
    cleared = CalendarDayCleared(calendar_day=a_day(SATURDAY, "working_day", id, 2, cleared_at=ISSUED))
    again = CalendarDaySet(calendar_day=a_day(SATURDAY, "working_day", id, 3))
    await world.hear(declared)
    assert await works_on(world, SATURDAY)
    await world.hear(cleared)
    await world.hear(declared)
    assert not await works_on(world, SATURDAY)
    await world.hear(again, cleared, declared)
    assert await works_on(world, SATURDAY)


async def test_a_rung_that_was_told_is_not_told_again_when_the_calendar_moves_it(world: World) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    await world.hear(CalendarDaySet(calendar_day=a_day(SATURDAY, "working_day")))
    assert await world.plan("09-07 09:00") == 0
    assert await told_at(world) == [("due-7", "09-06 09:00")]
