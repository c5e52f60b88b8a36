"""Clashes over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.http.paging import BadCursor, CursorValue, Page, Paging, cut, read_id
from chassis.http.routes import Caller, make_router
from chassis.http.state import Db
from contracts.registry.clashes import Clash
from contracts.shapes import GivenInstant
from services.registry import rules
from services.registry.campaigns import store as campaigns
from services.registry.clashes import store
from services.registry.clashes.store import Asked, Place

router = make_router()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@router.get("/v1/campaigns/{campaign_id}/clashes")
async def list_clashes(
    campaign_id: UUID,
    caller: Caller,
    database: Db,
    paging: Paging,
    host_id: UUID | None = None,
    since: Annotated[GivenInstant | None, Query(alias="from")] = None,
    until: GivenInstant | None = None,
) -> Page[Clash]:
    """Pairs of registered or confirmed activities that overlap and share a host or the place, by when they start.

    One without an end counts as an hour; one that ends as another begins does not clash with it. Places are the same
    whatever their brackets, spaces and width. `host_id` finds pairs of which this organization hosts at least one;
    `from` and `until` those that last into that period.
    """
    rules.check_may_read(caller)
    after = paging.values(int, str, int, str)
    start = store.START if after is None else _read_place(after)
    async with database.reading() as connection:
        await campaigns.find(connection, campaign_id)
        asked = Asked(host_id, since, until)
        rows = await store.read_page(connection, campaign_id, start, asked, paging.limit + 1)
    return cut(rows, paging, _write_place)


def _write_place(clash: Clash) -> tuple[CursorValue, ...]:
    return (
        _microseconds(clash.first.starts_at),
        str(clash.first.id),
        _microseconds(clash.second.starts_at),
        str(clash.second.id),
    )


def _read_place(values: list[CursorValue]) -> Place:
    first, first_id, second, second_id = values
    return Place(_read_moment(first), read_id(first_id), _read_moment(second), read_id(second_id))


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _read_moment(value: CursorValue) -> datetime:
    try:
        return EPOCH + timedelta(microseconds=int(value))
    except (ValueError, OverflowError):
        raise BadCursor("this cursor belongs to another list; expected the next_cursor of this one") from None
