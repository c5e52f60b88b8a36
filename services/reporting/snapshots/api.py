"""Snapshots over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.http.paging import Page, Paging
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.reporting.snapshots import ListedSnapshot, Snapshot, SnapshotDifference, TakeSnapshot
from services.reporting.snapshots import handlers
from services.reporting.snapshots.handlers import Number

router = make_router()


@router.post("/v1/campaigns/{id}/snapshots", status_code=201, dependencies=[OncePerKey])
async def take_snapshot(id: UUID, command: TakeSnapshot, caller: Caller, database: Db) -> Snapshot:
    """Freeze the figures of a moment under the next number, with a hash; nothing changes it afterwards."""
    return await handlers.take_snapshot(database, id, command, caller)


@router.get("/v1/campaigns/{id}/snapshots")
async def list_snapshots(id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[ListedSnapshot]:
    """The campaign's snapshots by number, without what they hold."""
    return await handlers.list_snapshots(database, id, paging, caller)


@router.get("/v1/campaigns/{id}/snapshots/{number}")
async def find_snapshot(id: UUID, number: Number, caller: Caller, database: Db) -> Snapshot:
    """One snapshot with the overview and the totals of the matrix as they were reported."""
    return await handlers.find_snapshot(database, id, number, caller)


@router.get("/v1/campaigns/{id}/snapshots/{number}/difference")
async def compare_snapshots(
    id: UUID, number: Number, to: Annotated[int, Query(ge=1, le=1_000_000)], caller: Caller, database: Db
) -> SnapshotDifference:
    """What snapshot `to` says other than this one, in all, by deliverable and by district."""
    return await handlers.compare_snapshots(database, id, number, to, caller)
