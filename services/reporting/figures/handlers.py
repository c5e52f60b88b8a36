"""Figures: the overview, the matrix, the activities, each from one connection and at one moment."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.access import Principal
from chassis.database import Database
from chassis.http.paging import PageRequest, read_id, write_cursor
from contracts.reporting.figures import (
    ActivityFigures,
    Cell,
    Matrix,
    MatrixDeliverable,
    MatrixOrganization,
    MatrixRow,
    Overview,
)
from services.reporting import rules
from services.reporting.figures import model, store


async def read_overview(database: Database, campaign_id: UUID, actor: Principal) -> Overview:
    """The campaign's figures, for what the caller may see."""
    rules.check_may_read(actor)
    now = database.clock.now()
    async with database.reading() as connection:
        campaign = await store.find_campaign(connection, campaign_id)
        scope = rules.scope_of(actor, await store.read_line(connection, campaign.issuer_id))
        counts = await store.count(connection, campaign_id, scope, now)
        owed, given = await store.count_acknowledgements(connection, campaign_id, scope)
        activities = await store.count_activities(
            connection, campaign_id, rules.sees_drafts(actor, campaign.issuer_id), actor.organization_id
        )
        behind = await store.read_behind(connection)
    summed = model.total(counts)
    return Overview(
        campaign_id=campaign_id,
        completeness=model.rate(summed["actual"], summed["expected"]),
        timeliness=model.rate(summed["actual_on_time"], summed["expected"]),
        acknowledgements_owed=owed,
        acknowledgements_given=given,
        deliverables=[each.figures for each in counts],
        activities=_activity_figures(activities),
        as_of=now.astimezone(ZoneInfo(campaign.timezone)),
        behind_seconds=round(behind, 1),
        **summed,
    )


def _activity_figures(counted: list[tuple[str, str, int]]) -> ActivityFigures:
    by_category, by_state = dict[str, int](), dict[str, int]()
    for category, state, activity_count in counted:
        by_category[category] = by_category.get(category, 0) + activity_count
        by_state[state] = by_state.get(state, 0) + activity_count
    return ActivityFigures(
        total=sum(by_state.values()), by_category=by_category, by_state=dict(sorted(by_state.items()))
    )


async def read_matrix(
    database: Database, campaign_id: UUID, parent_id: UUID | None, paging: PageRequest, actor: Principal
) -> Matrix:
    """Who owes what and how far it is, in the office's order."""
    rules.check_may_read(actor)
    now = database.clock.now()
    after = paging.values(int, str)
    start = (int(after[0]), read_id(after[1])) if after else (-1, UUID(int=0))
    async with database.reading() as connection:
        campaign = await store.find_campaign(connection, campaign_id)
        scope = rules.scope_of(actor, await store.read_line(connection, campaign.issuer_id))
        columns = await store.read_deliverables(connection, campaign_id)
        rows = await store.read_rows(connection, campaign_id, scope, start, parent_id, paging.limit + 1)
        shown = rows[: paging.limit]
        cells = await store.read_cells(connection, campaign_id, [row["id"] for row in shown])
        behind = await store.read_behind(connection)
    zone = ZoneInfo(campaign.timezone)
    by_organization: dict[UUID, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_organization[cell["organization_id"]].append(_cell(cell, zone, now))
    last = shown[-1] if len(rows) > paging.limit else None
    return Matrix(
        deliverables=[MatrixDeliverable(**_local(dict(column), zone)) for column in columns],
        rows=[
            MatrixRow(organization=MatrixOrganization(**dict(row)), cells=by_organization[row["id"]])
            for row in shown
        ],
        next_cursor=None if last is None else write_cursor(last["sort_order"], str(last["id"])),
        as_of=now.astimezone(zone),
        behind_seconds=round(behind, 1),
    )


def _cell(row: Any, zone: ZoneInfo, now: datetime) -> Cell:
    return Cell(
        deliverable_id=row["deliverable_id"],
        assignment_id=row["assignment_id"],
        due_at=None if row["due_at"] is None else row["due_at"].astimezone(zone),
        nil_return=row["nil_return"],
        review_stages=row["review_stages"],
        review_stage=row["review_stage"],
        state=model.cell_state(row["assigned"], row["state"], row["on_time"], row["due_at"], now),
    )


def _local(values: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The same values with their moments in the campaign's zone."""
    return {
        name: value.astimezone(zone) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
