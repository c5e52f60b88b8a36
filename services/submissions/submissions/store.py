"""Submissions and their versions in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from chassis import idempotency
from chassis.connections import Connection
from chassis.database import Transaction
from chassis.idempotency import Claim, Kept
from chassis.refusals import NotFound
from chassis.writing import Parts, Write
from contracts.submissions.submissions import Receipt, Submission, SubmissionVersion
from services.submissions.submissions.model import Owed

FIND = """
    SELECT id, version, created_at, updated_at, revision, campaign_id, assignment_id, deliverable_id, organization_id,
           state, sections, nil_return, attachment_ids, receipt_number, received_at, on_time, content_sha256,
           first_received_at, accepted_version, accepted_at, reasons, returned_at, correct_by, review_stages,
           review_stage, endorsed_at, endorsed_by, withdrawn_at, withdrawal_reason
      FROM submission WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Submission:
    """The submission, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no submission {id}, or it is not yours to see")
    return read_row(row)


INSERT = """
    INSERT INTO submission (id, version, created_at, updated_at, revision, campaign_id, assignment_id, deliverable_id,
                            organization_id, state, sections, nil_return, attachment_ids, receipt_number, received_at,
                            on_time, content_sha256, first_received_at, accepted_version, accepted_at, reasons,
                            returned_at, correct_by, review_stages, review_stage, endorsed_at, endorsed_by,
                            withdrawn_at, withdrawal_reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26, $27, $28, $29)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
           revision = excluded.revision, state = excluded.state, sections = excluded.sections,
           nil_return = excluded.nil_return, attachment_ids = excluded.attachment_ids,
           receipt_number = excluded.receipt_number, received_at = excluded.received_at,
           content_sha256 = excluded.content_sha256, accepted_version = excluded.accepted_version,
           accepted_at = excluded.accepted_at, reasons = excluded.reasons, returned_at = excluded.returned_at,
           correct_by = excluded.correct_by, review_stages = excluded.review_stages,
           review_stage = excluded.review_stage, endorsed_at = excluded.endorsed_at,
           endorsed_by = excluded.endorsed_by, withdrawn_at = excluded.withdrawn_at,
           withdrawal_reason = excluded.withdrawal_reason
"""


async def save(tx: Transaction, submissions: Sequence[Submission]) -> None:
    """Keep submissions as they stand now."""
    rows = [[_value(each, name) for name in Submission.model_fields] for each in submissions]
    await tx.connection.executemany(INSERT, rows)


ASSIGNMENTS_OF = "SELECT assignment_id FROM submission WHERE id = ANY ($1::uuid[])"


async def read_assignment_ids(connection: Connection, ids: Sequence[UUID]) -> list[UUID]:
    """What these submissions, of which some may not be there, were handed in for."""
    return [row["assignment_id"] for row in await connection.fetch(ASSIGNMENTS_OF, ids)]


# Two of the columns are looked up only where they matter: whom to ask when it has closed, and whether anybody stands
# between unit and issuer for the first of two stages.
OWED_COLUMNS = """
           a.id, a.campaign_id, a.deliverable_id, a.organization_id, a.sections, a.due_at, a.closes_at, a.state,
           (SELECT timezone FROM campaign c WHERE c.id = a.campaign_id) AS timezone, a.review_stages,
           CASE WHEN a.review_stages = 1 THEN 1
                WHEN EXISTS (SELECT FROM organization o JOIN campaign c ON c.id = a.campaign_id
                              WHERE o.id = a.organization_id AND o.id <> c.issuer_id AND o.parent_id <> c.issuer_id)
                THEN 1 ELSE 2 END AS first_stage,
           CASE WHEN a.closes_at IS NOT NULL
                THEN (SELECT o.body ->> 'name' FROM campaign c JOIN organization o ON o.id = c.issuer_id
                       WHERE c.id = a.campaign_id) END AS issuer_name,
           a.version
"""
OWED_WIDTH = len(fields(Owed))
LOCK_OWED = f"""
    -- Locked in one order by all, so that versions are numbered one after another and nobody waits in a ring.
    SELECT {OWED_COLUMNS} FROM assignment a WHERE a.id = ANY ($1::uuid[]) ORDER BY a.id FOR UPDATE
