"""Incident limits over HTTP."""

from chassis.http.paging import Page
from chassis.http.routes import Caller, IfMatch, make_router
from chassis.http.state import Db
from contracts.registry.organizations import Kind
from contracts.submissions.incidents import IncidentLimit, SetIncidentLimit
from services.submissions import rules
from services.submissions.incident_limits import handlers, store

router = make_router()


@router.get("/v1/incident-limits")
async def list_incident_limits(caller: Caller, database: Db) -> Page[IncidentLimit]:
    """How many hours each kind of unit has for the first report of an incident from `large` up."""
    rules.check_may_list(caller)
    async with database.reading() as connection:
        return Page(items=await store.read_all(connection))


@router.get("/v1/incident-limits/{kind}")
async def get_incident_limit(kind: Kind, caller: Caller, database: Db) -> IncidentLimit:
    """The limit of one kind of unit."""
    rules.check_may_list(caller)
    async with database.reading() as connection:
        return await store.find(connection, kind)


@router.put("/v1/incident-limits/{kind}")
async def set_incident_limit(
    kind: Kind, command: SetIncidentLimit, caller: Caller, database: Db, expected: IfMatch
) -> IncidentLimit:
    """Correct the limit of a kind of unit. What was reported before keeps its clock."""
    return await handlers.set_incident_limit(database, kind, command, expected, caller)
