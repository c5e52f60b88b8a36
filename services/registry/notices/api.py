"""Notices over HTTP. Counts of acknowledgements are shown to the office alone."""

from collections.abc import Sequence
from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, OncePerKey, RequiredIfMatch, make_router
from chassis.http.state import Db
from chassis.refusals import NotFound
from contracts.registry.notices import ChangeNotice, DraftNotice, Notice
from contracts.shapes import Command
from services.registry import rules
from services.registry.access import keeping
from services.registry.acknowledgements import store as acknowledgements
from services.registry.campaigns import store as campaigns
from services.registry.notices import handlers, store
from services.registry.notices.handlers import looks_after

router = make_router()


class Issue(Command):
    """Nothing is to be said: the notice goes out as it was drafted."""


@router.post("/v1/campaigns/{campaign_id}/notices", status_code=201, dependencies=[OncePerKey])
async def draft_notice(campaign_id: UUID, command: DraftNotice, caller: Caller, database: Db) -> Notice:
    """Draft a notice to addressees, by list or by rule; a rule is worked out again when the notice is issued."""
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
        if addressee is None:
            rows = await _counted(connection, rows)
    return cut(rows, paging, lambda notice: (str(notice.id),))


@router.get("/v1/notices/{id}")
async def get_notice(id: UUID, caller: Caller, database: Db) -> Notice:
    """One notice, for its addressees and the office."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        notice = await store.find(connection, id)
        if notice is not None:
            if await looks_after(connection, caller, notice):
                return (await _counted(connection, [notice]))[0]
            if notice.state == "issued" and await _is_told(connection, caller, notice):
                return notice
    raise NotFound(f"there is no notice {id}, or it is not addressed to you")


@router.patch("/v1/notices/{id}")
async def change_notice(
    id: UUID, command: ChangeNotice, expected: RequiredIfMatch, caller: Caller, database: Db
) -> Notice:
    """Change the fields of a draft that are sent; addressees by list take the place of a rule, and the reverse."""
    return await handlers.change_notice(database, id, command, expected, caller)


@router.delete("/v1/notices/{id}", status_code=204)
async def discard_notice(id: UUID, caller: Caller, database: Db, expected: IfMatch) -> None:
    """Give a draft up; what was issued stays, and is replaced."""
    await handlers.discard_notice(database, id, expected, caller)


@router.post("/v1/notices/{id}/issue", dependencies=[OncePerKey])
async def issue_notice(id: UUID, command: Issue, caller: Caller, database: Db, expected: IfMatch) -> Notice:
    """Send the notice out to its addressees; the one that it replaces is owed no longer."""
    return await handlers.issue_notice(database, id, expected, caller)


async def _is_told(connection: Connection, caller: Principal, notice: Notice) -> bool:
    if caller.organization_id in notice.addressee_ids:
        return True
    return await store.has_to_acknowledge(connection, notice.id, caller.organization_id)


async def _counted(connection: Connection, notices: Sequence[Notice]) -> list[Notice]:
    """These, the issued ones with how many owe and how many have acknowledged."""
    counts = await acknowledgements.count(connection, [each.id for each in notices if each.state == "issued"])
    return [
        each.model_copy(update={"owed_count": counts[each.id][0], "acknowledged_count": counts[each.id][1]})
        if each.id in counts
        else each
        for each in notices
    ]
