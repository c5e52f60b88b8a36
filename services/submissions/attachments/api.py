"""Attachments over HTTP: files as streams, in and out."""

from uuid import UUID

from fastapi import Request, Response

from chassis.files.form import DOWNLOAD, describe_form
from chassis.files.serving import serve
from chassis.http.bodies import check
from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, OncePerKey, StreamedRoute, make_router
from chassis.http.state import Db, FileDesk
from contracts.attachments import Attachment, NameFile, State
from services.submissions import rules
from services.submissions.attachments import handlers

router = make_router()
streamed = make_router(StreamedRoute)

FORM = describe_form("不得填报涉密信息")


def keep_name(name: str) -> str:
    """The name as it is kept, or a refusal that says what is wrong with it."""
    return check(NameFile, filename=name).filename


@streamed.post("/v1/attachments", status_code=201, dependencies=[OncePerKey], openapi_extra=FORM)
async def store_attachment(request: Request, caller: Caller, database: Db, files: FileDesk) -> Attachment:
    """Store one file (`file`), at most 50 MB unless set otherwise, to be named when handing in. What nothing names
    within 24 hours is removed.
    """
    rules.check_may_store(caller)
    async with files.receiving(request, keep_name) as received:
        return await handlers.ATTACHMENTS.store(database, files, received, caller)


@router.get("/v1/attachments")
async def list_attachments(
    caller: Caller, database: Db, paging: Paging, state: State | None = None
) -> Page[Attachment]:
    """What the caller's own organization stored."""
    rules.check_may_list(caller)
    async with database.reading() as connection:
        rows = await handlers.ATTACHMENTS.rows.read_page(
            connection, caller.organization_id, paging.after_id(), state, paging.limit + 1
        )
    return cut(rows, paging, lambda attachment: (str(attachment.id),))


@router.get("/v1/attachments/{id}")
async def get_attachment(id: UUID, caller: Caller, database: Db) -> Attachment:
    """What is known of one attachment: for its own organization and whoever may see a submission that names it."""
    return await handlers.find_attachment(database, id, caller)


@router.get(
    "/v1/attachments/{id}/file",
    response_class=Response,
    responses=DOWNLOAD,
)
async def get_attachment_file(
    id: UUID, request: Request, caller: Caller, database: Db, files: FileDesk
) -> Response:
    """The file, proved against its hash before the first byte; `Range` goes on where a download broke off."""
    return await serve(files, await handlers.find_file(database, id, caller), request)
