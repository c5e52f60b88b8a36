"""Keys from outside: shown once, kept as a hash, refused when unknown, expired or taken back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from chassis.access import hash_secret
from tests.integration.registry.conftest import START, World
from tests.support.waiting import until

KEYS = "/v1/keys"
COLUMNS = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t
        USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
"""


def a_key(world: World, unit: str = "department", **fields: Any) -> dict[str, Any]:
    return {"organization_id": world.ids[unit], "role": "reporter", "label": "教育局平台", **fields}


def secret_of(key: str) -> str:
    return key.split("_", 2)[2]


async def knock(world: World, *authorizations: str, path: str = "/v1/me") -> httpx.Response:
    """Ask with these Authorization headers."""
    headers = [("Authorization", each) for each in authorizations]
    return await world.service.client.get(path, headers=headers)


@asynccontextmanager
async def owner_of(world: World) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(world.service.made.owner_url)
    try:
        yield connection
    finally:
        await connection.close()


async def places_of(world: World, text: str) -> set[str]:
    """Every column of the database that holds the text, whatever its type."""
    found = set()
    async with owner_of(world) as connection:
        for table, column in await connection.fetch(COLUMNS):
            for (value,) in await connection.fetch(f'SELECT "{column}" FROM "{table}"'):
                kept = value if isinstance(value, bytes) else str(value).encode()
                if text.encode() in kept:
                    found.add(f"{table}.{column}")
    return found


async def test_a_key_is_shown_once_and_opens_at_once(world: World) -> None:
    answer = await world.post(KEYS, a_key(world))
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    made = answer.json()
    assert made["key"].startswith(f"rc_{UUID(made['id']).hex}_")
    me = (await knock(world, f"Bearer {made['key']}")).json()
    assert (me["role"], me["key_id"]) == ("reporter", made["id"])
    assert me["organization"]["id"] == world.ids["department"]
    (listed,) = [key for key in await world.items(KEYS) if key["id"] == made["id"]]
    assert listed == {name: value for name, value in made.items() if name != "key"}


async def test_no_column_of_the_database_holds_a_secret(world: World) -> None:
    answer = await world.post(KEYS, a_key(world, label="可见的标签"), Idempotency_Key="once")
    key = answer.json()["key"]
    await knock(world, f"Bearer {key}")
    assert await places_of(world, secret_of(key)) == set()
    assert await places_of(world, "可见的标签") == {"key.label", "events.body", "idempotency.body"}
    assert await places_of(world, hash_secret(secret_of(key))) == {"access_key.secret_sha256", "events.body"}


async def test_the_same_request_again_makes_no_second_key_and_shows_no_secret(world: World) -> None:
    first = (await world.post(KEYS, a_key(world), Idempotency_Key="once")).json()
    again = await world.post(KEYS, a_key(world), Idempotency_Key="once")
    assert again.status_code == 201
    assert again.json() == {name: value for name, value in first.items() if name != "key"}
    assert secret_of(first["key"]) not in again.text
    assert [key["id"] for key in await world.items(KEYS)].count(first["id"]) == 1
    assert await world.facts(first["id"]) == [("key.issued", 1, "coordinator")]


