"""Calendar days over HTTP."""

from datetime import date

from chassis.http.routes import Caller, IfMatch, make_router
from chassis.http.state import Db
from contracts.registry.calendar_days import CalendarDay, SetCalendarDay, ShownYear
from services.registry.calendar_days import handlers

router = make_router()


@router.get("/v1/calendar-days")
async def show_year(caller: Caller, database: Db, year: int | None = None) -> ShownYear:
    """Each named day off and each worked weekend of a year (the present one unless named), by date, and who says so.

    `source` is `package` for what is published (the `holidays` package), `office` for what the office declared and
    what follows from that.
    """
    return await handlers.show_year(database, database.clock.now().year if year is None else year, caller)


@router.put("/v1/calendar-days/{date}")
async def set_calendar_day(
    date: date, command: SetCalendarDay, caller: Caller, database: Db, expected: IfMatch
) -> CalendarDay:
    """Declare a date off, with its name, or worked, whatever is published.

    Due dates that are set, and reminders that are reckoned, from now on go by it.
    """
    return await handlers.set_calendar_day(database, date, command, expected, caller)


@router.delete("/v1/calendar-days/{date}", status_code=204)
async def clear_calendar_day(date: date, caller: Caller, database: Db, expected: IfMatch) -> None:
    """Take back what was declared of a date: what is published holds again."""
    await handlers.clear_calendar_day(database, date, expected, caller)
