"""Figures over HTTP."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import BeforeValidator

from chassis.http.paging import Paging
from chassis.http.routes import Caller, make_router
from chassis.http.state import Db
from contracts.reporting.figures import ListedActivities, Matrix, Overview, Timeline
from contracts.shapes import GivenInstant
from services.reporting.figures import handlers

router = make_router()
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_NO_SIGN = re.compile(r"\d:\d\d(:\d\d([.,]\d+)?)? \d\d:?\d\d")


def read_as_of(given: Any) -> Any:
    """Refuses what would be taken for seconds since 1970, and an offset whose + was read as a space."""
    text = str(given)
    if _NUMBER.fullmatch(text):
        raise ValueError("is a number; expected a moment with its offset, as 2024-09-16T23:59:59%2B08:00")
    if _NO_SIGN.search(text):
        raise ValueError("has a space before its offset; expected its + to be written %2B in an address")
    return given


AsOf = Annotated[
    GivenInstant | None,
    BeforeValidator(read_as_of),
    Query(
        description="A past moment, by the moments of the facts themselves; without it, the present",
        examples=["2024-09-16T23:59:59+08:00"],
    ),
]


@router.get("/v1/campaigns/{id}/overview")
async def read_overview(id: UUID, caller: Caller, database: Db, as_of: AsOf = None) -> Overview:
    """Completeness, timeliness and what stands behind them, and by how much these lag."""
    return await handlers.read_overview(database, id, as_of, caller)


@router.get("/v1/campaigns/{id}/matrix", response_model=Matrix)
async def read_matrix(
    id: UUID, caller: Caller, database: Db, paging: Paging, parent_id: UUID | None = None, as_of: AsOf = None
) -> Response:
    """Who owes what and how far it is: a row a unit, a cell a deliverable."""
    written = await handlers.write_matrix(database, id, parent_id, as_of, paging, caller)
    return Response(written, media_type="application/json")


@router.get("/v1/campaigns/{id}/activities")
async def list_activities(
    id: UUID, caller: Caller, database: Db, paging: Paging, as_of: AsOf = None
) -> ListedActivities:
    """The activities by serial number, with the names of their hosts."""
    return await handlers.list_activities(database, id, as_of, paging, caller)


@router.get("/v1/campaigns/{id}/timeline")
async def read_timeline(id: UUID, caller: Caller, database: Db, as_of: AsOf = None) -> Timeline:
    """The burn-down: by day in the campaign's zone, what was due, came in, on time, and was still owed."""
    return await handlers.read_timeline(database, id, as_of, caller)
