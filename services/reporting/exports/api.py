"""Exports over HTTP."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import FileResponse

from chassis.http.description import bytes_of
from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.reporting.exports import Export, RequestExport
from services.reporting import rules
from services.reporting.exports import handlers, store
from services.reporting.figures import store as figures
from services.reporting.settings import ReportingSettings

router = make_router()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def _folder(request: Request) -> Path:
    settings = request.app.state.running.settings
    assert isinstance(settings, ReportingSettings)
    return settings.export_folder


@router.post("/v1/campaigns/{campaign_id}/exports", status_code=202, dependencies=[OncePerKey])
async def request_export(campaign_id: UUID, command: RequestExport, caller: Caller, database: Db) -> Export:
    """Ask for a file of the campaign."""
    return await handlers.request_export(database, campaign_id, command, caller)


@router.get("/v1/campaigns/{campaign_id}/exports")
async def list_exports(campaign_id: UUID, caller: Caller, database: Db, paging: Paging) -> Page[Export]:
    """The campaign's exports, the oldest first."""
    rules.check_may_read(caller)
    async with database.reading() as connection:
        campaign = await figures.find_campaign(connection, campaign_id)
        rules.check_may_export(caller, campaign.issuer_id)
        rows = await store.read_page(connection, campaign_id, paging.after_id(), paging.limit + 1)
    return cut(rows, paging, lambda export: (str(export.id),))


@router.get("/v1/exports/{id}")
async def get_export(id: UUID, caller: Caller, database: Db) -> Export:
    """How far an export is, and where its file will be."""
    return await handlers.find_export(database, id, caller)


@router.get(
    "/v1/exports/{id}/file", response_class=FileResponse, responses={200: bytes_of("The finished file", XLSX)}
)
async def get_file(
    id: UUID, caller: Caller, database: Db, folder: Annotated[Path, Depends(_folder)]
) -> FileResponse:
    """The finished file; its ETag is its SHA-256."""
    export, path = await handlers.find_file(database, folder, id, caller)
    headers = {"ETag": f'"{export.sha256}"', "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=XLSX, filename=f"{export.kind}-{export.id}.xlsx", headers=headers)
