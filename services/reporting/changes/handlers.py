"""Looking on: a campaign's changes as they are heard, from a position on."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from chassis.access import Principal
from chassis.connections import UNAVAILABLE
from chassis.database import Database
from chassis.refusals import Refusal, Unavailable
from contracts.reporting.changes import Change, Changes
from services.reporting import rules
from services.reporting.changes import model, store
from services.reporting.figures import store as figures

LOOK_SECONDS = 0.5
MOST_ONLOOKERS = 200


class TooManyOnlookers(Unavailable):
    """This process tells as many as it can."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message: `changes`, or `reset` when what came before it is no longer kept, or `refused` at the end."""

    name: str
    position: int
    data: str


class Feed:
    """How far the table reaches, looked at once for all who look on in this process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.onlooker_count = 0
        self._ends = store.Ends(0, 0)
        self._looked_at = 0.0
        self._looking = asyncio.Lock()

    async def read_ends(self) -> store.Ends:
        """The newest look, at most LOOK_SECONDS old."""
        async with self._looking:
            if time.monotonic() - self._looked_at > LOOK_SECONDS:
                async with self.database.reading() as connection:
                    self._ends = await store.read_ends(connection)
                self._looked_at = time.monotonic()
            return self._ends


Admit = Callable[[], Awaitable[Principal]]


async def check_may_look_on(feed: Feed, campaign_id: UUID, actor: Principal) -> None:
    """Refuse before anything is streamed."""
    await _see(feed.database, campaign_id, actor)
    if feed.onlooker_count >= MOST_ONLOOKERS:
        raise TooManyOnlookers(
            f"{MOST_ONLOOKERS} look on here already; expected to be asked again in a moment"
        )


async def look_on(feed: Feed, campaign_id: UUID, admit: Admit, position: int | None) -> AsyncIterator[Told]:
    """Changes of the campaign from behind `position` on, or from now; ends when the caller's key does."""
    feed.onlooker_count += 1
    try:
        if position is None:
            position = (await feed.read_ends()).newest
            yield Told("changes", position, await _write(feed.database, []))
        while True:
            try:
                actor = await admit()
                newest = (await feed.read_ends()).newest
                while position != newest:
                    told = await _read_on(feed.database, campaign_id, actor, position, newest)
                    if told.name == "reset" or told.data:
                        yield told
                    position, newest = told.position, max(newest, told.position)
            except Refusal as refusal:
                yield Told("refused", position, str(refusal))
                return
            except UNAVAILABLE:
                # The figures cannot be read now either; what is missed is told when the database is back.
                pass
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        feed.onlooker_count -= 1


async def _read_on(
    database: Database, campaign_id: UUID, actor: Principal, position: int, newest: int
) -> Told:
    """The next message, its data empty when it is for others; `newest` was read before."""
    onlooker = await _see(database, campaign_id, actor)
    async with database.reading() as connection:
        changes = await store.read_on(connection, campaign_id, position)
        # Looked at behind the changes: what was let go of before they were read shows here.
        ends = await store.read_ends(connection)
    if not ends.oldest - 1 <= position <= ends.newest:
        return Told("reset", ends.newest, await _write(database, []))
    page_is_full = len(changes) == store.PAGE
    reached = max(position, 0 if page_is_full else newest, *(each.position for each in changes))
    told = [each for each in changes if model.is_told(each, onlooker)]
    return Told("changes", reached, await _write(database, told) if told else "")


async def _see(database: Database, campaign_id: UUID, actor: Principal) -> model.Onlooker:
    """What the caller may see of the campaign, by the units and keys as they are now."""
    rules.check_may_read(actor)
    async with database.reading() as connection:
        campaign = await figures.find_campaign(connection, campaign_id)
        scope = rules.scope_of(actor, await figures.read_line(connection, campaign.issuer_id))
        units = await store.read_units(connection, scope)
    return model.Onlooker(actor, units, rules.sees_drafts(actor, campaign.issuer_id))


async def _write(database: Database, changes: list[model.HeardChange]) -> str:
    async with database.reading() as connection:
        behind = await figures.read_behind(connection)
    told = [Change.model_validate(each, from_attributes=True) for each in changes]
    return Changes(changes=told, behind_seconds=round(behind, 1)).model_dump_json()


async def trim_changes(database: Database) -> None:
    """Let go of all but the newest."""
    async with database.transaction() as tx:
        await store.trim(tx.connection)
