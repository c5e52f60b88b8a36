"""Figures: the overview, the matrix, the activities, the timeline, each at one moment out of one view of the tables."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database
from chassis.http.paging import PageRequest, cut, read_id, read_number, write_cursor
from contracts.reporting.figures import (
    ActivityFigures,
    CampaignFigures,
    DeliverableFigures,
    DistrictFigures,
    KindFigures,
    ListedActivities,
    ListedActivity,
    MatrixDeliverable,
    MatrixOrganization,
    Overview,
    ThemeDayDistrict,
    ThemeDayFigures,
    Timeline,
)
from services.reporting.figures import activities, counts, matrix, model, store, timeline
from services.reporting.figures.cells import FORM, write_cells
from services.reporting.figures.looking import Look, look
from services.reporting.figures.matrix import Debt
from services.reporting.rules import Scope

LAST = 1_000_000


async def read_overview(
    database: Database, campaign_id: UUID, as_of: datetime | None, actor: Principal
) -> Overview:
    """The campaign's figures, for what the caller may see."""
    async with database.looking() as connection:
        now = database.clock.now()
        looked = await look(connection, campaign_id, actor, now, as_of)
        return await overview_of(connection, looked)


async def overview_of(connection: Connection, looked: Look) -> Overview:
    """The overview of one look."""
    rows = await _count(connection, looked, looked.campaign.id)
    campaigns = await _count_below(connection, looked)
    names = await counts.read_names(
        connection, [row["district_id"] for row in model.only(rows, model.BY_DISTRICT)], looked.up_to
    )
    titles = await counts.read_deliverables(connection, looked.campaign.id, looked.up_to)
    title_of = {row["id"]: row["title"] for row in titles}
    districts = model.by_id(model.only(rows, model.BY_DISTRICT), "district_id")
    deliverables = model.by_id(model.only(rows, model.BY_DELIVERABLE), "deliverable_id")
    kinds = sorted(model.only(rows, model.BY_KIND), key=lambda row: str(row["unit_kind"]))
    summed = model.total(rows)
    campaign = looked.campaign
    return Overview(
        campaign_id=campaign.id,
        **model.figures(summed),
        acknowledgements_owed=summed["acknowledgements_owed"],
        acknowledgements_given=summed["acknowledgements_given"],
        deliverables=[
            DeliverableFigures(
                deliverable_id=id, title=title_of.get(id, ""), **model.figures(deliverables[id])
            )
            for id in sorted(deliverables)
        ],
        districts=[
            DistrictFigures(organization_id=id, name=names.get(id), **model.figures(districts[id]))
            for id in [*names, *(districts.keys() - names.keys())]
        ],
        kinds=[KindFigures(kind=row["unit_kind"], **model.figures(row)) for row in kinds],
        activities=await _count_activities(connection, looked),
        campaigns=campaigns,
        rolled_up=model.together([summed, *(each.model_dump() for each in campaigns)]) if campaigns else None,
        countdown=model.countdown(rows, campaign.starts_on, campaign.ends_on, looked.moment, looked.zone),
        as_of=looked.as_of,
        behind_seconds=round(await store.read_behind(connection), 1),
    )


async def _count(connection: Connection, looked: Look, campaign_id: UUID) -> list[dict[str, Any]]:
    rows = await counts.read_counts(
        connection, campaign_id, looked.scope, looked.district_id, looked.up_to, looked.moment
    )
    return list(rows)


async def _count_below(connection: Connection, looked: Look) -> list[CampaignFigures]:
    """Campaigns below this one, for who sees the whole of it: counts only, so no draft shows."""
    if not looked.scope.everything:
        return []
    whole = Scope(True, looked.scope.organization_id, False)
    found = []
    for campaign in await counts.find_below(connection, looked.campaign.id, looked.moment):
        rows = await counts.read_counts(connection, campaign["id"], whole, None, looked.up_to, looked.moment)
        found.append(
            CampaignFigures(
                campaign_id=campaign["id"],
                name=campaign["name"],
                issuer_id=campaign["issuer_id"],
                **model.figures(model.total(rows)),
            )
        )
    return found


