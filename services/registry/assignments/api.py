"""Assignments over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, make_router
from chassis.http.state import Db
from contracts.registry.assignments import Assignment, ExtendAssignment, WaiveAssignment
from services.registry import rules
from services.registry.access import keeping
from services.registry.assignments import handlers, store
from services.registry.campaigns import store as campaigns
from services.registry.organizations import store as organizations

router = make_router()


@router.get("/v1/campaigns/{campaign_id}/assignments")
async def list_assignments(
    campaign_id: UUID,
    caller: Caller,
    database: Db,
    paging: Paging,
    organization_id: UUID | None = None,
    deliverable_id: UUID | None = None,
) -> Page[Assignment]:
    """Who owes what: the office sees all, a unit its own, an overseer also those below it."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        campaign = await campaigns.find(connection, campaign_id)
        line = await keeping.read_line(connection, campaign)
        below = None if rules.sees_all(caller, campaign, line) else caller.organization_id
        if below is not None and caller.role != "overseer":
            organization_id, below = rules.only_own(organization_id, caller), None
        elif below is not None and organization_id is not None:
            rules.check_oversees(caller, await organizations.read_ancestors(connection, organization_id))
        rows = await store.read_page(
            connection,
            campaign_id,
            paging.after_id(),
            organization_id,
            deliverable_id,
            below,
            paging.limit + 1,
        )
    return cut(rows, paging, lambda assignment: (str(assignment.id),))


@router.put("/v1/assignments/{id}/extension")
async def extend_assignment(
    id: UUID, command: ExtendAssignment, caller: Caller, database: Db, expected: IfMatch
) -> Assignment:
    """Give one organization a due moment of its own."""
    return await handlers.extend_assignment(database, id, command, expected, caller)


@router.put("/v1/assignments/{id}/waiver")
async def waive_assignment(
    id: UUID, command: WaiveAssignment, caller: Caller, database: Db, expected: IfMatch
) -> Assignment:
    """Let one organization owe it no longer."""
    return await handlers.waive_assignment(database, id, command, expected, caller)
