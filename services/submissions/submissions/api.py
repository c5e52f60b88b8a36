"""Submissions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse

from chassis.http.bodies import check_media
from chassis.http.description import BINARY, bytes_of
from chassis.http.direct import Asker, DirectRoute
from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from contracts.submissions.submissions import (
    AcceptSubmission,
    AcceptSubmissions,
    Decisions,
    Difference,
    HandIn,
    ListedSubmission,
    Receipt,
    ReopenSubmission,
    ReturnSubmission,
    State,
    Submission,
    SubmissionVersion,
    WithdrawSubmission,
)
from services.submissions import rules
from services.submissions.submissions import acceptance, bulk, handlers, model, queue, store
from services.submissions.submissions.intake import Intake

BULK_EXAMPLE = """\
{"assignment_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829304", "sections": {"特色内容": "…"}}
{"assignment_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829305", "nil_return": true}
"""
router = make_router()
direct = make_router(DirectRoute)


@direct.post("/v1/submissions", status_code=201, dependencies=[OncePerKey])
async def hand_in(command: HandIn, asking: Asker) -> Receipt:
    """Hand in for an assignment: the first version or the next. The answer is the receipt. State secrets may not be
    entered (不得填报涉密信息). Without an Idempotency-Key, what says the same as the newest version, while nobody
    has decided it, is answered with that version's receipt. On time is judged at the moment at which the request
    was wholly received.
    """
    intake: Intake = asking.app.state.intake
    return await intake.hand_in(
        command, asking.principal, asking.received_at, asking.claim, asking.traceparent
    )


@router.post(
    "/v1/submissions/bulk",
    dependencies=[OncePerKey],
    response_class=StreamingResponse,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {bulk.MEDIA_TYPE: {"schema": BINARY, "example": BULK_EXAMPLE}},
        }
    },
    responses={200: bytes_of("A line for each line, as it is committed", bulk.MEDIA_TYPE)},
)
async def hand_in_bulk(
    request: Request, caller: Caller, idempotency_key: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Hand in a submission a line (NDJSON), at most 10,000. Each line is answered by one as soon as it is
    committed: `line`, `status`, and its receipt or its `problem`. The same body again gets the same receipts. Every
    line is on time or late by one moment, at which the last line had come in.
    State secrets may not be entered (不得填报涉密信息).
    """
    check_media(request, bulk.MEDIA_TYPE)
    intake: Intake = request.app.state.intake
    body = await request.body()
    lines = bulk.read_bulk(body, idempotency_key, caller, intake.database.clock.now())
    return StreamingResponse(bulk.answer(intake, lines), media_type=bulk.MEDIA_TYPE)


@router.post("/v1/submissions/accept", dependencies=[OncePerKey])
async def accept_submissions(command: AcceptSubmissions, caller: Caller, database: Db) -> Decisions:
    """Accept up to 500 at once, each the version that was read, and each with an outcome of its own: 200 and
    where it stands now, or the status and problem of its refusal. At the first of two stages an acceptance endorses.
    """
    return await acceptance.accept_submissions(database, command, caller)


@router.get("/v1/submissions")
async def list_submissions(
    caller: Caller,
    database: Db,
    paging: Paging,
    campaign_id: UUID | None = None,
    assignment_id: UUID | None = None,
    organization_id: UUID | None = None,
    state: State | None = None,
    deliverable_id: UUID | None = None,
    review_stage: Annotated[int | None, Query(ge=1, le=2)] = None,
    below: Annotated[UUID | None, Query(description="an organization, with all that stands below it")] = None,
) -> Page[ListedSubmission]:
    """What was handed in, in the order of arrival: a unit sees its own, an overseer also those below, the office all
    of its campaign. With `state=received` it is the queue of those who review, by deliverable or district.
    """
    rules.check_may_list(caller)
    filters = queue.Filters(
        campaign_id, assignment_id, organization_id, state, deliverable_id, review_stage, below
    )
    async with database.reading() as connection:
        rows = await queue.read_page(connection, caller, paging, filters)
    return cut(rows, paging, queue.place_of)


@router.get("/v1/submissions/{id}")
async def get_submission(id: UUID, caller: Caller, database: Db) -> Submission:
    """One submission as it stands."""
    async with database.reading() as connection:
        return await handlers.find_submission(connection, id, caller)


@router.get("/v1/submissions/{id}/versions")
async def list_versions(id: UUID, caller: Caller, database: Db) -> Page[SubmissionVersion]:
    """Every version as it was handed in, byte for byte."""
    async with database.reading() as connection:
        await handlers.find_submission(connection, id, caller)
        return Page(items=await store.read_versions(connection, id))


@router.get("/v1/submissions/{id}/difference")
async def read_difference(
    id: UUID,
    caller: Caller,
    database: Db,
    from_version: Annotated[int, Query(alias="from", ge=1, le=1_000_000)],
    to_version: Annotated[int, Query(alias="to", ge=1, le=1_000_000)],
) -> Difference:
    """What version `to` says other than version `from`, by section and line."""
    return await handlers.read_difference(database, id, from_version, to_version, caller)


@router.get("/v1/receipts/{receipt_number}")
async def get_receipt(receipt_number: str, caller: Caller, database: Db) -> Receipt:
    """What was handed in, when, and its hash: a unit can prove it. The number as it was read out is enough."""
    async with database.reading() as connection:
        receipt, campaign_id = await store.find_receipt(connection, model.read_receipt_number(receipt_number))
        await handlers.check_may_read(connection, caller, receipt, campaign_id)
    return receipt


@router.post("/v1/submissions/{id}/return", dependencies=[OncePerKey])
async def return_submission(
    id: UUID, command: ReturnSubmission, caller: Caller, database: Db, expected: IfMatch
) -> Submission:
    """Send it back for correction, with numbered reasons by section and a due moment of its own. Of two stages of
    review the district's returns at the first; the office may return at both.
    """
    return await handlers.return_submission(database, id, command, expected, caller)


@router.post("/v1/submissions/{id}/accept", dependencies=[OncePerKey])
async def accept_submission(
    id: UUID, command: AcceptSubmission, caller: Caller, database: Db, expected: IfMatch
) -> Submission:
    """Accept the version that was received. Where the deliverable asks for two stages, an overseer between the unit
    and the office endorses it first (`review_stage` 2), and then the office accepts.
    """
    return await handlers.accept_submission(database, id, command, expected, caller)


@router.post("/v1/submissions/{id}/reopen", dependencies=[OncePerKey])
async def reopen_submission(
    id: UUID, command: ReopenSubmission, caller: Caller, database: Db, expected: IfMatch
) -> Submission:
    """Let the unit hand in again after acceptance; the accepted version stays the official one meanwhile."""
    return await handlers.reopen_submission(database, id, command, expected, caller)


@router.post("/v1/submissions/{id}/withdraw", dependencies=[OncePerKey])
async def withdraw_submission(
    id: UUID, command: WithdrawSubmission, caller: Caller, database: Db, expected: IfMatch
) -> Submission:
    """The unit takes back what was not accepted, and owes again: the next version is on time by its own moment."""
    return await handlers.withdraw_submission(database, id, command, expected, caller)
