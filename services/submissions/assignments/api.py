"""Assignments over HTTP: what a unit owes. Due moments are shown in the campaign's zone."""

from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, make_router
from chassis.http.state import Db
from contracts.submissions.assignments import OwnAssignment, State
from services.submissions import rules
from services.submissions.assignments import store

router = make_router()


@router.get("/v1/assignments")
async def list_assignments(
    caller: Caller,
    database: Db,
    paging: Paging,
    state: State | None = None,
    campaign_id: UUID | None = None,
    organization_id: UUID | None = None,
) -> Page[OwnAssignment]:
    """What is owed: a unit sees its own, an overseer also those below, the office all of its campaign,
    and so do auditors of the office and of those above it.

    State secrets may not be entered (不得填报涉密信息): `notice` says so beside every form.
    """
    rules.check_may_list(caller)
    async with database.reading() as connection:
        rows = await store.read_page(
            connection,
            caller.organization_id,
            caller.role,
            paging.after_id(),
            state,
            campaign_id,
            organization_id,
            paging.limit + 1,
        )
    return cut([_in_zone(*row) for row in rows], paging, lambda each: (str(each.id),))


def _in_zone(assignment: OwnAssignment, timezone: str | None) -> OwnAssignment:
    zone = ZoneInfo(timezone or "UTC")
    moments = {
        name: moment.astimezone(zone)
        for name in ("due_at", "closes_at", "correct_by")
        if (moment := getattr(assignment, name)) is not None
    }
    return assignment.model_copy(update=moments)
