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
           first_received_at, accepted_version, accepted_at, reasons, returned_at, correct_by
      FROM submission WHERE id = $1
"""


async def find(connection: Connection, id: UUID) -> Submission:
    """The submission, or NotFound."""
    row = await connection.fetchrow(FIND, id)
    if row is None:
        raise NotFound(f"there is no submission {id}, or it is not yours to see")
    return _read(row)


INSERT = """
    INSERT INTO submission (id, version, created_at, updated_at, revision, campaign_id, assignment_id, deliverable_id,
                            organization_id, state, sections, nil_return, attachment_ids, receipt_number, received_at,
                            on_time, content_sha256, first_received_at, accepted_version, accepted_at, reasons,
                            returned_at, correct_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
           revision = excluded.revision, state = excluded.state, sections = excluded.sections,
           nil_return = excluded.nil_return, attachment_ids = excluded.attachment_ids,
           receipt_number = excluded.receipt_number, received_at = excluded.received_at,
           content_sha256 = excluded.content_sha256, accepted_version = excluded.accepted_version,
           accepted_at = excluded.accepted_at, reasons = excluded.reasons, returned_at = excluded.returned_at,
           correct_by = excluded.correct_by
"""


async def save(tx: Transaction, submission: Submission) -> None:
    """Keep a submission as it stands now."""
    await tx.connection.execute(INSERT, *(_value(submission, name) for name in Submission.model_fields))


LOCK_OWED = """
    -- Locked in one order by all, so that versions are numbered one after another and nobody waits in a ring.
    SELECT a.id, a.campaign_id, a.deliverable_id, a.organization_id, a.sections, a.due_at, a.closes_at, a.state,
           (SELECT timezone FROM campaign c WHERE c.id = a.campaign_id) AS timezone
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
           first_received_at, accepted_version, accepted_at, reasons, returned_at, correct_by
      FROM submission WHERE assignment_id = ANY ($1::uuid[])
"""


async def read_present(tx: Transaction, assignment_ids: Sequence[UUID]) -> dict[UUID, Submission]:
    """What was handed in for assignments that are locked, by assignment."""
    rows = await tx.connection.fetch(READ_PRESENT, assignment_ids)
    return {row["assignment_id"]: _read(row) for row in rows}


SAVE_RECEIVED = """
    WITH received AS (
        INSERT INTO submission (id, version, created_at, updated_at, revision, campaign_id, assignment_id,
                                deliverable_id, organization_id, state, sections, nil_return, attachment_ids,
                                receipt_number, received_at, on_time, content_sha256, first_received_at, reasons)
        SELECT id, version, received_at, received_at, revision, campaign_id, assignment_id, deliverable_id,
               organization_id, 'received', sections::jsonb, nil_return, attachment_ids::uuid[], receipt_number,
               received_at, on_time, content_sha256, first_received_at, '[]'
          FROM unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[],
                      $9::bool[], $10::text[], $11::text[], $12::timestamptz[], $13::bool[], $14::text[],
                      $15::timestamptz[])
               AS s (id, version, revision, campaign_id, assignment_id, deliverable_id, organization_id, sections,
                     nil_return, attachment_ids, receipt_number, received_at, on_time, content_sha256,
                     first_received_at)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at,
               organization_id = excluded.organization_id, revision = excluded.revision,
               state = excluded.state, sections = excluded.sections,
               nil_return = excluded.nil_return, attachment_ids = excluded.attachment_ids,
               receipt_number = excluded.receipt_number, received_at = excluded.received_at,
               content_sha256 = excluded.content_sha256, reasons = excluded.reasons, returned_at = NULL,
               correct_by = NULL
    )
    INSERT INTO submission_version (submission_id, version, receipt_number, received_at, content_sha256, content,
                                    organization_id)
    SELECT submission_id, version, receipt_number, received_at, content_sha256, content, organization_id
      FROM unnest($16::uuid[], $17::int[], $18::text[], $19::timestamptz[], $20::text[], $21::text[], $22::uuid[])
           AS v (submission_id, version, receipt_number, received_at, content_sha256, content, organization_id)
"""
RECEIVED = ("id", "version", "revision", "campaign_id", "assignment_id", "deliverable_id", "organization_id")
RECEIPTS = ("receipt_number", "received_at", "on_time", "content_sha256", "first_received_at")
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


LIST = """
    -- Own submissions (handed in, or owed by now in another's place), those below an overseer, those of campaigns
    -- that the caller issues, or all for an auditor.
    WITH RECURSIVE seen AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $2
    )
    SELECT s.id, s.version, s.created_at, s.updated_at, s.revision, s.campaign_id, s.assignment_id, s.deliverable_id,
           s.organization_id, s.state, s.sections, s.nil_return, s.attachment_ids, s.receipt_number, s.received_at,
           s.on_time, s.content_sha256, s.first_received_at, s.accepted_version, s.accepted_at, s.reasons,
           s.returned_at, s.correct_by
      FROM submission s
      LEFT JOIN campaign c ON c.id = s.campaign_id
      LEFT JOIN assignment a ON a.id = s.assignment_id
     WHERE s.id > $5
       AND (s.organization_id IN (SELECT id FROM seen) OR a.organization_id IN (SELECT id FROM seen)
            OR ($3 AND c.issuer_id = $1) OR $4)
       AND ($6::uuid IS NULL OR s.campaign_id = $6)
       AND ($7::uuid IS NULL OR s.assignment_id = $7)
       AND ($8::uuid IS NULL OR $8 IN (s.organization_id, a.organization_id))
       AND ($9::text IS NULL OR s.state = $9)
     ORDER BY s.id LIMIT $10
"""


async def read_page(
    connection: Connection,
    organization_id: UUID,
    role: str,
    after: UUID,
    filters: tuple[UUID | None, UUID | None, UUID | None, str | None],
    limit: int,
) -> list[Submission]:
    """What this caller may see; `filters` are campaign, assignment, organization and state."""
    rows = await connection.fetch(
        LIST,
        organization_id,
        role == "overseer",
        role == "coordinator",
        role == "auditor",
        after,
        *filters,
        limit,
    )
    return [_read(row) for row in rows]


def _value(submission: Submission, name: str) -> Any:
    if name == "reasons":
        return [reason.model_dump(mode="json") for reason in submission.reasons]
    return getattr(submission, name)


def _read(row: asyncpg.Record) -> Submission:
    return Submission.model_validate(dict(row))
