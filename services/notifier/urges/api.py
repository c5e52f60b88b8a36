"""Urges over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.notifier.urges import SendUrge, Urge, UrgeAnswer
from services.notifier import rules
from services.notifier.directory import store as directory
from services.notifier.settings import NotifierSettings
from services.notifier.urges import handlers, store

router = make_router()


async def _pause(request: Request) -> timedelta:
    settings = request.app.state.running.settings
    assert isinstance(settings, NotifierSettings)
    return timedelta(hours=settings.urge_pause_hours)


Pause = Annotated[timedelta, Depends(_pause)]


@router.post("/v1/urges", dependencies=[OncePerKey])
async def send_urge(command: SendUrge, caller: Caller, database: Db, pause: Pause) -> UrgeAnswer:
    """Say whom an urge would tell what; with `dry_run` false have them told. Nobody is urged twice within a day."""
    return await handlers.send_urge(database, command, pause, caller)


@router.get("/v1/urges")
async def list_urges(
    caller: Caller, database: Db, paging: Paging, campaign_id: UUID | None = None
) -> Page[Urge]:
    """Urges that were sent, by whom, when, with which words, of how many debts: the caller's own, and in campaigns
    that its organization issues; the office at the root sees all.
    """
    rules.check_may_see_urges(caller)
    async with database.reading() as connection:
        sight = rules.sight_of(caller, await directory.read_standing(connection, caller, None))
        rows = await store.read_page(connection, paging.after_id(), campaign_id, sight, paging.limit + 1)
    return cut(rows, paging, lambda urge: (str(urge.id),))
