"""Exports over HTTP."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import FileResponse

from chassis.files.serving import Kept, serve
from chassis.files.storage import Storage, open_folder
from chassis.http.description import bytes_of
from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from chassis.metrics import FileMetrics
from contracts.reporting.exports import CancelExport, Export, RequestExport
from services.reporting import rules
from services.reporting.exports import handlers, sources, store
from services.reporting.exports.kinds import KINDS
from services.reporting.settings import ReportingSettings

router = make_router()


@dataclass(frozen=True)
class Shelf:
    """The folder of finished exports."""

    storage: Storage
    metrics: FileMetrics


async def _settings(request: Request) -> ReportingSettings:
    settings = request.app.state.running.settings
    assert isinstance(settings, ReportingSettings)
    return settings


async def _shelf(request: Request) -> Shelf:
    state = request.app.state
    if not hasattr(state, "shelf"):
        running = state.running
        folder = open_folder(running.settings.export_folder)
        state.shelf = Shelf(folder, FileMetrics("reporting", running.registry))
    shelf: Shelf = state.shelf
    return shelf


Settings = Annotated[ReportingSettings, Depends(_settings)]


@router.post("/v1/campaigns/{campaign_id}/exports", status_code=202, dependencies=[OncePerKey])
async def request_export(
    campaign_id: UUID, command: RequestExport, caller: Caller, database: Db, settings: Settings
) -> Export:
    """Ask for a file of the campaign."""
    return await handlers.request_export(database, settings, campaign_id, command, caller)


@router.get("/v1/campaigns/{campaign_id}/exports")
async def list_exports(campaign_id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[Export]:
    """The campaign's exports, the oldest first."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        rules.check_may_export(caller, await sources.find_issuer(connection, campaign_id))
        rows = await store.read_page(connection, campaign_id, paging.after_id(), paging.limit + 1)
    return cut(rows, paging, lambda export: (str(export.id),))


@router.get("/v1/exports/{id}")
async def get_export(id: UUID, caller: Caller, database: Db) -> Export:
    """How far an export is, and where its file will be."""
    return await handlers.find_export(database, id, caller)


@router.post("/v1/exports/{id}/cancel")
async def cancel_export(id: UUID, command: CancelExport, caller: Caller, database: Db) -> Export:
    """Give up an export that is not done yet."""
    return await handlers.cancel_export(database, id, caller)


@router.get(
    "/v1/exports/{id}/file",
    response_class=FileResponse,
    responses={200: bytes_of("The finished file", *sorted({kind.media_type for kind in KINDS.values()}))},
)
async def get_file(
    id: UUID,
    request: Request,
    caller: Caller,
    database: Db,
    settings: Settings,
    shelf: Annotated[Shelf, Depends(_shelf)],
) -> Response:
    """The finished file; its ETag is its SHA-256, and a download that broke off goes on with Range and If-Range."""
    export, path = await handlers.find_file(database, settings.export_folder, id, caller)
    kind = KINDS[export.kind]
    kept = Kept(
        location=path.name,
        sha256=export.sha256 or "",
        size=export.size or path.stat().st_size,
        filename=export.filename or f"{export.kind}-{export.id}{kind.extension}",
        media_type=kind.media_type,
    )
    return await serve(shelf, kept, request)
