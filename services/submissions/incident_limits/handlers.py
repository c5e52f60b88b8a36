"""Incident limits: the office corrects one."""

from chassis.access import Principal
from chassis.database import Database
from chassis.refusals import check_version
from contracts.shapes import changed
from contracts.submissions.incidents import IncidentLimit, IncidentLimitSet, SetIncidentLimit
from services.submissions import rules
from services.submissions.incident_limits import store


async def set_incident_limit(
    database: Database, kind: str, command: SetIncidentLimit, expected: int | None, actor: Principal
) -> IncidentLimit:
    """Hours for a kind of unit from now on; what was reported keeps the clock that it had."""
    async with database.transaction() as tx:
        rules.check_may_set_limits(actor, await store.is_root(tx.connection, actor.organization_id))
        present = await store.lock(tx, kind)
        check_version(present.version, expected)
        if present.hours == command.hours:
            return present
        limit = changed(present, tx.now, hours=command.hours)
        await store.save(tx, limit)
        await tx.record(IncidentLimitSet(incident_limit=limit), actor)
        return limit
