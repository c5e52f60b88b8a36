"""The drifts of the counters over HTTP, for those who run the system."""

from chassis.http.routes import Caller, make_router
from chassis.http.state import Db
from contracts.reporting.drifts import Drift, Drifts
from services.reporting import rules
from services.reporting.counters import checks

router = make_router()


@router.get("/v1/drifts")
async def list_drifts(caller: Caller, database: Db) -> Drifts:
    """The newest 200 counts that a check found wrong and mended, by cell, with what was counted and expected."""
    rules.check_may_watch(caller)
    async with database.reading() as connection:
        return Drifts(items=[Drift.model_validate(row) for row in await checks.read_drifts(connection)])
