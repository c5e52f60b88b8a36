"""Forms over HTTP: an assignment as a file to fill in, and the file handed in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from chassis.files.names import content_disposition
from chassis.files.uploads import Wanted
from chassis.http.bodies import check
from chassis.http.problems import problem
from chassis.http.routes import Caller, OncePerKey, StreamedRoute, make_router
from chassis.http.state import Db, FileDesk
from contracts.attachments import NameFile
from contracts.submissions.submissions import Receipt
from services.submissions import rules
from services.submissions.forms import handlers
from services.submissions.forms.handlers import Format
from services.submissions.forms.reading import KINDS, MOST_BYTES, FormReader
from services.submissions.submissions.intake import Intake

router = make_router()
streamed = make_router(StreamedRoute)
FIELD = "attachment_ids"
WANTED = Wanted(KINDS, MOST_BYTES, (FIELD,))
_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "docx": f"{_OFFICE}.wordprocessingml.document",
}
FILE = {"schema": {"type": "string", "format": "binary"}}
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "contentMediaType": "application/octet-stream",
                            "description": "the filled-in form, xlsx or docx, at most 10 MB; 不得填报涉密信息",
                        },
                        FIELD: {
                            "type": "array",
                            "items": {"type": "string", "format": "uuid"},
                            "maxItems": 20,
                            "description": "attachments that were stored before, a field each",
                        },
                    },
                },
                "encoding": {"file": {"contentType": "*/*"}},
            }
        },
    }
}
EXAMPLE = problem(
    422,
    "form_faulty",
    "B12: is blank, or holds nothing that can be seen",
    errors=[
        {
            "field": "sections.创新做法",
            "cell": "B12",
            "section": "创新做法",
            "code": "section_missing",
            "message": "is blank, or holds nothing that can be seen",
            "expected": "text, or 零报告 是",
        }
    ],
)
FAULTY: dict[int | str, dict[str, Any]] = {
    422: {
        "description": "Filled in wrongly: each fault with its cell",
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": EXAMPLE,
            }
        },
    }
}


@router.get(
    "/v1/assignments/{id}/form",
    response_class=Response,
    responses={
        200: {"description": "The form", "content": dict.fromkeys(MEDIA_TYPES.values(), FILE)},
    },
)
async def get_form(
    id: UUID,
    caller: Caller,
    database: Db,
    format: Annotated[Format, Query(description="docx holds longer texts")] = "xlsx",
) -> Response:
    """The assignment as a file to fill in offline (报送表), for whoever may hand in for it: with the text of the newest
    version where there is one, and beside each section why it was returned. Its number (编号) says what it is for.
    """
    made = await handlers.make_form(database, id, format, caller)
    headers = {
        "Content-Disposition": content_disposition(made.filename),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(made.content, 200, headers, MEDIA_TYPES[format])


@streamed.post(
    "/v1/submissions/form",
    status_code=201,
    dependencies=[OncePerKey],
    openapi_extra=UPLOAD,
    responses=FAULTY,
)
async def hand_in_form(request: Request, caller: Caller, files: FileDesk) -> Receipt:
    """Hand in a filled-in form: the same checks as `POST /v1/submissions`, the same receipt, and on time by the moment
    at which the upload was wholly received. What is wrong comes back by cell: `errors` has `cell` (such as `B14`, or
    `table 1 row 14 column 2` of a docx), `section`, `code`, `message` and `expected`. 不得填报涉密信息.
    """
    rules.check_may_hand_in(caller, caller.organization_id)
    reader: FormReader = request.app.state.form_reader
    intake: Intake = request.app.state.intake
    async with files.receiving(request, _keep_name, WANTED) as received:
        filled = await reader.read(received.path, received.filename.rpartition(".")[2].lower())
    attachment_ids = [value for name, value in received.fields if name == FIELD]
    return await handlers.hand_in_form(intake, filled, received, attachment_ids, caller)


def _keep_name(name: str) -> str:
    return check(NameFile, filename=name).filename
