"""Incidents over HTTP."""

from uuid import UUID

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from contracts.submissions.incidents import AddReport, Incident, ReportIncident, Severity, State
from services.submissions import rules
from services.submissions.incidents import handlers, store

router = make_router()


@router.post("/v1/incidents", status_code=201, dependencies=[OncePerKey])
async def report_incident(command: ReportIncident, caller: Caller, database: Db) -> Incident:
    """Report an incident of the own unit, in a campaign or outside of any. State secrets may not be entered
    (不得填报涉密信息). From `large` (较大) up `report_by` is when the first report had to be there, by kind of unit
    1, 2 or 4 hours from discovery (国家网络安全事件报告管理办法); without `discovered_at` from `occurred_at`.
    """
    return await handlers.report_incident(database, command, caller)


@router.post("/v1/incidents/{id}/reports", status_code=201, dependencies=[OncePerKey])
async def add_report(
    id: UUID, command: AddReport, caller: Caller, database: Db, expected: IfMatch
) -> Incident:
    """Follow up on an incident of the own unit, or close it with the final report, after which nothing is taken.
    Either may correct the severity; raised, the clock of the new grade runs from when the unit knew. State secrets
    may not be entered (不得填报涉密信息).
    """
    return await handlers.add_report(database, id, command, expected, caller)


@router.get("/v1/incidents")
async def list_incidents(
    caller: Caller,
    database: Db,
    paging: Paging,
    campaign_id: UUID | None = None,
    organization_id: UUID | None = None,
    severity: Severity | None = None,
    state: State | None = None,
) -> Page[Incident]:
    """Incidents: a unit sees its own, an overseer or office also those below, the issuer those of its campaign."""
    rules.check_may_list_incidents(caller)
    filters = (campaign_id, organization_id, severity, state)
    async with database.reading() as connection:
        rows = await store.read_page(connection, caller, paging.after_id(), filters, paging.limit + 1)
    return cut(rows, paging, lambda incident: (str(incident.id),))


@router.get("/v1/incidents/{id}")
async def get_incident(id: UUID, caller: Caller, database: Db) -> Incident:
    """One incident with all of its reports."""
    async with database.reading() as connection:
        return await handlers.find_incident(connection, id, caller)
