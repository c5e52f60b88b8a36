"""Imports over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import File, Form, UploadFile

from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.imports import DecideImport, ImportApplied, ImportPreview
from services.registry.imports import handlers
from services.registry.settings import NamePrefixes

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/imports", status_code=201, dependencies=[OncePerKey])
async def preview_import(
    campaign_id: UUID,
    file: Annotated[UploadFile, File(description="an xlsx, or a csv in UTF-8 or GB18030")],
    kind: Annotated[Literal["activities"], Form()],
    caller: Caller,
    database: Db,
    prefixes: NamePrefixes,
) -> ImportPreview:
    """Read an office's file and say what would come of it. Nothing is changed yet."""
    content = await file.read()
    return await handlers.preview_import(
        database, campaign_id, file.filename or "", content, prefixes, caller
    )


@router.get("/v1/imports/{id}")
async def show_import(id: UUID, caller: Caller, database: Db, prefixes: NamePrefixes) -> ImportPreview:
    """What would come of the file by the names of today."""
    return await handlers.show_import(database, id, prefixes, caller)


@router.post("/v1/imports/{id}/apply", dependencies=[OncePerKey])
async def apply_import(
    id: UUID, command: DecideImport, caller: Caller, database: Db, prefixes: NamePrefixes
) -> ImportApplied:
    """Apply the file with these decisions, whole or not at all."""
    return await handlers.apply_import(database, id, command, prefixes, caller)
