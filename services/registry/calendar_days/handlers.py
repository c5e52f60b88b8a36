"""Calendar days: declare one, clear one, show a year."""

from datetime import date

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import NotFound, StaleVersion, check_version
from contracts.registry.calendar_days import (
    CalendarDay,
    CalendarDayCleared,
    CalendarDaySet,
    SetCalendarDay,
    ShownYear,
)
from services.registry import rules
from services.registry.access import keeping
from services.registry.calendar_days import model, store


async def set_calendar_day(
    database: Database, day: date, command: SetCalendarDay, expected: int | None, actor: Principal
) -> CalendarDay:
    """Say that a date is off, or worked, whatever is published; it holds for what is dated from now on."""
    rules.check_may_keep_register(actor)
    model.check_year(day.year)
    async with database.transaction() as tx:
        await keeping.check_keeps_all(tx.connection, actor)
        present = await store.lock(tx, day)
        if present is None and expected is not None:
            raise StaleVersion(f"If-Match names version {expected}, and nothing is said of {day} yet")
        if present is None and (made := await _declare(tx, day, command, actor)):
            return made
        present = present or await store.lock(tx, day)
        assert present is not None
        check_version(present.version, expected)
        declared = model.declare_again(present, command, tx.now)
        if declared is not present:
            await store.save(tx, declared)
            await tx.record(CalendarDaySet(calendar_day=declared), actor)
    return declared


async def _declare(
    tx: Transaction, day: date, command: SetCalendarDay, actor: Principal
) -> CalendarDay | None:
    """The date as it was declared; None when somebody else did so in the same moment."""
    made = model.declare(command, day, new_id(), tx.now)
    if not await store.insert(tx, made):
        return None
    await tx.record(CalendarDaySet(calendar_day=made), actor)
    return made


async def clear_calendar_day(database: Database, day: date, expected: int | None, actor: Principal) -> None:
    """Say nothing of a date any more: what is published holds."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        await keeping.check_keeps_all(tx.connection, actor)
        present = await store.lock(tx, day)
        if present is None or present.cleared_at is not None:
            raise NotFound(f"the office says nothing of {day}: what is published holds")
        check_version(present.version, expected)
        cleared = model.clear(present, tx.now)
        await store.save(tx, cleared)
        await tx.record(CalendarDayCleared(calendar_day=cleared), actor)


async def show_year(database: Database, year: int, actor: Principal) -> ShownYear:
    """The days of a year that are not as their weekday says."""
    rules.check_may_read(actor)
    model.check_year(year)
    async with database.reading() as connection:
        return ShownYear(year=year, items=model.show_year(year, await store.read_standing(connection)))
