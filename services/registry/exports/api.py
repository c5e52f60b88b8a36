"""Exports over HTTP."""

from typing import Annotated, Literal

from fastapi import Query, Response

from chassis.http.description import bytes_of
from chassis.http.routes import Caller, make_router
from chassis.http.state import Db
from services.registry.exports import handlers

# Included before the organizations' own routes, for `export` is no id.
router = make_router()
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.get(
    "/v1/organizations/export",
    response_class=Response,
    responses={200: bytes_of("The file", *MEDIA.values())},
)
async def export_organizations(
    caller: Caller,
    database: Db,
    format: Annotated[Literal["xlsx", "csv"], Query(description="csv: UTF-8 with its mark, CRLF")] = "xlsx",
) -> Response:
    """All open organizations in the office's order, with the columns that the import reads.

    In a csv a text that begins like a formula has a ' before it, which the import takes away again.
    """
    content = await handlers.export_organizations(database, format, caller)
    headers = {
        "Content-Disposition": f'attachment; filename="organizations.{format}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=MEDIA[format], headers=headers)
