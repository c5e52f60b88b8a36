"""Submissions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request
from fastapi.responses import StreamingResponse

from chassis.connections import Connection
from chassis.http.bodies import check_media
from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, DirectRoute, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from chassis.refusals import NotFound
from contracts.shapes import Command
from contracts.submissions.submissions import (
    HandIn,
    Receipt,
    ReopenSubmission,
    ReturnSubmission,
    State,
    Submission,
    SubmissionVersion,
)
from services.submissions import rules
from services.submissions.submissions import bulk, handlers, store
from services.submissions.submissions.intake import Intake

BULK_EXAMPLE = """\
{"assignment_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829304", "sections": {"特色内容": "…"}}
{"assignment_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829305", "nil_return": true}
"""
router = make_router()
direct = make_router(DirectRoute)


class Accept(Command):
    """Nothing is to be said."""


class Withdraw(Command):
    """Nothing is to be said."""


@direct.post("/v1/submissions", status_code=201, dependencies=[OncePerKey])
async def hand_in(command: HandIn, request: Request) -> Receipt:
    """Hand in for an assignment: the first version or the next. The answer is the receipt."""
    intake: Intake = request.app.state.intake
    return await intake.hand_in(command, request.state.principal)


@router.post(
    "/v1/submissions/bulk",
    dependencies=[OncePerKey],
    response_class=StreamingResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {bulk.MEDIA_TYPE: {"schema": {"type": "string"}, "example": BULK_EXAMPLE}},
        }
    },
)
async def hand_in_bulk(
    request: Request, caller: Caller, idempotency_key: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Hand in a submission a line (NDJSON), at most 10,000. Each line is answered by one as soon as it is
    committed: `line`, `status`, and its receipt or its `problem`. The same body again gets the same receipts.
    """
    check_media(request, bulk.MEDIA_TYPE)
    intake: Intake = request.app.state.intake
    body = await request.body()
    lines = bulk.read_bulk(body, idempotency_key, caller, intake.database.clock.now())
    return StreamingResponse(bulk.answer(intake, lines), media_type=bulk.MEDIA_TYPE)


@router.get("/v1/submissions")
async def list_submissions(
    caller: Caller,
    database: Db,
    paging: Paging,
    campaign_id: UUID | None = None,
    assignment_id: UUID | None = None,
    organization_id: UUID | None = None,
    state: State | None = None,
) -> Page[Submission]:
    """What was handed in: a unit sees its own, an overseer also those below, the office all of its campaign."""
    rules.check_may_list(caller)
    filters = (campaign_id, assignment_id, organization_id, state)
    async with database.reading() as connection:
        rows = await store.read_page(
            connection, caller.organization_id, caller.role, paging.after_id(), filters, paging.limit + 1
        )
    return cut(rows, paging, lambda submission: (str(submission.id),))


@router.get("/v1/submissions/{id}")
async def get_submission(id: UUID, caller: Caller, database: Db) -> Submission:
    """One submission as it stands."""
    async with database.reading() as connection:
        submission = await store.find(connection, id)
        await _check_may_read(connection, caller, submission, submission.campaign_id)
    return submission


@router.get("/v1/submissions/{id}/versions")
async def list_versions(id: UUID, caller: Caller, database: Db) -> Page[SubmissionVersion]:
    """Every version as it was handed in, byte for byte."""
    async with database.reading() as connection:
        submission = await store.find(connection, id)
        await _check_may_read(connection, caller, submission, submission.campaign_id)
        return Page(items=await store.read_versions(connection, id))


@router.get("/v1/receipts/{receipt_number}")
async def get_receipt(receipt_number: str, caller: Caller, database: Db) -> Receipt:
    """What was handed in, when, and its hash: a unit can prove it."""
    async with database.reading() as connection:
        receipt, campaign_id = await store.find_receipt(connection, receipt_number)
        await _check_may_read(connection, caller, receipt, campaign_id)
    return receipt


@router.post("/v1/submissions/{id}/return", dependencies=[OncePerKey])
async def return_submission(
    id: UUID, command: ReturnSubmission, caller: Caller, database: Db, expected: IfMatch
) -> Submission:
    """Send it back for correction, with reasons by section."""
    return await handlers.return_submission(database, id, command, expected, caller)


@router.post("/v1/submissions/{id}/accept", dependencies=[OncePerKey])
async def accept_submission(
    id: UUID, command: Accept, caller: Caller, database: Db, expected: IfMatch
) -> Submission:
    """Accept the version that was received."""
    return await handlers.accept_submission(database, id, expected, caller)


@router.post("/v1/submissions/{id}/reopen", dependencies=[OncePerKey])
async def reopen_submission(
    id: UUID, command: ReopenSubmission, caller: Caller, database: Db, expected: IfMatch
) -> Submission:
    """Let the unit hand in again after acceptance."""
    return await handlers.reopen_submission(database, id, command, expected, caller)


@router.post("/v1/submissions/{id}/withdraw", dependencies=[OncePerKey])
async def withdraw_submission(
    id: UUID, command: Withdraw, caller: Caller, database: Db, expected: IfMatch
) -> Submission:
    """The unit takes back what is not decided yet."""
    return await handlers.withdraw_submission(database, id, expected, caller)


async def _check_may_read(
    connection: Connection, caller: Caller, held: Submission | Receipt, campaign_id: UUID
) -> None:
    if not await handlers.may_read(connection, held, campaign_id, caller):
        raise NotFound("there is no such submission, or it is not yours to see")