async def test_a_key_that_is_taken_back_is_refused_at_once(world: World) -> None:
    made = await world.make_key("department", "reporter")
    answer = await world.ask("DELETE", f"{KEYS}/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    refused = await knock(world, f"Bearer {made['key']}")
    assert (refused.status_code, refused.json()["code"]) == (401, "key_revoked")
    (listed,) = [key for key in await world.items(KEYS) if key["id"] == made["id"]]
    assert (listed["version"], listed["revoked_at"]) == (2, "2024-08-30T01:00:00Z")


async def test_a_key_that_is_in_use_is_refused_within_two_seconds_of_being_taken_back(world: World) -> None:
    made = await world.make_key("department", "reporter")
    assert (await knock(world, f"Bearer {made['key']}")).status_code == 200
    await world.ask("DELETE", f"{KEYS}/{made['id']}")

    async def is_refused() -> bool:
        return (await knock(world, f"Bearer {made['key']}")).status_code == 401

    await until(is_refused, seconds=2)


async def test_taking_a_key_back_again_changes_nothing(world: World) -> None:
    made = await world.make_key("department", "reporter")
    for _ in range(2):
        assert (await world.ask("DELETE", f"{KEYS}/{made['id']}")).status_code == 204
    assert await world.facts(made["id"]) == [
        ("key.issued", 1, "coordinator"),
        ("key.revoked", 2, "coordinator"),
    ]
    assert (await world.ask("DELETE", f"{KEYS}/{uuid4()}")).status_code == 404


async def test_a_key_opens_until_its_moment_and_not_after(world: World) -> None:
    until_then = (START + timedelta(hours=1)).isoformat()
    key = (await world.make_key("department", "reporter", expires_at=until_then))["key"]
    world.later(minutes=59, seconds=59)
    assert (await knock(world, f"Bearer {key}")).status_code == 200
    world.later(seconds=1)
    refused = await knock(world, f"Bearer {key}")
    assert (refused.status_code, refused.json()["code"]) == (401, "key_expired")


async def test_what_is_no_key_is_refused_and_a_wrong_secret_is_told_from_a_wrong_id_nowhere(
    world: World,
) -> None:
    key = world.keys["reporter"]
    wrong_secret = key[:-43] + world.keys["town"][-43:]
    wrong_id = f"rc_{uuid4().hex}_{secret_of(key)}"
    answers = [await knock(world, f"Bearer {each}") for each in (wrong_secret, wrong_id)]
    assert answers[0].json() == answers[1].json()
    for shown in ((f"Bearer {key}x",), (f"Basic {key}",), ("Bearer",), (key,)):
        answers.append(await knock(world, *shown))
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="rollcall"'
        assert secret_of(key) not in answer.text


async def test_a_key_is_shown_in_one_header_and_nowhere_else(world: World) -> None:
    key = world.keys["coordinator"]
    for answer in (
        await knock(world),
        await knock(world, f"Bearer {key}", f"Bearer {key}"),
        await knock(world, path=f"/v1/me?access_token={key}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "key_missing")


async def test_only_a_coordinator_makes_lists_and_takes_back_keys(world: World) -> None:
    made = await world.make_key("department", "reporter")
    before = await world.facts()
    for caller in ("reporter", "overseer", "auditor", "ops"):
        for answer in (
            await world.post(KEYS, a_key(world), caller),
            await world.get(KEYS, caller),
            await world.ask("DELETE", f"{KEYS}/{made['id']}", caller),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert await world.facts() == before


async def test_a_key_that_would_open_nothing_is_not_made(world: World) -> None:
    before = await world.facts()
    for fields, status, code in (
        ({"expires_at": START.isoformat()}, 422, "expires_in_the_past"),
        ({"expires_at": "2024-12-31T00:00:00"}, 422, "invalid"),
        ({"role": "admin"}, 422, "invalid"),
        ({"label": " "}, 422, "invalid"),
        ({"revoked_at": None}, 422, "invalid"),
        ({"organization_id": str(uuid4())}, 404, "not_found"),
    ):
        answer = await world.post(KEYS, a_key(world, **fields))
        assert (answer.status_code, answer.json()["code"]) == (status, code), fields
    assert await world.facts() == before


async def test_each_version_of_a_key_is_recorded_with_who_made_it(world: World) -> None:
    made = await world.make_key("department", "reporter")
    await world.ask("DELETE", f"{KEYS}/{made['id']}")
    own = (await world.get("/v1/me")).json()["key_id"]
    recorded = [
        (kind, version, actor)
        for kind, id, version, actor in await world.service.events()
        if id == UUID(made["id"])
    ]
    by = {"key_id": own, "organization_id": world.ids["office"], "role": "coordinator"}
    assert recorded == [
        ("rollcall.registry.key.issued.v1", 1, by),
        ("rollcall.registry.key.revoked.v1", 2, by),
    ]
