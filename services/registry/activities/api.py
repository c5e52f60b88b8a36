"""Activities over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut, read_id
from chassis.http.routes import Caller, IfMatch, OncePerKey, RequiredIfMatch, make_router
from chassis.http.state import Db
from contracts.registry.activities import (
    Activity,
    ChangeActivity,
    RegisterActivity,
    RescheduleActivity,
    SelectActivity,
)
from services.registry import rules
from services.registry.activities import handlers, store
from services.registry.campaigns import store as campaigns

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/activities", status_code=201, dependencies=[OncePerKey])
async def draft_activity(
    campaign_id: UUID, command: RegisterActivity, caller: Caller, database: Db
) -> Activity:
    """Put an activity on the register, as a draft."""
    return await handlers.draft_activity(database, campaign_id, command, caller)


@router.get("/v1/campaigns/{campaign_id}/activities")
async def list_activities(campaign_id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[Activity]:
    """The campaign's activities by serial number."""
    rules.check_may_read(caller)
    after = paging.values(int, str)
    start = (int(after[0]), read_id(after[1])) if after else (-1, UUID(int=0))
    async with database.reading() as connection:
        campaign = await campaigns.find(connection, campaign_id)
        drafts_of = None if rules.sees_drafts(caller, campaign) else caller.organization_id
        rows = await store.read_page(connection, campaign_id, start, paging.limit + 1, drafts_of)
    return cut(rows, paging, lambda each: (each.serial_number or store.LAST, str(each.id)))


@router.get("/v1/activities/{id}")
async def get_activity(id: UUID, caller: Caller, database: Db) -> Activity:
    """One activity."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        activity = await store.find(connection, id)
        rules.check_may_see(caller, await campaigns.find(connection, activity.campaign_id), activity)
        return activity


@router.patch("/v1/activities/{id}")
async def change_activity(
    id: UUID, command: ChangeActivity, expected: RequiredIfMatch, caller: Caller, database: Db
) -> Activity:
    """Change the fields that are sent."""
    return await handlers.change_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/reschedule", dependencies=[OncePerKey])
async def reschedule_activity(
    id: UUID, command: RescheduleActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Give the activity its time and place, or others."""
    return await handlers.reschedule_activity(database, id, command, expected, caller)


@router.put("/v1/activities/{id}/selection")
async def select_activity(
    id: UUID, command: SelectActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Nominate, shortlist or choose the activity."""
    return await handlers.select_activity(database, id, command, expected, caller)
