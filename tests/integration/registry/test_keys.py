"""Keys from outside: shown once, kept as a hash, refused when unknown, expired or taken back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from chassis.access import hash_secret
from contracts.key_uses import KeyUse, ReportingKeyUseNoted, SubmissionsKeyUseNoted
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


async def change_key(world: World, id: str, fields: dict[str, Any], version: int = 1) -> httpx.Response:
    return await world.patch(f"{KEYS}/{id}", fields, version)


async def rotate(world: World, id: str, **body: Any) -> httpx.Response:
    return await world.post(f"{KEYS}/{id}/rotate", {"overlap_seconds": 3600, **body})


async def test_a_key_is_shown_with_its_state_and_never_with_its_secret(world: World) -> None:
    hour = (START + timedelta(hours=1)).isoformat()
    active, expiring, revoked = [await world.make_key("town", "overseer", expires_at=hour) for _ in range(3)]
    await change_key(world, active["id"], {"expires_at": None})
    await world.ask("DELETE", f"{KEYS}/{revoked['id']}")
    world.later(hours=1)
    states = {"active": active, "expired": expiring, "revoked": revoked}
    for state, made in states.items():
        shown = await world.get(f"{KEYS}/{made['id']}")
        assert (shown.status_code, shown.json()["state"]) == (200, state)
        assert secret_of(made["key"]) not in shown.text
        path = f"{KEYS}?state={state}&role=overseer&organization_id={world.ids['town']}"
        assert await world.items(path) == [shown.json()]
    assert (await world.get(f"{KEYS}?state=lost")).status_code == 422
    assert (await world.get(f"{KEYS}/{uuid4()}")).status_code == 404


async def test_a_keys_label_and_end_are_changed_for_the_version_that_was_seen(world: World) -> None:
    made = await world.make_key("department", "reporter")
    end = (START + timedelta(days=30)).isoformat()
    changed = await change_key(world, made["id"], {"label": "新平台", "expires_at": end})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.json()["label"], changed.json()["expires_at"]) == ("新平台", "2024-09-29T01:00:00Z")
    assert (await change_key(world, made["id"], {"label": "x"}, 1)).status_code == 412
    assert (await world.patch(f"{KEYS}/{made['id']}", {"label": "x"}, None)).status_code == 428
    for fields in ({"expires_at": START.isoformat()}, {"role": "coordinator"}, {"label": " "}):
        assert (await change_key(world, made["id"], fields, 2)).status_code == 422, fields
    await world.ask("DELETE", f"{KEYS}/{made['id']}")
    over = await change_key(world, made["id"], {"expires_at": None}, 3)
    assert (over.status_code, over.json()["code"]) == (409, "key_over")
    assert await world.facts(made["id"]) == [
        ("key.issued", 1, "coordinator"),
        ("key.changed", 2, "coordinator"),
        ("key.revoked", 3, "coordinator"),
    ]


async def test_rotating_makes_another_key_and_the_old_one_opens_until_the_overlap_has_passed(
    world: World,
) -> None:
    old = await world.make_key("department", "reporter")
    answer = await rotate(world, old["id"])
    assert answer.status_code == 201
    new = answer.json()
    assert {name: new[name] for name in ("organization_id", "role", "label", "expires_at", "state")} == {
        "organization_id": world.ids["department"],
        "role": "reporter",
        "label": old["label"],
        "expires_at": None,
        "state": "active",
    }
    assert new["id"] != old["id"]
    world.later(minutes=59)
    assert [(await knock(world, f"Bearer {each['key']}")).status_code for each in (old, new)] == [200, 200]
    world.later(minutes=1)
    assert (await knock(world, f"Bearer {old['key']}")).json()["code"] == "key_expired"
    assert (await knock(world, f"Bearer {new['key']}")).status_code == 200
    assert await world.facts(old["id"]) == [
        ("key.issued", 1, "coordinator"),
        ("key.changed", 2, "coordinator"),
    ]


async def test_a_rotated_key_is_good_as_long_as_the_old_one_was_unless_said_otherwise(world: World) -> None:
    soon, later = ((START + timedelta(minutes=by)).isoformat() for by in (10, 90))
    old = await world.make_key("department", "reporter", expires_at=soon)
    inherited = (await rotate(world, old["id"])).json()
    assert inherited["expires_at"] == "2024-08-30T01:10:00Z"
    assert (await world.get(f"{KEYS}/{old['id']}")).json()["expires_at"] == "2024-08-30T01:10:00Z"
    longer = (await rotate(world, inherited["id"], expires_at=later)).json()
    assert longer["expires_at"] == "2024-08-30T02:30:00Z"
    assert (await rotate(world, longer["id"], expires_at=None)).json()["expires_at"] is None


async def test_a_key_that_is_over_is_not_rotated_and_the_overlap_has_its_limits(world: World) -> None:
    made = await world.make_key("department", "reporter")
    for seconds in (-1, 2_592_001, "60", None):
        assert (await rotate(world, made["id"], overlap_seconds=seconds)).status_code == 422
    await world.ask("DELETE", f"{KEYS}/{made['id']}")
    over = await rotate(world, made["id"])
    assert (over.status_code, over.json()["code"]) == (409, "key_over")
    assert "revoked" in over.json()["detail"]


async def test_the_same_rotation_again_makes_no_second_key_and_shows_no_secret(world: World) -> None:
    made = await world.make_key("department", "reporter")
    path, body = f"{KEYS}/{made['id']}/rotate", {"overlap_seconds": 60}
    first, again = [await world.post(path, body, Idempotency_Key="once") for _ in range(2)]
    assert again.status_code == 201
    assert again.json() == {name: value for name, value in first.json().items() if name != "key"}


async def test_a_closed_unit_gets_no_key_and_its_own_is_not_rotated(world: World) -> None:
    made = await world.make_key("town", "reporter")
    path = f"/v1/organizations/{world.ids['town']}"
    await world.patch(path, {"closed_on": "2024-09-01"}, 1)
    assert (await world.post(KEYS, a_key(world, "town"))).status_code == 201
    world.later(days=2)
    for answer in (await world.post(KEYS, a_key(world, "town")), await rotate(world, made["id"])):
        assert (answer.status_code, answer.json()["code"]) == (409, "organization_closed")
        assert "2024-09-01" in answer.json()["detail"]


async def test_the_last_key_that_keeps_the_register_is_not_taken_away(world: World) -> None:
    own = (await world.get("/v1/me")).json()["key_id"]
    path, end = f"{KEYS}/{own}", (START + timedelta(days=1)).isoformat()
    await world.make_key("district", "coordinator")
    await world.make_key("office", "coordinator", expires_at=end)
    before = await world.facts()
    for answer in (
        await world.ask("DELETE", path),
        await world.patch(path, {"expires_at": end}, 1),
        await rotate(world, own, expires_at=end),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_keeper")
    assert await world.facts() == before
    assert (await rotate(world, own, overlap_seconds=60)).status_code == 201
    assert (await world.ask("DELETE", path)).status_code == 204


async def test_two_keepers_who_take_each_others_key_back_at_once_leave_one(world: World) -> None:
    own = (await world.get("/v1/me")).json()["key_id"]
    other = await world.make_key("office", "coordinator")
    world.keys["second"] = other["key"]
    answers = await asyncio.gather(
        world.ask("DELETE", f"{KEYS}/{own}", "second"),
        world.ask("DELETE", f"{KEYS}/{other['id']}", "coordinator"),
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def last_use(world: World, id: str) -> str | None:
    found: str | None = (await world.get(f"{KEYS}/{id}")).json()["last_used_at"]
    return found


async def test_the_last_use_of_a_key_is_kept_without_a_write_a_request(world: World) -> None:
    made = await world.make_key("department", "reporter")
    for _ in range(3):
        await knock(world, f"Bearer {made['key']}")
        world.later(minutes=1)
    assert await last_use(world, made["id"]) is None
    await world.service.running.key_uses.keep()
    assert await last_use(world, made["id"]) == "2024-08-30T01:02:00Z"
    (listed,) = [key for key in await world.items(KEYS) if key["id"] == made["id"]]
    assert (listed["last_used_at"], listed["version"]) == ("2024-08-30T01:02:00Z", 1)


async def test_the_newest_use_on_any_service_is_shown_whatever_order_it_is_told_in(world: World) -> None:
    made = await world.make_key("department", "reporter")

    def used(service: str, version: int, hour: int) -> Any:
        moment = START + timedelta(hours=hour)
        use = KeyUse(
            id=UUID(made["id"]),
            version=version,
            created_at=START,
            updated_at=moment,
            service=service,
            last_used_at=moment,
        )
        facts = {"submissions": SubmissionsKeyUseNoted, "reporting": ReportingKeyUseNoted}
        return facts[service](key_use=use)

    await world.service.hear(used("submissions", 2, 5), used("reporting", 1, 3), used("submissions", 1, 4))
    assert await last_use(world, made["id"]) == "2024-08-30T06:00:00Z"
    await world.service.hear(used("reporting", 2, 7), used("submissions", 1, 9))
    assert await last_use(world, made["id"]) == "2024-08-30T08:00:00Z"
