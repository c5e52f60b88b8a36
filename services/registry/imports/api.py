"""Imports over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Response, UploadFile

from chassis.http.description import bytes_of
from chassis.http.routes import Caller, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.imports import DecideImport, ImportApplied, ImportKind, ImportPreview
from services.registry.imports import handlers
from services.registry.settings import NamePrefixes

router = make_router()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post(
    "/v1/campaigns/{campaign_id}/imports",
    status_code=201,
    dependencies=[OncePerKey],
    response_model=ImportPreview,
    responses={202: {"model": ImportPreview, "description": "A long file: read on at GET /v1/imports/{id}"}},
)
async def preview_import(
    campaign_id: UUID,
    file: Annotated[UploadFile, File(description="an xlsx, or a csv in UTF-8 or GB18030")],
    kind: Annotated[ImportKind, Form(description="what its rows are")],
    caller: Caller,
    database: Db,
    prefixes: NamePrefixes,
) -> Response:
    """Read an office's file and say what would come of it. Nothing is changed yet.

    Up to 5,000 rows the preview is in the answer; of a longer file it is made after it (202).
    """
    content = await file.read()
    shown = await handlers.preview_import(
        database, campaign_id, kind, file.filename or "", content, prefixes, caller
    )
    return _answer(shown, 202 if shown.imported.state == "reading" else 201)


@router.get("/v1/imports/{id}", response_model=ImportPreview)
async def show_import(id: UUID, caller: Caller, database: Db, prefixes: NamePrefixes) -> Response:
    """What would come of the file by the register of today, or how far it is read."""
    return _answer(await handlers.show_import(database, id, prefixes, caller), 200)


@router.get(
    "/v1/imports/{id}/errors.xlsx",
    response_class=Response,
    responses={200: bytes_of("The workbook", XLSX)},
)
async def write_errors(id: UUID, caller: Caller, database: Db, prefixes: NamePrefixes) -> Response:
    """The file back as xlsx, with a column that says what is wrong or to be decided, by cell."""
    imported, workbook = await handlers.write_errors(database, id, prefixes, caller)
    headers = {
        "Content-Disposition": f'attachment; filename="errors-{imported.id}.xlsx"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(workbook, media_type=XLSX, headers=headers)


@router.post("/v1/imports/{id}/apply", dependencies=[OncePerKey])
async def apply_import(
    id: UUID,
    command: DecideImport,
    caller: Caller,
    database: Db,
    prefixes: NamePrefixes,
    expected: IfMatch,
) -> ImportApplied:
    """Apply the file with these decisions, whole or not at all.

    With If-Match only while the register is as it was when that version of the import was shown (412 else).
    """
    return await handlers.apply_import(database, id, command, prefixes, caller, expected)


def _answer(shown: handlers.Shown, status: int) -> Response:
    headers = {"ETag": f'"{shown.version}"', "Location": f"/v1/imports/{shown.imported.id}"}
    return Response(shown.model_dump_json(), status, headers, "application/json")
