"""Notifications over HTTP. Planned moments are shown in the campaign's zone."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.notifier.notifications import Notification, State, Unreachable
from contracts.shapes import Command
from services.notifier import rules
from services.notifier.directory import store as directory
from services.notifier.notifications import handlers, store
from services.notifier.notifications.model import in_zone

router = make_router()


class Retry(Command):
    """Nothing is to be said."""


@router.get("/v1/notifications")
async def list_notifications(
    caller: Caller,
    database: Db,
    paging: Paging,
    campaign_id: UUID | None = None,
    organization_id: UUID | None = None,
    state: State | None = None,
    occasion: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9_+-]+$")] = None,
) -> Page[Notification]:
    """What was said to whom and why, over which channel, and what became of it."""
    rules.check_may_read(caller)
    filters = (campaign_id, organization_id, state, occasion)
    async with database.reading() as connection:
        standing = await directory.read_standing(connection, caller, organization_id)
        rules.check_may_ask(caller, organization_id, standing)
        sight = rules.sight_of(caller, standing)
        rows = await store.read_page(connection, paging.after_id(), filters, sight, paging.limit + 1)
    return cut([in_zone(*row) for row in rows], paging, lambda each: (str(each.id),))


@router.get("/v1/campaigns/{campaign_id}/unreachable")
async def list_unreachable(campaign_id: UUID, caller: Caller, database: Db) -> Page[Unreachable]:
    """Who is owed a message and has no working address."""
    async with database.reading() as connection:
        campaign = await directory.find_campaign(connection, campaign_id)
        line = await directory.read_line(connection, campaign.issuer_id)
        rules.check_may_see_unreachable(caller, campaign.issuer_id, line)
        return Page(items=await store.read_unreachable(connection, campaign_id))


@router.post("/v1/notifications/{id}/retry", dependencies=[OncePerKey])
async def retry_notification(id: UUID, command: Retry, caller: Caller, database: Db) -> Notification:
    """Try again what failed or was given up."""
    return await handlers.retry_notification(database, id, caller)
