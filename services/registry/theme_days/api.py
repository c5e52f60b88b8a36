"""Theme days over HTTP."""

from datetime import date
from uuid import UUID

from chassis.http.paging import Page, Paging, cut, read_day, read_id
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.theme_days import SetThemeDay, ThemeDay
from services.registry import rules
from services.registry.campaigns import store as campaigns
from services.registry.theme_days import handlers, store

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/theme-days", status_code=201, dependencies=[OncePerKey])
async def set_theme_day(campaign_id: UUID, command: SetThemeDay, caller: Caller, database: Db) -> ThemeDay:
    """Give a day its theme and organisers."""
    return await handlers.set_theme_day(database, campaign_id, command, caller)


@router.get("/v1/campaigns/{campaign_id}/theme-days")
async def list_theme_days(campaign_id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[ThemeDay]:
    """The campaign's theme days, by date."""
    rules.check_may_read(caller)
    after = paging.values(int, str)
    start = (read_day(after[0]), read_id(after[1])) if after else (date.min, UUID(int=0))
    async with database.reading() as connection:
        await campaigns.find(connection, campaign_id)
        rows = await store.read_page(connection, campaign_id, start, paging.limit + 1)
    return cut(rows, paging, lambda theme_day: (theme_day.date.toordinal(), str(theme_day.id)))