async def _count_activities(connection: Connection, looked: Look) -> ActivityFigures:
    campaign, own = looked.campaign, (looked.sees_drafts, looked.host_id)
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for what, name, activity_count in await activities.count_activities(
        connection, campaign.id, looked.up_to, *own
    ):
        counted[what][name] = activity_count
    days: dict[tuple[Any, str], ThemeDayFigures] = {}
    by_day = await activities.count_theme_days(
        connection, campaign.id, looked.up_to, *own, campaign.timezone, campaign.issuer_id
    )
    names = await counts.read_names(connection, list({row[2] for row in by_day if row[2]}), looked.up_to)
    for day, name, _, activity_count, is_whole in by_day:
        if is_whole:
            days[day, name] = ThemeDayFigures(date=day, name=name, total=activity_count, districts=[])
    for day, name, district_id, activity_count, is_whole in by_day:
        if not is_whole and activity_count:
            shown = None if district_id is None else names.get(district_id)
            days[day, name].districts.append(
                ThemeDayDistrict(organization_id=district_id, name=shown, total=activity_count)
            )
    return ActivityFigures(
        total=sum(counted["state"].values()),
        by_category=counted["category"],
        by_state=dict(sorted(counted["state"].items())),
        by_setting=model.coverage(counted["settings"], model.SETTINGS),
        by_audience=model.coverage(counted["audiences"], model.AUDIENCES),
        by_product=counted["products"],
        by_carrier=counted["carriers"],
        theme_days=list(days.values()),
    )


async def write_matrix(
    database: Database,
    campaign_id: UUID,
    parent_id: UUID | None,
    as_of: datetime | None,
    paging: PageRequest,
    actor: Principal,
) -> bytes:
    """Who owes what and how far it is, in the office's order: a Matrix, put together out of texts that are kept."""
    after = paging.values(int, str)
    start = (read_number(after[0]), read_id(after[1])) if after else (-1, UUID(int=0))
    async with database.looking() as connection:
        looked = await look(connection, campaign_id, actor, database.clock.now(), as_of)
        columns = await counts.read_deliverables(connection, campaign_id, looked.up_to)
        asked = (connection, campaign_id, looked.scope, start, parent_id, paging.limit + 1)
        rows: Sequence[tuple[dict[str, Any], bytes | list[Debt]]]
        if looked.is_past:
            rows = await matrix.read_past_rows(*asked, looked.up_to)
        else:
            rows = await matrix.read_rows(*asked, FORM, looked.campaign.timezone, looked.moment)
        behind = await store.read_behind(connection)
    shown = rows[: paging.limit]
    last = shown[-1][0] if len(rows) > paging.limit else None
    before = {"deliverables": [MatrixDeliverable(**_local(column, looked.zone)) for column in columns]}
    behind_them = {
        "next_cursor": None if last is None else write_cursor(last["sort_order"], str(last["id"])),
        "as_of": looked.as_of,
        "behind_seconds": round(behind, 1),
    }
    return b"".join(
        (to_json(before)[:-1], b',"rows":[', _rows(shown, looked), b"],", to_json(behind_them)[1:])
    )


def _rows(shown: Sequence[tuple[dict[str, Any], bytes | list[Debt]]], looked: Look) -> bytes:
    rows = []
    for unit, cells in shown:
        body = cells if isinstance(cells, bytes) else write_cells(cells, looked.moment, looked.zone).body
        rows.append(b'{"organization":' + to_json(MatrixOrganization(**unit)) + b',"cells":' + body + b"}")
    return b",".join(rows)


def _local(values: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The same values with their moments in the campaign's zone."""
    return {
        name: value.astimezone(zone) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


async def list_activities(
    database: Database, campaign_id: UUID, as_of: datetime | None, paging: PageRequest, actor: Principal
) -> ListedActivities:
    """The activities by serial number, with the names of their hosts."""
    after = paging.values(int, str)
    start = (read_number(after[0]), read_id(after[1])) if after else (-1, UUID(int=0))
    async with database.looking() as connection:
        looked = await look(connection, campaign_id, actor, database.clock.now(), as_of)
        rows = await activities.read_activities(
            connection,
            campaign_id,
            looked.up_to,
            looked.sees_drafts,
            looked.host_id,
            start,
            paging.limit + 1,
        )
        behind = await store.read_behind(connection)
    listed = [ListedActivity.model_validate(row) for row in rows]
    page = cut(listed, paging, lambda each: (each.serial_number or LAST, str(each.id)))
    return ListedActivities(
        items=page.items,
        next_cursor=page.next_cursor,
        as_of=looked.as_of,
        behind_seconds=round(behind, 1),
    )


async def read_timeline(
    database: Database, campaign_id: UUID, as_of: datetime | None, actor: Principal
) -> Timeline:
    """The burn-down: what was due, came in and was still owed, day by day."""
    async with database.looking() as connection:
        looked = await look(connection, campaign_id, actor, database.clock.now(), as_of)
        rows = await _count(connection, looked, campaign_id)
        moved = await timeline.read_days(
            connection,
            campaign_id,
            looked.scope,
            looked.district_id,
            looked.up_to,
            looked.campaign.timezone,
        )
        behind = await store.read_behind(connection)
    return Timeline(
        days=model.burn_down(model.due_by_day(rows, looked.zone), moved, looked.as_of.date()),
        still_owed=model.total(rows)["owed"],
        as_of=looked.as_of,
        behind_seconds=round(behind, 1),
    )
