"""Activities over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from chassis.http.paging import Page, Paging, cut, read_id, read_number
from chassis.http.routes import Caller, IfMatch, OncePerKey, RequiredIfMatch, make_router
from chassis.http.state import Db
from contracts.registry.activities import (
    Activity,
    ActivityMove,
    ChangeActivity,
    HoldActivity,
    MoveActivity,
    NominateUpward,
    RegisterActivity,
    ReportActivity,
    RescheduleActivity,
    SelectActivity,
    Selection,
    State,
    StopActivity,
)
from contracts.shapes import GivenInstant
from services.registry import rules
from services.registry.activities import handlers, listing, store
from services.registry.activities.listing import Filters, Viewer
from services.registry.campaigns import store as campaigns

router = make_router()
Words = Annotated[str | None, Query(min_length=1, max_length=100)]


@router.post("/v1/campaigns/{campaign_id}/activities", status_code=201, dependencies=[OncePerKey])
async def draft_activity(
    campaign_id: UUID, command: RegisterActivity, caller: Caller, database: Db
) -> Activity:
    """Draft an activity. A unit drafts what it hosts; until it is registered only its hosts and the office see it."""
    return await handlers.draft_activity(database, campaign_id, command, caller)


@router.get("/v1/campaigns/{campaign_id}/activities")
async def list_activities(
    campaign_id: UUID,
    caller: Caller,
    database: Db,
    paging: Paging,
    state: State | None = None,
    category: Annotated[str | None, Query(min_length=1, max_length=300)] = None,
    selection: Selection | Literal["none"] | None = None,
    host_id: UUID | None = None,
    q: Words = None,
    starts_from: GivenInstant | None = None,
    starts_until: GivenInstant | None = None,
) -> Page[Activity]:
    """The campaign's activities by serial number, those without one last; of drafts, those that you may see.

    `selection=none` finds those not selected yet; `q` a part of the name or of a host's name, whatever its brackets,
    spaces and width; `starts_from` is included and `starts_until` is not.
    """
    rules.check_may_read(caller)
    after = paging.values(int, str)
    start = (read_number(after[0]), read_id(after[1])) if after else listing.START
    filters = Filters(state, category, selection, host_id, q, starts_from, starts_until)
    async with database.reading() as connection:
        campaign = await campaigns.find(connection, campaign_id)
        viewer = Viewer(rules.sees_drafts(caller, campaign), caller.organization_id)
        rows = await listing.read_page(connection, campaign_id, start, paging.limit + 1, viewer, filters)
    return cut(rows, paging, lambda each: (each.serial_number or store.LAST, str(each.id)))


@router.get("/v1/activities/{id}")
async def get_activity(id: UUID, caller: Caller, database: Db) -> Activity:
    """One activity."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        activity = await store.find(connection, id)
        rules.check_may_see_activity(caller, await campaigns.find(connection, activity.campaign_id), activity)
    return activity


@router.get("/v1/activities/{id}/history")
async def read_history(id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[ActivityMove]:
    """Every move of the activity, the first first: from which state to which, when, by whose key, and why."""
    rules.check_may_read(caller)
    after = paging.values(int)
    async with database.reading() as connection:
        activity = await store.find(connection, id)
        rules.check_may_see_activity(caller, await campaigns.find(connection, activity.campaign_id), activity)
        since = read_number(after[0]) if after else 0
        rows = await listing.read_moves(connection, id, since, paging.limit + 1)
    return cut(rows, paging, lambda each: (each.version,))


@router.patch("/v1/activities/{id}")
async def change_activity(
    id: UUID, command: ChangeActivity, expected: RequiredIfMatch, caller: Caller, database: Db
) -> Activity:
    """Change the fields that are sent. Time and place only while they are to be announced: then `reschedule`."""
    return await handlers.change_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/register", dependencies=[OncePerKey])
async def register_activity(
    id: UUID, command: MoveActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Take a draft onto the register: everybody sees it from now on."""
    return await handlers.register_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/confirm", dependencies=[OncePerKey])
async def confirm_activity(
    id: UUID, command: MoveActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Confirm a registered activity. 409 names what is `missing`.

    Needed are mode and time; offline also place and emergency plan; online also a threat assessment.
    """
    return await handlers.confirm_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/postpone", dependencies=[OncePerKey])
async def postpone_activity(
    id: UUID, command: StopActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Put it off to a time that is to be announced. Its former time stays beside it; its hosts are told."""
    return await handlers.postpone_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/reschedule", dependencies=[OncePerKey])
async def reschedule_activity(
    id: UUID, command: RescheduleActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Give the activity its time and place, or others. A postponed one is again registered or confirmed, as it was."""
    return await handlers.reschedule_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/cancel", dependencies=[OncePerKey])
async def cancel_activity(
    id: UUID, command: StopActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Call it off, for good. Its hosts are told at once, in quiet hours too."""
    return await handlers.cancel_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/hold", dependencies=[OncePerKey])
async def hold_activity(
    id: UUID, command: HoldActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Say that a confirmed activity took place. Refused before it starts."""
    return await handlers.hold_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/report", dependencies=[OncePerKey])
async def report_activity(
    id: UUID, command: ReportActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Say what became of an activity that was held: summary, turnout, links and attachments."""
    return await handlers.report_activity(database, id, command, expected, caller)


@router.put("/v1/activities/{id}/selection")
async def select_activity(
    id: UUID, command: SelectActivity, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Nominate, shortlist or choose the activity; null takes it back."""
    return await handlers.select_activity(database, id, command, expected, caller)


@router.post("/v1/activities/{id}/nomination", dependencies=[OncePerKey])
async def nominate_activity(
    id: UUID, command: NominateUpward, caller: Caller, database: Db, expected: IfMatch
) -> Activity:
    """Nominate the activity to the campaign above; answers its copy there, with `nominated_from_id`.

    Again: the copy is brought up to date while it is only nominated, and answered as it is once it has come further.
    """
    return await handlers.nominate_activity(database, id, expected, caller)
