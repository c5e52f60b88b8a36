"""Editions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.http.paging import Page, Paging, cut, read_number
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.editions import Edition, EditionDifference, EditionWithRows, IssueEdition
from services.registry import rules
from services.registry.campaigns import store as campaigns
from services.registry.editions import handlers, store

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/editions", status_code=201, dependencies=[OncePerKey])
async def issue_edition(campaign_id: UUID, command: IssueEdition, caller: Caller, database: Db) -> Edition:
    """Freeze the key activities as they stand under the next number: 1, 2, 3 … Nothing of it is ever changed."""
    return await handlers.issue_edition(database, campaign_id, command, caller)


@router.get("/v1/campaigns/{campaign_id}/editions")
async def list_editions(campaign_id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[Edition]:
    """The campaign's editions by their numbers, without their rows."""
    rules.check_may_read(caller)
    after = paging.values(int)
    since = read_number(after[0]) if after else 0
    async with database.reading() as connection:
        await campaigns.find(connection, campaign_id)
        rows = await store.read_page(connection, campaign_id, since, paging.limit + 1)
    return cut(rows, paging, lambda edition: (edition.number,))


@router.get("/v1/editions/{id}")
async def get_edition(id: UUID, caller: Caller, database: Db) -> EditionWithRows:
    """One edition with its rows, as they were frozen."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        edition = await store.find(connection, id)
        rows = await store.read_rows(connection, id)
    return EditionWithRows(**dict(edition), rows=rows)


@router.get("/v1/editions/{id}/difference")
async def compare_editions(
    id: UUID,
    caller: Caller,
    database: Db,
    reference: Annotated[str | None, Query(alias="from", min_length=1, max_length=36)] = None,
) -> EditionDifference:
    """What was added, removed, changed or only given another number since another edition.

    `from` is that edition's id or number; without it, it is the one before. Rows are matched by activity.
    """
    return await handlers.compare_editions(database, id, reference, caller)
