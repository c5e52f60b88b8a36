"""Assignments over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.assignments import (
    Assignment,
    ExtendAssignment,
    UnwaiveAssignment,
    WaiveAssignment,
)
from contracts.shapes import GivenInstant
from services.registry import rules
from services.registry.assignments import handlers, store
from services.registry.assignments.store import Wanted
from services.registry.campaigns import store as campaigns

router = make_router()
BELOW = "an organization: those that owe and stand below it, itself included"


@router.get("/v1/campaigns/{campaign_id}/assignments")
async def list_assignments(
    campaign_id: UUID,
    caller: Caller,
    database: Db,
    paging: Paging,
    organization_id: UUID | None = None,
    deliverable_id: UUID | None = None,
    below: Annotated[UUID | None, Query(description=BELOW)] = None,
    state: Literal["owed", "waived"] | None = None,
    due_before: GivenInstant | None = None,
    overdue: bool = False,
) -> Page[Assignment]:
    """Who owes what: the office sees all, a unit its own, an overseer also those below it.

    `overdue=true` leaves what is not waived and whose due moment has passed; whether it was handed in is for
    submissions to say. `due_before` is an instant with its offset.
    """
    rules.check_may_read(caller)
    async with database.reading() as connection:
        campaign = await campaigns.find(connection, campaign_id)
        organization_id, below = await handlers.narrow(connection, caller, campaign, organization_id, below)
        overdue_at = database.clock.now() if overdue else None
        wanted = Wanted(organization_id, deliverable_id, below, state, due_before, overdue_at)
        rows = await store.read_page(connection, campaign_id, paging.after_id(), wanted, paging.limit + 1)
    return cut(rows, paging, lambda assignment: (str(assignment.id),))


@router.put("/v1/assignments/{id}/extension")
async def extend_assignment(
    id: UUID, command: ExtendAssignment, caller: Caller, database: Db, expected: IfMatch
) -> Assignment:
    """Give one organization a due moment of its own, not before the deliverable's; another takes its place.

    By instant (`due_at`) or by date (`due_on`, inclusive, in the campaign's zone, with or without `due_time`).
    """
    return await handlers.extend_assignment(database, id, command, expected, caller)


@router.put("/v1/assignments/{id}/waiver")
async def waive_assignment(
    id: UUID, command: WaiveAssignment, caller: Caller, database: Db, expected: IfMatch
) -> Assignment:
    """Let one organization owe it no longer."""
    return await handlers.waive_assignment(database, id, command, expected, caller)


@router.post("/v1/assignments/{id}/unwaive", dependencies=[OncePerKey])
async def unwaive_assignment(
    id: UUID, command: UnwaiveAssignment, caller: Caller, database: Db, expected: IfMatch
) -> Assignment:
    """Take a waiver back: it is owed again, by the due moment that it has now."""
    return await handlers.unwaive_assignment(database, id, command, expected, caller)
