"""Keys over time: listed by state, changed, rotated, taken back but for the last, and when each was last used."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from contracts.key_uses import KeyUse, ReportingKeyUseNoted, SubmissionsKeyUseNoted
from tests.integration.registry.conftest import START, World
from tests.integration.registry.test_keys import KEYS, a_key, knock, secret_of


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
        assert (answer.status_code, answer.json()["code"]) == (422, "organization_closed")
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
    # Connections first, and both keys known, so that the two do not come one after another.
    await asyncio.gather(*(world.get("/v1/me", key) for key in ("second", "coordinator") * 4))
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
