"""The directory of this process: made of what the database holds, and made anew as soon as that has changed."""

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import asyncpg

from chassis.connections import Connection
from chassis.database import Database
from services.registry.organizations import model
from services.registry.organizations.names import Directory, Entry, normal_form
from services.registry.organizations.search import searched_text

REVISION = """
    -- A unit's version goes one up at each change and no unit goes, so among what is committed one after another no
    -- two states have the same sum. Decisions go: of them the sum is over what they say.
    SELECT (SELECT coalesce(sum(version), 0) FROM organization)::text AS units,
           (SELECT coalesce(sum(hashtextextended(concat_ws(' ', id, organization_id, outside_party, text), 0)), 0)
              FROM decided_name)::text AS decisions
"""
UNITS = """
    SELECT id, name, short_name, kind, aliases, closed_on, former_names FROM organization ORDER BY sort_order, id
"""
DECISIONS = "SELECT text, organization_id, outside_party FROM decided_name ORDER BY text"


@dataclass(frozen=True, slots=True)
class Revision:
    """What a directory was made of; of another revision, it is out of date."""

    units: str
    decisions: str
    today: date
    prefixes: tuple[str, ...]


@dataclass
class Known:
    """Everything that texts may mean on one day, and what a search looks through, closed units included."""

    revision: Revision
    directory: Directory
    units: Sequence[asyncpg.Record]
    searched: list[tuple[UUID, str]] = field(default_factory=list)

    def search(self, text: str) -> list[UUID]:
        """The units of which a name, or its initials, holds this text."""
        if not self.searched:
            self.searched = [(unit["id"], searched_text(_all_names(unit))) for unit in self.units]
        wanted = normal_form(text)
        return [id for id, forms in self.searched if wanted in forms]


class LiveDirectory:
    """Answers by what is committed when it is asked, whoever committed it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known: Known | None = None
        self._making = asyncio.Lock()

    async def read(self, prefixes: Sequence[str]) -> Known:
        """The directory as of now."""
        async with self.database.reading() as connection:
            revision = await self._read_revision(connection, prefixes)
        if self._known is not None and self._known.revision == revision:
            return self._known
        async with self._making:
            return await self._make_anew(prefixes)

    async def search(self, text: str, prefixes: Sequence[str]) -> list[UUID]:
        """The units that a search finds; the first search after a change looks at every name anew."""
        known = await self.read(prefixes)
        return await asyncio.to_thread(known.search, text)

    async def _make_anew(self, prefixes: Sequence[str]) -> Known:
        async with (
            self.database.reading() as connection,
            # One snapshot, so that the revision is that of the rows.
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            revision = await self._read_revision(connection, prefixes)
            if self._known is not None and self._known.revision == revision:
                return self._known
            units, decisions = await connection.fetch(UNITS), await connection.fetch(DECISIONS)
        # Beside the event loop: it takes long enough to be felt by others.
        self._known = await asyncio.to_thread(make_known, revision, units, decisions)
        # Its hundreds of thousands of objects hold no rings: to look through them stopped all for 140 ms, each time.
        gc.collect(1)
        gc.freeze()
        return self._known

    async def _read_revision(self, connection: Connection, prefixes: Sequence[str]) -> Revision:
        row = await connection.fetchrow(REVISION)
        assert row is not None
        today = model.today(self.database.clock.now())
        return Revision(row["units"], row["decisions"], today, tuple(prefixes))


def make_known(
    revision: Revision, units: Sequence[asyncpg.Record], decisions: Sequence[asyncpg.Record]
) -> Known:
    """The directory of these rows, on the revision's day."""
    decided: dict[UUID, list[str]] = {}
    for row in decisions:
        if row["organization_id"] is not None:
            decided.setdefault(row["organization_id"], []).append(row["text"])
    outside = {row["text"]: row["outside_party"] for row in decisions if row["outside_party"] is not None}
    entries = (_entry(unit, decided.get(unit["id"], []), revision.today) for unit in units)
    return Known(revision, Directory(entries, revision.prefixes, outside), units)


def _entry(unit: asyncpg.Record, decided: Sequence[str], today: date) -> Entry:
    return Entry(
        id=unit["id"],
        name=unit["name"],
        kind=unit["kind"],
        short_name=unit["short_name"],
        aliases=tuple(unit["aliases"]),
        decided=tuple(decided),
        closed=model.is_closed(unit["closed_on"], today),
    )


def _all_names(unit: asyncpg.Record) -> list[str]:
    former = [each["name"] for each in unit["former_names"]]
    names = (unit["name"], unit["short_name"], *unit["aliases"], *former)
    return [name for name in names if name]
