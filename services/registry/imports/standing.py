"""The register as a file is held against it, read as one moment, and the mark that tells when it has moved."""

import hashlib
from datetime import date
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Database
from contracts.registry.imports import ImportKind
from services.registry.imports import store
from services.registry.imports.question import Decided, Standing
from services.registry.name_decisions import store as name_decisions
from services.registry.name_decisions.model import OutsideParty
from services.registry.organizations.model import today

UNITS = """
    SELECT coalesce(json_agg(json_build_array(id, name, kind, short_name, aliases, parent_id, sort_order,
                                              closed_on IS NOT NULL AND closed_on <= $1)
                             ORDER BY sort_order, id), '[]')::text
      FROM organization
"""
ACTIVITIES = """
    SELECT coalesce(json_agg(json_build_array(id, serial_number, category, name, hosts, hosts_text, state)
                             ORDER BY id), '[]')::text
      FROM activity WHERE campaign_id = $1
"""
MARK = """
    -- A change raises a version, and nothing is ever taken away.
    SELECT concat_ws(' ', (SELECT count(*) || ' ' || coalesce(sum(version), 0) FROM organization),
                          (SELECT count(*) || ' ' || coalesce(sum(version), 0) FROM activity WHERE campaign_id = $1))
"""


async def read_standing(database: Database, kind: ImportKind, campaign_id: UUID, sha256: str) -> Standing:
    """All of it from one snapshot, so that the mark speaks of what was read."""
    async with (
        database.reading() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await read_standing_in(connection, kind, campaign_id, sha256, today(database.clock.now()))


async def read_standing_in(
    connection: Connection, kind: ImportKind, campaign_id: UUID, sha256: str, day: date
) -> Standing:
    """What the connection sees at this moment; `day` tells which units are closed."""
    decided = await _read_decided(connection, day)
    categories = await store.read_categories(connection, campaign_id, sha256)
    return Standing(
        units=await connection.fetchval(UNITS, day),
        activities=await connection.fetchval(ACTIVITIES, campaign_id) if kind == "activities" else "[]",
        decided=decided,
        categories=categories,
        mark=_mark(await connection.fetchval(MARK, campaign_id), day, decided, categories),
    )


async def read_mark(connection: Connection, campaign_id: UUID, sha256: str, day: date) -> str:
    """The mark alone: cheap enough to look at before each answer."""
    decided = await _read_decided(connection, day)
    categories = await store.read_categories(connection, campaign_id, sha256)
    return _mark(await connection.fetchval(MARK, campaign_id), day, decided, categories)


async def _read_decided(connection: Connection, day: date) -> list[Decided]:
    verdicts = await name_decisions.read_decided(connection, day)
    return [
        (text, None, verdict.name) if isinstance(verdict, OutsideParty) else (text, str(verdict), None)
        for text, verdict in verdicts.items()
    ]


def _mark(counted: str, day: date, decided: list[Decided], categories: dict[int, str]) -> str:
    return hashlib.sha256(repr((counted, day, decided, categories)).encode()).hexdigest()
