"""Submissions and their versions in PostgreSQL."""

from typing import Any
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import NotFound
from contracts.submissions.submissions import Receipt, Submission, SubmissionVersion
from services.submissions.submissions.model import Owed

LOCK_OWED = """
    -- The assignment is locked, so that versions are numbered one after another.
    SELECT a.id, a.campaign_id, a.deliverable_id, a.organization_id, a.sections, a.due_at, a.closes_at, a.state,
           (SELECT timezone FROM campaign c WHERE c.id = a.campaign_id) AS timezone
      FROM assignment a WHERE a.id = $1 FOR UPDATE
"""


async def lock_owed(tx: Transaction, assignment_id: UUID) -> Owed | None:
    """The assignment, held until the transaction ends; None when it was not heard of."""
    row = await tx.connection.fetchrow(LOCK_OWED, assignment_id)
    return None if row is None else Owed(**{**dict(row), "sections": tuple(row["sections"])})


FIND_FOR = """
    SELECT id, version, created_at, updated_at, revision, campaign_id, assignment_id, deliverable_id, organization_id,
           state, sections, nil_return, attachment_ids, receipt_number, received_at, on_time, content_sha256,
           first_received_at, accepted_version, accepted_at, reasons, returned_at, correct_by
      FROM submission WHERE assignment_id = $1
"""


async def find_for(tx: Transaction, assignment_id: UUID) -> Submission | None:
    """What was handed in for an assignment that is locked."""
    row = await tx.connection.fetchrow(FIND_FOR, assignment_id)
    return None if row is None else _read(row)


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


INSERT_VERSION = """
    INSERT INTO submission_version (submission_id, version, receipt_number, received_at, content_sha256, content)
    VALUES ($1, $2, $3, $4, $5, $6)
"""


async def insert_version(tx: Transaction, submission_id: UUID, version: SubmissionVersion) -> None:
    """Keep a version as it was handed in."""
    await tx.connection.execute(
        INSERT_VERSION,
        submission_id,
        version.version,
        version.receipt_number,
        version.received_at,
        version.content_sha256,
        version.content,
    )


VERSIONS = """
    SELECT version, receipt_number, received_at, content_sha256, content
      FROM submission_version WHERE submission_id = $1 ORDER BY version
"""


async def read_versions(connection: Connection, submission_id: UUID) -> list[SubmissionVersion]:
    """Every version, the first one first."""
    rows = await connection.fetch(VERSIONS, submission_id)
    return [SubmissionVersion.model_validate(dict(row)) for row in rows]


RECEIPT = """
    SELECT s.id, v.version, v.receipt_number, v.received_at, s.on_time, v.content_sha256, s.state, s.assignment_id,
           s.organization_id, s.campaign_id, (v.content::jsonb ->> 'nil_return')::boolean AS nil_return
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
    -- Own submissions, those below an overseer, those of campaigns that the caller issues, or all for an auditor.
    WITH RECURSIVE seen AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $2
    )
    SELECT s.id, s.version, s.created_at, s.updated_at, s.revision, s.campaign_id, s.assignment_id, s.deliverable_id,
           s.organization_id, s.state, s.sections, s.nil_return, s.attachment_ids, s.receipt_number, s.received_at,
           s.on_time, s.content_sha256, s.first_received_at, s.accepted_version, s.accepted_at, s.reasons,
           s.returned_at, s.correct_by
      FROM submission s LEFT JOIN campaign c ON c.id = s.campaign_id
     WHERE s.id > $5
       AND (s.organization_id IN (SELECT id FROM seen) OR ($3 AND c.issuer_id = $1) OR $4)
       AND ($6::uuid IS NULL OR s.campaign_id = $6)
       AND ($7::uuid IS NULL OR s.assignment_id = $7)
       AND ($8::uuid IS NULL OR s.organization_id = $8)
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