"""  # noqa: S608 - put together of constants alone, as all below


async def lock_owed(tx: Transaction, assignment_ids: Sequence[UUID]) -> dict[UUID, Owed]:
    """The assignments that were heard of, by id, held until the transaction ends."""
    rows = await tx.connection.fetch(LOCK_OWED, assignment_ids)
    return {row["id"]: Owed(*row) for row in rows}


READ_KNOWN = f"""
    SELECT {OWED_COLUMNS}, {", ".join(f"s.{name}" for name in Submission.model_fields)}, w.key_id, w.key,
           {", ".join(f"k.{name}" for name in idempotency.KEPT_COLUMNS)}
      FROM unnest((SELECT $1::wanted[])) AS w (assignment_id, key_id, key)
      LEFT JOIN LATERAL (
           -- Each of the three by the index. Without the limit a plan that was made while the table was new, and is
           -- kept, reads all of what has come since.
           SELECT * FROM assignment WHERE id = w.assignment_id LIMIT 1
      ) AS a ON true
      LEFT JOIN LATERAL (
           SELECT {", ".join(Submission.model_fields)} FROM submission WHERE assignment_id = w.assignment_id LIMIT 1
      ) AS s ON true
      LEFT JOIN LATERAL (
           SELECT * FROM idempotency i WHERE i.key_id = w.key_id AND i.key = w.key LIMIT 1
      ) AS k ON true
"""  # noqa: S608
SUBMISSION_AT = OWED_WIDTH
CLAIM_AT = SUBMISSION_AT + len(Submission.model_fields)
KEPT_AT = CLAIM_AT + 2


class Known(NamedTuple):
    """What was known before a batch: assignments and submissions by the assignment's id, answers by key."""

    owed: dict[UUID, Owed]
    submissions: dict[UUID, Submission]
    kept: dict[tuple[UUID, str], Kept]


async def read_known(connection: Connection, wanted: Iterable[tuple[UUID, Claim | None]]) -> Known:
    """What is known of these assignments and Idempotency-Keys, without a lock."""
    asked = dict.fromkeys(
        (id, None, None) if claim is None else (id, claim.key_id, claim.key) for id, claim in wanted
    )
    known = Known({}, {}, {})
    for row in await connection.fetch(READ_KNOWN, list(asked)):
        if (id := row[0]) is not None and id not in known.owed:
            known.owed[id] = Owed(*row[:OWED_WIDTH])
        if row[SUBMISSION_AT] is not None and id not in known.submissions:
            known.submissions[id] = read_columns(row[SUBMISSION_AT:CLAIM_AT])
        if row[KEPT_AT] is not None:
            known.kept[row[CLAIM_AT], row[CLAIM_AT + 1]] = Kept(*row[KEPT_AT:])
    return known


OWNER = "SELECT organization_id FROM assignment WHERE id = $1"


async def find_owner(connection: Connection, assignment_id: UUID) -> UUID | None:
    """Who owes the assignment by now; None when it was not heard of yet."""
    owner: UUID | None = await connection.fetchval(OWNER, assignment_id)
    return owner


READ_PRESENT = f"""
    SELECT {", ".join(f"s.{name}" for name in Submission.model_fields)}
      FROM unnest($1::uuid[]) AS wanted (id)
     CROSS JOIN LATERAL (
           -- Each by the index, as in READ_KNOWN.
           SELECT {", ".join(Submission.model_fields)} FROM submission WHERE assignment_id = wanted.id LIMIT 1
     ) AS s
"""  # noqa: S608


async def read_present(tx: Transaction, assignment_ids: Sequence[UUID]) -> dict[UUID, Submission]:
    """What was handed in for assignments that are locked, by assignment."""
    rows = await tx.connection.fetch(READ_PRESENT, assignment_ids)
    return {row["assignment_id"]: read_row(row) for row in rows}


