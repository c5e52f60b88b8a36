"""Bulk: a submission a line, an answer a line, each with a receipt or refusal of its own; safe to send again whole."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError

from chassis.access import Principal
from chassis.connections import UNAVAILABLE
from chassis.http import problems
from chassis.http.bodies import parse
from chassis.idempotency import AnsweredBefore, Claim, KeyReusedWithOtherBody
from chassis.refusals import Refusal, TooLarge, Unavailable, Unprocessable
from chassis.tracing import current_traceparent
from contracts.submissions.submissions import HandIn, Receipt
from services.submissions.submissions.intake import Asked, Intake

log = structlog.get_logger()

MEDIA_TYPE = "application/x-ndjson"
MOST_LINES = 10_000
PORTION = 64
"""Lines that are asked for together: others who hand in meanwhile come in between."""


class NothingInBulk(Unprocessable):
    """A body without a line."""


class TooManyLines(TooLarge):
    """More lines than one request may hold."""


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts every line of the body from 1; blank ones have no answer."""

    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Bulk:
    """One request, wholly received `at`, which is the moment of every line. `key` is the hash of its
    Idempotency-Key, or else of its body.
    """

    lines: Sequence[Line]
    key: str
    actor: Principal
    at: datetime
    traceparent: str


def read_bulk(body: bytes, key: str | None, actor: Principal, at: datetime) -> Bulk:
    """The lines of a body; NothingInBulk or TooManyLines."""
    lines = [Line(number, text) for number, text in enumerate(body.split(b"\n"), start=1) if text.strip()]
    if not lines:
        raise NothingInBulk(f"the body holds no line; expected {MEDIA_TYPE}, a submission a line")
    if len(lines) > MOST_LINES:
        raise TooManyLines(f"{len(lines):,} lines; expected at most {MOST_LINES:,} in one request")
    known_by = hashlib.sha256(body if key is None else key.encode()).hexdigest()
    return Bulk(lines, known_by, actor, at, current_traceparent())


async def answer(intake: Intake, bulk: Bulk) -> AsyncIterator[bytes]:
    """A line of JSON for each line, in their order, as they are committed."""
    for start in range(0, len(bulk.lines), PORTION):
        portion = bulk.lines[start : start + PORTION]
        outcomes = await asyncio.gather(
            *(_hand_in(intake, bulk, line) for line in portion), return_exceptions=True
        )
        for line, outcome in zip(portion, outcomes, strict=True):
            said = {"line": line.number, **_tell(outcome)}
            yield json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


async def _hand_in(intake: Intake, bulk: Bulk, line: Line) -> Receipt:
    command = parse(HandIn, line.body)
    digest = hashlib.sha256(line.body).hexdigest()
    claim = Claim(
        bulk.actor.key_id, f"bulk {bulk.key} {line.number}", "POST /v1/submissions/bulk", digest, 201
    )
    return await intake.gatherer.ask(Asked(command, bulk.actor, bulk.at, claim, bulk.traceparent))


def _tell(outcome: Receipt | BaseException) -> dict[str, Any]:
    if isinstance(outcome, Receipt):
        return {"status": 201, **outcome.model_dump(mode="json")}
    if isinstance(outcome, AnsweredBefore):
        return {"status": outcome.status, **json.loads(outcome.body)}
    problem = _problem(outcome)
    return {"status": problem["status"], "problem": problem}


def _problem(outcome: BaseException) -> dict[str, Any]:
    if isinstance(outcome, KeyReusedWithOtherBody):
        # The key of a line is its own affair; the caller knows the one of the whole.
        outcome = KeyReusedWithOtherBody(
            "another text was sent as this line under the same Idempotency-Key; a new request needs a new key"
        )
    if isinstance(outcome, Refusal):
        return problems.describe(outcome)
    if isinstance(outcome, RequestValidationError):
        return problems.describe_invalid(outcome)
    if isinstance(outcome, UNAVAILABLE):
        return problems.describe(Unavailable("the database does not answer; send the whole again"))
    if not isinstance(outcome, Exception):
        raise outcome
    log.error("bulk_line_failed", exc_info=outcome)
    return problems.problem(500, "failed", "an error of ours, which is logged; this line was not taken in")
