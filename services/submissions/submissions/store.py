"""Submissions and their versions in PostgreSQL."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
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


LOCK_OWED = """
    -- Locked in one order by all, so that versions are numbered one after another and nobody waits in a ring. The
    -- two CASEs are looked up only where they matter: whom to ask when it has closed, and whether anybody stands
    -- between unit and issuer for the first of two stages.
    SELECT a.id, a.campaign_id, a.deliverable_id, a.organization_id, a.sections, a.due_at, a.closes_at, a.state,
           (SELECT timezone FROM campaign c WHERE c.id = a.campaign_id) AS timezone, a.review_stages,
           CASE WHEN a.review_stages = 1 THEN 1
                WHEN EXISTS (SELECT FROM organization o JOIN campaign c ON c.id = a.campaign_id
                              WHERE o.id = a.organization_id AND o.id <> c.issuer_id AND o.parent_id <> c.issuer_id)
                THEN 1 ELSE 2 END AS first_stage,
           CASE WHEN a.closes_at IS NOT NULL
                THEN (SELECT o.body ->> 'name' FROM campaign c JOIN organization o ON o.id = c.issuer_id
                       WHERE c.id = a.campaign_id) END AS issuer_name
      FROM assignment a WHERE a.id = ANY ($1::uuid[]) ORDER BY a.id FOR UPDATE
"""


async def lock_owed(tx: Transaction, assignment_ids: Sequence[UUID]) -> dict[UUID, Owed]:
    """The assignments that were heard of, by id, held until the transaction ends."""
    rows = await tx.connection.fetch(LOCK_OWED, assignment_ids)
    return {row["id"]: Owed(**{**dict(row), "sections": tuple(row["sections"])}) for row in rows}


OWNER = "SELECT organization_id FROM assignment WHERE id = $1"


async def find_owner(connection: Connection, assignment_id: UUID) -> UUID | None:
    """Who owes the assignment by now; None when it was not heard of yet."""
    owner: UUID | None = await connection.fetchval(OWNER, assignment_id)
    return owner


READ_PRESENT = """
    SELECT id, version, created_at, updated_at, revision, campaign_id, assignment_id, deliverable_id, organization_id,
           state, sections, nil_return, attachment_ids, receipt_number, received_at, on_time, content_sha256,
           first_received_at, accepted_version, accepted_at, reasons, returned_at, correct_by, review_stages,
           review_stage, endorsed_at, endorsed_by, withdrawn_at, withdrawal_reason
      FROM submission WHERE assignment_id = ANY ($1::uuid[])
"""


async def read_present(tx: Transaction, assignment_ids: Sequence[UUID]) -> dict[UUID, Submission]:
    """What was handed in for assignments that are locked, by assignment."""
    rows = await tx.connection.fetch(READ_PRESENT, assignment_ids)
    return {row["assignment_id"]: read_row(row) for row in rows}


SAVE_RECEIVED = """
    WITH received AS (
        INSERT INTO submission (id, version, created_at, updated_at, revision, campaign_id, assignment_id,
                                deliverable_id, organization_id, state, sections, nil_return, attachment_ids,
                                receipt_number, received_at, on_time, content_sha256, first_received_at, reasons,
                                review_stages, review_stage)
        SELECT id, version, received_at, received_at, revision, campaign_id, assignment_id, deliverable_id,
               organization_id, 'received', sections::jsonb, nil_return, attachment_ids::uuid[], receipt_number,
               received_at, on_time, content_sha256, first_received_at, '[]', review_stages, review_stage
          FROM unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[],
                      $9::bool[], $10::text[], $11::text[], $12::timestamptz[], $13::bool[], $14::text[],
                      $15::timestamptz[], $16::int[], $17::int[])
               AS s (id, version, revision, campaign_id, assignment_id, deliverable_id, organization_id, sections,
                     nil_return, attachment_ids, receipt_number, received_at, on_time, content_sha256,
                     first_received_at, review_stages, review_stage)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
               organization_id = excluded.organization_id, revision = excluded.revision,
               state = excluded.state, sections = excluded.sections,
               nil_return = excluded.nil_return, attachment_ids = excluded.attachment_ids,
               receipt_number = excluded.receipt_number, received_at = excluded.received_at,
               on_time = excluded.on_time, content_sha256 = excluded.content_sha256,
               first_received_at = excluded.first_received_at, reasons = excluded.reasons, returned_at = NULL,
               correct_by = NULL, review_stages = excluded.review_stages, review_stage = excluded.review_stage,
               endorsed_at = NULL, endorsed_by = NULL, withdrawn_at = NULL, withdrawal_reason = NULL
    )
    INSERT INTO submission_version (submission_id, version, receipt_number, received_at, content_sha256, content,
                                    organization_id)
    SELECT submission_id, version, receipt_number, received_at, content_sha256, content, organization_id
      FROM unnest($18::uuid[], $19::int[], $20::text[], $21::timestamptz[], $22::text[], $23::text[], $24::uuid[])
           AS v (submission_id, version, receipt_number, received_at, content_sha256, content, organization_id)
"""
RECEIVED = ("id", "version", "revision", "campaign_id", "assignment_id", "deliverable_id", "organization_id")
RECEIPTS = (
    "receipt_number",
    "received_at",
    "on_time",
    "content_sha256",
    "first_received_at",
    "review_stages",
    "review_stage",
)
VERSION = ("version", "receipt_number", "received_at", "content_sha256", "content", "organization_id")


async def save_received(
    tx: Transaction, submissions: Sequence[Submission], versions: Sequence[tuple[UUID, SubmissionVersion]]
) -> None:
    """Keep each submission as it stands now, and every version of it as it was handed in."""
    if not submissions:
        return
    await tx.connection.execute(
        SAVE_RECEIVED,
        *([getattr(each, name) for each in submissions] for name in RECEIVED),
        [json.dumps(each.sections, ensure_ascii=False) for each in submissions],
        [each.nil_return for each in submissions],
        ["{" + ",".join(map(str, each.attachment_ids)) + "}" for each in submissions],
        *([getattr(each, name) for each in submissions] for name in RECEIPTS),
        [submission_id for submission_id, _ in versions],
        *([getattr(version, name) for _, version in versions] for name in VERSION),
    )


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
