"""Deliverables over HTTP. Due moments are shown in the campaign's zone."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, OncePerKey, RequiredIfMatch, make_router
from chassis.http.state import Db
from contracts.registry.assignments import ExtendAssignments, ExtendedAssignments
from contracts.registry.deliverables import (
    AddOwedBy,
    CancelDeliverable,
    ChangeDeliverable,
    DefineDeliverable,
    Deliverable,
    SetDue,
)
from services.registry import rules
from services.registry.assignments.handlers import extend_assignments as extend_all
from services.registry.campaigns import store as campaigns
from services.registry.deliverables import handlers, store
from services.registry.deliverables.model import in_zone

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/deliverables", status_code=201, dependencies=[OncePerKey])
async def define_deliverable(
    campaign_id: UUID, command: DefineDeliverable, caller: Caller, database: Db
) -> Deliverable:
    """Say what is owed, by whom and by when; a due date without a clock time is due at its last instant.

    Who owes it is said by list (`owed_by`) or by rule (`owed_by_rule`); who comes to fit the rule later, while it can
    still be handed in on time, gets an assignment then. `review_stages` 2: an overseer reviews before the office.
    """
    return in_zone(await handlers.define_deliverable(database, campaign_id, command, caller))


@router.get("/v1/campaigns/{campaign_id}/deliverables")
async def list_deliverables(
    campaign_id: UUID, caller: Caller, database: Db, paging: Paging
) -> Page[Deliverable]:
    """What the campaign asks for."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        await campaigns.find(connection, campaign_id)
        rows = await store.read_page(connection, campaign_id, paging.after_id(), paging.limit + 1)
    return cut([in_zone(row) for row in rows], paging, lambda deliverable: (str(deliverable.id),))


@router.get("/v1/deliverables/{id}")
async def get_deliverable(id: UUID, caller: Caller, database: Db) -> Deliverable:
    """One deliverable."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        return in_zone(await store.find(connection, id))


@router.put("/v1/deliverables/{id}/due")
async def set_due(id: UUID, command: SetDue, caller: Caller, database: Db, expected: IfMatch) -> Deliverable:
    """Set or move the due date for all who have no extension."""
    return in_zone(await handlers.set_due(database, id, command, expected, caller))


@router.patch("/v1/deliverables/{id}")
async def change_deliverable(
    id: UUID, command: ChangeDeliverable, expected: RequiredIfMatch, caller: Caller, database: Db
) -> Deliverable:
    """Change the fields that are sent; each assignment follows.

    Kind, sections and review stages change only while the due moment is to come; title and closing at any time.
    """
    return in_zone(await handlers.change_deliverable(database, id, command, expected, caller))


@router.post("/v1/deliverables/{id}/owed-by", dependencies=[OncePerKey])
async def add_owed_by(
    id: UUID, command: AddOwedBy, caller: Caller, database: Db, expected: IfMatch
) -> Deliverable:
    """Let more units owe it, beside its list or rule; those that do already are passed over."""
    return in_zone(await handlers.add_owed_by(database, id, command, expected, caller))


@router.post("/v1/deliverables/{id}/cancel", dependencies=[OncePerKey])
async def cancel_deliverable(
    id: UUID, command: CancelDeliverable, caller: Caller, database: Db, expected: IfMatch
) -> Deliverable:
    """Ask for it no longer: whoever still owes it is waived for the same reason."""
    return in_zone(await handlers.cancel_deliverable(database, id, command, expected, caller))


@router.post("/v1/deliverables/{id}/extensions", dependencies=[OncePerKey])
async def extend_assignments(
    id: UUID, command: ExtendAssignments, caller: Caller, database: Db, expected: IfMatch
) -> ExtendedAssignments:
    """Give several of those that owe it one due moment of their own: all of them, or none."""
    return await extend_all(database, id, command, expected, caller)
