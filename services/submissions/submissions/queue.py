"""The queue of those who review, and everybody's list: submissions in the order in which they arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.access import Principal
from chassis.connections import Connection
from chassis.http.paging import BadCursor, PageRequest, read_id
from contracts.submissions.submissions import ListedSubmission, State


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; `below` is an organization with all that stands below it."""

    campaign_id: UUID | None = None
    assignment_id: UUID | None = None
    organization_id: UUID | None = None
    state: State | None = None
    deliverable_id: UUID | None = None
    review_stage: int | None = None
    below: UUID | None = None


LIST = """
    -- Own submissions (handed in, or owed by now in another's place), those below an overseer, those of campaigns
    -- that the caller issues, for an auditor also of those that units below issue.
    WITH RECURSIVE seen AS (
        SELECT $1::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN seen ON o.parent_id = seen.id WHERE $2
    ), issuing AS (
        SELECT $1::uuid AS id WHERE $3 OR $4
        UNION
        SELECT o.id FROM organization o JOIN issuing ON o.parent_id = issuing.id WHERE $4
    ), under AS (
        SELECT $13::uuid AS id
        UNION
        SELECT o.id FROM organization o JOIN under ON o.parent_id = under.id
    ), page AS (
        SELECT s.id FROM submission s LEFT JOIN assignment owed ON owed.id = s.assignment_id
         WHERE (s.received_at, s.id) > ($5, $6)
           AND (s.organization_id IN (SELECT id FROM seen) OR owed.organization_id IN (SELECT id FROM seen)
                OR s.campaign_id IN (SELECT c.id FROM campaign c WHERE c.issuer_id IN (SELECT id FROM issuing)))
           AND ($7::uuid IS NULL OR s.campaign_id = $7)
           AND ($8::uuid IS NULL OR s.assignment_id = $8)
           AND ($9::uuid IS NULL OR $9 IN (s.organization_id, owed.organization_id))
           AND ($10::text IS NULL OR s.state = $10)
           AND ($11::uuid IS NULL OR s.deliverable_id = $11)
           AND ($12::int IS NULL OR s.review_stage = $12)
           AND ($13::uuid IS NULL OR s.organization_id IN (SELECT id FROM under))
         ORDER BY s.received_at, s.id LIMIT $14
    )
    SELECT s.id, s.version, s.created_at, s.updated_at, s.revision, s.campaign_id, s.assignment_id, s.deliverable_id,
           s.organization_id, s.state, s.sections, s.nil_return, s.attachment_ids, s.receipt_number, s.received_at,
           s.on_time, s.content_sha256, s.first_received_at, s.accepted_version, s.accepted_at, s.reasons,
           s.returned_at, s.correct_by, s.review_stages, s.review_stage, s.endorsed_at, s.endorsed_by, s.withdrawn_at,
           s.withdrawal_reason, coalesce(a.title, '') AS title, a.due_at, c.timezone
      FROM page
      JOIN submission s USING (id)
      LEFT JOIN campaign c ON c.id = s.campaign_id
      LEFT JOIN assignment a ON a.id = s.assignment_id
     ORDER BY s.received_at, s.id
"""


async def read_page(
    connection: Connection, caller: Principal, paging: PageRequest, filters: Filters
) -> list[ListedSubmission]:
    """What this caller may see, one more than the page holds."""
    rows = await connection.fetch(
        LIST,
        caller.organization_id,
        caller.role == "overseer",
        caller.role == "coordinator",
        caller.role == "auditor",
        *_start(paging),
        filters.campaign_id,
        filters.assignment_id,
        filters.organization_id,
        filters.state,
        filters.deliverable_id,
        filters.review_stage,
        filters.below,
        paging.limit + 1,
    )
    return [_read(dict(row)) for row in rows]


def place_of(submission: ListedSubmission) -> tuple[str, str]:
    """Where a list that is ordered by arrival goes on."""
    return submission.received_at.isoformat(), str(submission.id)


def _start(paging: PageRequest) -> tuple[datetime, UUID]:
    after = paging.values(str, str)
    if after is None:
        return datetime.fromisoformat("0001-01-02T00:00:00+00:00"), UUID(int=0)
    return _read_moment(str(after[0])), read_id(after[1])


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadCursor("this cursor belongs to another list; expected the next_cursor of this one")
    return moment


def _read(row: Mapping[str, object]) -> ListedSubmission:
    listed = ListedSubmission.model_validate(row)
    zone = ZoneInfo(str(row["timezone"] or "UTC"))
    due_at = None if listed.due_at is None else listed.due_at.astimezone(zone)
    return listed.model_copy(update={"due_at": due_at})
