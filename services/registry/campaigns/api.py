"""Campaigns over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, OncePerKey, RequiredIfMatch, make_router
from chassis.http.state import Db
from contracts.registry.campaigns import Campaign, ChangeCampaign, OpenCampaign
from services.registry import rules
from services.registry.campaigns import handlers, store

router = make_router()


@router.post("/v1/campaigns", status_code=201, dependencies=[OncePerKey])
async def open_campaign(command: OpenCampaign, caller: Caller, database: Db) -> Campaign:
    """Open a campaign of your own organization; with `parent_id` under one of an organization above it."""
    return await handlers.open_campaign(database, command, caller)


@router.get("/v1/campaigns")
async def list_campaigns(
    caller: Caller,
    database: Db,
    paging: Paging,
    parent_id: UUID | None = None,
    issuer_id: UUID | None = None,
) -> Page[Campaign]:
    """All campaigns, the oldest first; or those under one, or those of one issuer."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        rows = await store.read_page(connection, paging.after_id(), paging.limit + 1, parent_id, issuer_id)
    return cut(rows, paging, lambda campaign: (str(campaign.id),))


@router.get("/v1/campaigns/{id}")
async def get_campaign(id: UUID, caller: Caller, database: Db) -> Campaign:
    """One campaign."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        return await store.find(connection, id)


@router.patch("/v1/campaigns/{id}")
async def change_campaign(
    id: UUID, command: ChangeCampaign, expected: RequiredIfMatch, caller: Caller, database: Db
) -> Campaign:
    """Change the fields that are sent."""
    return await handlers.change_campaign(database, id, command, expected, caller)
