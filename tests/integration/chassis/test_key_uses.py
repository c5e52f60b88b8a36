"""Key uses: noted in memory, kept in one statement, told to others at most once an hour a key."""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from chassis.access import CACHE_SECONDS, KeyRevoked, KeyRing
from chassis.key_uses import KeyUses
from tests.integration.chassis.conftest import Desk
from tests.integration.registry.conftest import START
from tests.integration.submissions.conftest import world

__all__ = ["world"]
FIND = """
    SELECT first_used_at, last_used_at, use_version FROM access_key WHERE id = $1
"""


def id_of(key: str) -> UUID:
    return UUID(key.split("_")[1])


async def kept(desk: Desk, id: UUID) -> tuple[datetime | None, datetime | None, int]:
    async with desk.service.database.reading() as connection:
        row = await connection.fetchrow(FIND, id)
    assert row is not None
    return row["first_used_at"], row["last_used_at"], row["use_version"]


async def told(desk: Desk) -> list[tuple[UUID, int, Any]]:
    return [
        (id, version, actor)
        for kind, id, version, actor in await desk.service.events()
        if kind == "rollcall.submissions.key_use.noted.v1"
    ]


@pytest.fixture
def desk(world: Desk) -> Desk:
    """Submissions of the test's own."""
    world.at(START)
    return world


async def test_a_key_that_is_let_in_is_noted_and_one_that_is_refused_is_not(desk: Desk) -> None:
    key = await desk.service.let_in(next(iter(desk.ids.values())), "reporter")
    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    assert (await desk.service.ask("GET", "/v1/me", wrong)).status_code == 401
    await desk.service.running.key_uses.keep()
    assert await kept(desk, id_of(key)) == (None, None, 0)
    assert (await desk.service.ask("GET", "/v1/me", key)).status_code == 200
    assert await kept(desk, id_of(key)) == (None, None, 0)
    await desk.service.running.key_uses.keep()
    assert await kept(desk, id_of(key)) == (START, START, 1)


async def test_it_is_told_once_an_hour_however_often_it_is_used(desk: Desk) -> None:
    key = await desk.service.let_in(next(iter(desk.ids.values())), "reporter")
    uses, system = desk.service.running.key_uses, {"system": "submissions"}
    for minutes in (0, 1, 59, 60, 61):
        desk.at(START + timedelta(minutes=minutes))
        await desk.service.ask("GET", "/v1/me", key)
        await uses.keep()
    first, last, version = await kept(desk, id_of(key))
    assert (first, last, version) == (START, START + timedelta(minutes=61), 2)
    assert await told(desk) == [(id_of(key), 1, system), (id_of(key), 2, system)]


async def test_what_could_not_be_kept_is_kept_the_next_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await desk.service.let_in(next(iter(desk.ids.values())), "reporter")
    uses = desk.service.running.key_uses
    await desk.service.ask("GET", "/v1/me", key)
    with monkeypatch.context() as broken:
        broken.setattr("chassis.key_uses.KEEP_USES", "SELECT $1::uuid[], $2::timestamptz[], $3::int, $4::int")
        with pytest.raises(asyncpg.PostgresError):
            await uses.keep()
    await uses.keep()
    assert (await kept(desk, id_of(key)))[1] == START


async def test_an_earlier_moment_never_takes_the_place_of_a_later_one(desk: Desk) -> None:
    key = await desk.service.let_in(next(iter(desk.ids.values())), "reporter")
    for process, minutes in (("one", 5), ("other", 3)):
        uses = KeyUses(desk.service.database, process, None)
        uses.note(id_of(key), START + timedelta(minutes=minutes))
        await uses.keep()
    assert (await kept(desk, id_of(key)))[1] == START + timedelta(minutes=5)
    assert await told(desk) == []


def count_looks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One more in the list for each look at the database from now on."""
    looks: list[None] = []
    reading = desk.service.database.reading

    def counted() -> Any:
        looks.append(None)
        return reading()

    monkeypatch.setattr(desk.service.database, "reading", counted)
    return looks


async def test_guessing_fills_nothing_and_costs_one_look_each_whether_the_id_is_known_or_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await desk.service.let_in(next(iter(desk.ids.values())), "reporter")
    ring: KeyRing = KeyRing(desk.service.database)
    looks = count_looks(desk, monkeypatch)
    await ring.admit([f"Bearer {key}"])
    await ring.admit([f"Bearer {key}"])
    assert len(looks) == 1
    nobodys = f"rc_{UUID(int=7).hex}_{key.split('_', 2)[2]}"
    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    for guess in (wrong, nobodys):
        before = len(looks)
        for _ in range(3):
            with pytest.raises(Exception, match="takes a moment to arrive"):
                await ring.admit([f"Bearer {guess}"])
        assert len(looks) - before == 3
    assert [held.key.id for held in ring._cache.values()] == [id_of(key)]


async def test_a_key_that_is_found_to_be_revoked_is_let_in_no_longer_by_anybody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await desk.service.let_in(next(iter(desk.ids.values())), "reporter")
    ring: KeyRing = KeyRing(desk.service.database)
    past = 0.0
    real = time.monotonic
    monkeypatch.setattr("chassis.access.time.monotonic", lambda: real() + past)
    await ring.admit([f"Bearer {key}"])
    async with desk.service.database.apart() as connection:
        await connection.execute("UPDATE access_key SET revoked_at = now() WHERE id = $1", id_of(key))
    past = CACHE_SECONDS + 0.1
    with pytest.raises(KeyRevoked):
        await ring.admit([f"Bearer {key}"])
    assert ring.recall(f"Bearer {key}".encode(), START) is None


async def test_only_the_one_spelling_of_a_key_is_held(desk: Desk) -> None:
    key = await desk.service.let_in(next(iter(desk.ids.values())), "reporter")
    ring: KeyRing = KeyRing(desk.service.database)
    for shown in (f"bearer {key}", f"Bearer  {key}", f"BEARER {key} "):
        await ring.admit([shown])
    assert ring._cache == {}
    await ring.admit([f"Bearer {key}"])
    assert len(ring._cache) == 1


async def test_those_who_come_at_once_are_looked_up_in_one_statement(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [await desk.service.let_in(next(iter(desk.ids.values())), "reporter") for _ in range(10)]
    ring: KeyRing = KeyRing(desk.service.database)
    looks = count_looks(desk, monkeypatch)
    callers = await asyncio.gather(*(ring.admit([f"Bearer {key}"]) for key in keys))
    assert [caller.key_id for caller in callers] == [id_of(key) for key in keys]
    assert len(looks) == 1
