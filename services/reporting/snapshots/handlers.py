"""Snapshots: taken by the issuer, read by whoever sees the whole of the campaign, never changed."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Path

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database
from chassis.http.paging import Page, PageRequest, cut, read_number
from chassis.identity import new_id
from contracts.reporting.snapshots import (
    ListedSnapshot,
    Snapshot,
    SnapshotContent,
    SnapshotDifference,
    TakeSnapshot,
)
from services.reporting import rules
from services.reporting.counters import store as counters
from services.reporting.figures import store as figures
from services.reporting.figures.handlers import overview_of
from services.reporting.figures.looking import NOBODY, look
from services.reporting.snapshots import model, store

Number = Annotated[int, Path(ge=1, le=1_000_000)]


async def take_snapshot(
    database: Database, campaign_id: UUID, command: TakeSnapshot, actor: Principal
) -> Snapshot:
    """Freeze the figures of a moment under the next number; of drafts nothing is in it."""
    async with database.transaction() as tx:
        campaign = await figures.find_campaign(tx.connection, campaign_id)
        rules.check_may_take_snapshot(actor, campaign.issuer_id)
        # Nobody counts meanwhile, so all of it is of one state of the counters; and nobody takes the same number.
        await counters.begin(tx)
        looked = await look(tx.connection, campaign_id, actor, tx.now, command.as_of or tx.now)
        overview = await overview_of(tx.connection, replace(looked, sees_drafts=False, host_id=NOBODY))
        matrix = await store.count_states(tx.connection, campaign_id, looked.up_to)
        content = SnapshotContent(overview=overview, matrix=matrix).model_dump(mode="json")
        text, sha256 = model.write_down(content)
        snapshot = Snapshot(
            id=new_id(),
            campaign_id=campaign_id,
            number=await store.next_number(tx, campaign_id),
            title=command.title or model.name_moment(looked.as_of),
            as_of=looked.moment,
            taken_at=tx.now,
            taken_by=actor.key_id,
            sha256=sha256,
            content=content,
        )
        await store.insert(tx, snapshot, text)
        return tx.answer(snapshot)


async def find_snapshot(database: Database, campaign_id: UUID, number: int, actor: Principal) -> Snapshot:
    """One snapshot, with all that it holds."""
    async with database.reading() as connection:
        await _check_may_read(connection, campaign_id, actor)
        return await store.find(connection, campaign_id, number)


async def list_snapshots(
    database: Database, campaign_id: UUID, paging: PageRequest, actor: Principal
) -> Page[ListedSnapshot]:
    """A campaign's snapshots by number."""
    after = paging.values(int)
    async with database.reading() as connection:
        await _check_may_read(connection, campaign_id, actor)
        start = read_number(after[0]) if after else 0
        rows = await store.read_page(connection, campaign_id, start, paging.limit + 1)
    return cut(rows, paging, lambda each: (each.number,))


async def compare_snapshots(
    database: Database, campaign_id: UUID, number: int, to: int, actor: Principal
) -> SnapshotDifference:
    """What one says other than another."""
    async with database.reading() as connection:
        await _check_may_read(connection, campaign_id, actor)
        before = await store.find(connection, campaign_id, number)
        after = await store.find(connection, campaign_id, to)
    return model.compare(before, after)


async def _check_may_read(connection: Connection, campaign_id: UUID, actor: Principal) -> None:
    campaign = await figures.find_campaign(connection, campaign_id)
    rules.check_sees_all(actor, await figures.read_line(connection, campaign.issuer_id))