RECEIVE = Parts(
    # Inside of a SELECT the planner cannot count them: it would make a plan anew for each hand-in that comes alone.
    given="""
        SELECT *, convert_from(content, 'UTF8') AS written FROM unnest((SELECT $1::handed_in[]))
    """,
    # An assignment that has changed since it was read has no row here, and then a NOT NULL lower down refuses the
    # whole. A version or a decision made meanwhile has the same revision, which clashes in the log.
    held="""
        SELECT a.id, a.campaign_id, a.deliverable_id, a.organization_id, a.review_stages
          FROM (SELECT DISTINCT assignment_id, assignment_version FROM given) AS g
          JOIN assignment a ON a.id = g.assignment_id
         WHERE a.version = g.assignment_version ORDER BY a.id FOR UPDATE OF a
    """,
    received="""
        INSERT INTO submission (id, version, created_at, updated_at, revision, campaign_id, assignment_id,
                                deliverable_id, organization_id, state, sections, nil_return, attachment_ids,
                                receipt_number, received_at, on_time, content_sha256, first_received_at, reasons,
                                review_stages, review_stage)
        SELECT given.id, version, received_at, received_at, revision, campaign_id, held.id, deliverable_id,
               organization_id, 'received', written::jsonb -> 'sections', nil_return, attachment_ids::uuid[],
               receipt_number, received_at, on_time, content_sha256, first_received_at, '[]', review_stages,
               review_stage
          FROM given LEFT JOIN held ON held.id = given.assignment_id WHERE is_newest
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
               organization_id = excluded.organization_id, revision = excluded.revision,
               state = excluded.state, sections = excluded.sections,
               nil_return = excluded.nil_return, attachment_ids = excluded.attachment_ids,
               receipt_number = excluded.receipt_number, received_at = excluded.received_at,
               on_time = excluded.on_time, content_sha256 = excluded.content_sha256,
               first_received_at = excluded.first_received_at, reasons = excluded.reasons, returned_at = NULL,
               correct_by = NULL, review_stages = excluded.review_stages, review_stage = excluded.review_stage,
               endorsed_at = NULL, endorsed_by = NULL, withdrawn_at = NULL, withdrawal_reason = NULL
        RETURNING id, organization_id
    """,
    versions="""
        INSERT INTO submission_version (submission_id, version, receipt_number, received_at, content_sha256, content,
                                        organization_id)
        SELECT received.id, version, receipt_number, received_at, content_sha256, written, organization_id
          FROM given JOIN received ON received.id = given.id
    """,
)
RACED = (asyncpg.UniqueViolationError, asyncpg.NotNullViolationError, asyncpg.DeadlockDetectedError)
"""What it fails with, together with the events, when something has changed since it was read."""


def receiving(owed: Mapping[UUID, Owed], versions: Sequence[tuple[Submission, bytes]]) -> Write:
    """Every version with its content, and each submission as the newest leaves it, to be written if assignments and
    what was there before are still as they were read; RACED if not.
    """
    newest = {each.id: each for each, _ in versions}
    rows = [
        (
            each.id,
            each.version,
            each.revision,
            each.assignment_id,
            owed[each.assignment_id].version,
            each.nil_return,
            "{" + ",".join(map(str, each.attachment_ids)) + "}",
            each.receipt_number,
            each.received_at,
            each.on_time,
            each.first_received_at,
            each.review_stage,
            each.content_sha256,
            content,
            newest[each.id] is each,
        )
        for each, content in versions
    ]
    return Write(RECEIVE, [rows])


VERSIONS = """
    SELECT v.version, v.receipt_number, v.received_at, v.content_sha256, v.content,
           coalesce(v.organization_id, s.organization_id) AS organization_id
      FROM submission_version v JOIN submission s ON s.id = v.submission_id
     WHERE v.submission_id = $1 ORDER BY v.version
"""


async def read_versions(connection: Connection, submission_id: UUID) -> list[SubmissionVersion]:
    """Every version, the first one first."""
    rows = await connection.fetch(VERSIONS, submission_id)
    return [SubmissionVersion.model_validate(dict(row)) for row in rows]


RECEIPT = """
    SELECT s.id, v.version, v.receipt_number, v.received_at, s.on_time, v.content_sha256, s.state, s.assignment_id,
           coalesce(v.organization_id, s.organization_id) AS organization_id, s.campaign_id,
           (v.content::jsonb ->> 'nil_return')::boolean AS nil_return
      FROM submission_version v JOIN submission s ON s.id = v.submission_id
     WHERE v.receipt_number = $1
"""


async def find_receipt(connection: Connection, receipt_number: str) -> tuple[Receipt, UUID]:
    """The receipt and its campaign, or NotFound."""
    row = await connection.fetchrow(RECEIPT, receipt_number)
    if row is None:
        raise NotFound(f"there is no receipt {receipt_number}, or it is not yours to see")
    return Receipt.model_validate(dict(row)), row["campaign_id"]


PAIR = """
    SELECT version, receipt_number, received_at, content_sha256, content
      FROM submission_version WHERE submission_id = $1 AND version IN ($2, $3)
"""


async def read_pair(
    connection: Connection, submission_id: UUID, one: int, other: int
) -> dict[int, SubmissionVersion]:
    """These two versions by their numbers, as far as they are there."""
    rows = await connection.fetch(PAIR, submission_id, one, other)
    return {row["version"]: SubmissionVersion.model_validate(dict(row)) for row in rows}


def _value(submission: Submission, name: str) -> Any:
    if name == "reasons":
        return [reason.model_dump(mode="json") for reason in submission.reasons]
    return getattr(submission, name)


def read_row(row: asyncpg.Record) -> Submission:
    """A submission out of its columns."""
    return Submission.model_validate(dict(row))


def read_columns(columns: Sequence[Any]) -> Submission:
    """The same, in the order of its fields."""
    return Submission.model_validate(dict(zip(Submission.model_fields, columns, strict=True)))
