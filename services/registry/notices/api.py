"""Notices over HTTP."""

from typing import Literal
from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from chassis.refusals import NotFound
from contracts.registry.notices import Acknowledge, Acknowledgement, DraftNotice, Notice
from contracts.shapes import Command
from services.registry import rules
from services.registry.access import keeping
from services.registry.campaigns import store as campaigns
from services.registry.notices import handlers, store

router = make_router()


class Issue(Command):
    """Nothing is to be said: the notice goes out as it was drafted."""


@router.post("/v1/campaigns/{campaign_id}/notices", status_code=201, dependencies=[OncePerKey])
async def draft_notice(campaign_id: UUID, command: DraftNotice, caller: Caller, database: Db) -> Notice:
    """Draft a notice to addressees."""
    return await handlers.draft_notice(database, campaign_id, command, caller)


@router.get("/v1/campaigns/{campaign_id}/notices")
async def list_notices(campaign_id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[Notice]:
    """The campaign's notices: for a unit, those issued to it."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        campaign = await campaigns.find(connection, campaign_id)
        line = await keeping.read_line(connection, campaign)
        addressee = None if rules.sees_all(caller, campaign, line) else caller.organization_id
        with_drafts = rules.sees_drafts(caller, campaign)
        rows = await store.read_page(
            connection, campaign_id, paging.after_id(), addressee, with_drafts, paging.limit + 1
        )
    return cut(rows, paging, lambda notice: (str(notice.id),))


@router.get("/v1/notices/{id}")
async def get_notice(id: UUID, caller: Caller, database: Db) -> Notice:
    """One notice, for its addressees and the office."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        notice = await store.find(connection, id)
        if notice is not None:
            campaign = await campaigns.find(connection, notice.campaign_id)
            line = await keeping.read_line(connection, campaign)
            is_told = (
                caller.organization_id in notice.addressee_ids
                or rules.sees_all(caller, campaign, line)
                or await store.has_to_acknowledge(connection, id, caller.organization_id)
            )
            if rules.sees_drafts(caller, campaign) or (notice.state == "issued" and is_told):
                return notice
    raise NotFound(f"there is no notice {id}, or it is not addressed to you")


@router.post("/v1/notices/{id}/issue", dependencies=[OncePerKey])
async def issue_notice(id: UUID, command: Issue, caller: Caller, database: Db, expected: IfMatch) -> Notice:
    """Send the notice out to its addressees."""
    return await handlers.issue_notice(database, id, expected, caller)


@router.put("/v1/notices/{id}/acknowledgement")
async def acknowledge_notice(
    id: UUID, command: Acknowledge, caller: Caller, database: Db, expected: IfMatch
) -> Acknowledgement:
    """Acknowledge with the addressee's own key. Again and again changes nothing."""
    return await handlers.acknowledge_notice(database, id, command, expected, caller)


@router.get("/v1/notices/{id}/acknowledgements")
async def list_acknowledgements(
    id: UUID,
    caller: Caller,
    database: Db,
    paging: Paging,
    state: Literal["owed", "acknowledged", "replaced"] | None = None,
) -> Page[Acknowledgement]:
    """Who has acknowledged and who has not, for the office."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        notice = await store.find(connection, id)
        if notice is None or not await _looks_after(connection, caller, notice):
            raise NotFound(f"there is no notice {id}, or it is not yours to look after")
        rows = await store.read_owed(connection, id, paging.after_id(), state, paging.limit + 1)
    return cut(rows, paging, lambda owed: (str(owed.id),))


async def _looks_after(connection: Connection, caller: Principal, notice: Notice) -> bool:
    campaign = await campaigns.find(connection, notice.campaign_id)
    if notice.state == "draft":
        return rules.sees_drafts(caller, campaign)
    return rules.sees_all(caller, campaign, await keeping.read_line(connection, campaign))
