"""Activities: put on the register, changed for the version that was seen, given another time, selected."""

import asyncio
from typing import Any

import pytest

from tests.integration.registry.conftest import World

NEVER = "00000000-0000-7000-8000-000000000000"


def an_activity(world: World, *units: str, **fields: Any) -> dict[str, Any]:
    hosts = [{"organization_id": world.ids[unit]} for unit in units or ("department",)]
    return {"category": "网络安全进校园", "name": "开学第一课", "hosts": hosts, **fields}


def activities_of(world: World) -> str:
    return f"/v1/campaigns/{world.campaign_id}/activities"


async def make(world: World, *units: str, **fields: Any) -> dict[str, Any]:
    return await world.make(activities_of(world), an_activity(world, *units, **fields))


async def test_an_activity_may_wait_for_its_time_and_place(world: World) -> None:
    answer = await world.post(activities_of(world), an_activity(world))
    made = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (made["state"], made["starts_at"], made["place"], made["selection"]) == ("draft", None, None, None)
    assert (await world.get(f"/v1/activities/{made['id']}", "reporter")).json() == made


async def test_hosts_keep_their_order_and_outside_parties_are_named_as_such(world: World) -> None:
    hosts = [
        {"organization_id": world.ids["other department"]},
        {"outside_party": "嘉善县委网信办"},
        {"organization_id": world.ids["department"]},
    ]
    made = await make(world, hosts=hosts)
    assert [host["organization_id"] for host in made["hosts"]] == [
        world.ids["other department"],
        None,
        world.ids["department"],
    ]
    assert made["hosts"][1]["outside_party"] == "嘉善县委网信办"


async def test_they_are_listed_by_serial_number_page_by_page_and_those_without_last(world: World) -> None:
    for number in (3, None, 1, 2):
        await make(world, name=f"第{number}项", serial_number=number)
    listed = await world.items(activities_of(world) + "?")
    assert [each["serial_number"] for each in listed] == [1, 2, 3, None]
    first = (await world.get(activities_of(world) + "?limit=3")).json()
    rest = (await world.get(f"{activities_of(world)}?limit=3&cursor={first['next_cursor']}")).json()
    assert [each["serial_number"] for each in rest["items"]] == [None]


async def test_a_change_is_for_the_version_that_was_seen_and_touches_what_was_sent(world: World) -> None:
    made = await make(world, place="体育中心", audiences=["青少年"])
    path = f"/v1/activities/{made['id']}"
    assert (await world.patch(path, {"name": "网安第一课"}, version=None)).status_code == 428
    assert (await world.patch(path, {"name": "网安第一课"}, version=4)).status_code == 412
    changed = (await world.patch(path, {"name": "网安第一课"}, version=1)).json()
    assert (changed["name"], changed["place"], changed["audiences"]) == ("网安第一课", "体育中心", ["青少年"])
    assert (await world.patch(path, {"state": "held"}, version=2)).status_code == 422
    assert await world.facts(made["id"]) == [
        ("activity.drafted", 1, "coordinator"),
        ("activity.changed", 2, "coordinator"),
    ]


async def test_it_gets_its_time_and_place_and_others_with_a_reason(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}/reschedule"
    body = {"starts_at": "2024-09-09T09:30:00+08:00", "place": "苏州国际博览中心", "reason": "会场已定"}
    settled = (await world.post(path, body)).json()
    assert (settled["starts_at"], settled["place"]) == ("2024-09-09T01:30:00Z", "苏州国际博览中心")
    moved = {"starts_at": "2024-09-10T09:30:00+08:00", "reason": "台风"}
    again = (await world.post(path, moved)).json()
    assert (again["starts_at"], again["place"], again["reason"]) == (
        "2024-09-10T01:30:00Z",
        "苏州国际博览中心",
        "台风",
    )
    assert [fact for fact, _, _ in await world.facts(made["id"])] == [
        "activity.drafted",
        "activity.rescheduled",
        "activity.rescheduled",
    ]


async def test_a_selection_is_made_once_for_each_step(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}/selection"
    versions = [
        (await world.put(path, {"selection": selection})).json()["version"]
        for selection in ("nominated", "nominated", "shortlisted", "key")
    ]
    assert versions == [2, 2, 3, 4]
    assert (await world.put(path, {"selection": "chosen"})).status_code == 422


async def test_one_serial_number_stands_for_one_activity(world: World) -> None:
    await make(world, serial_number=7)
    twice = await world.post(activities_of(world), an_activity(world, name="另一项", serial_number=7))
    assert (twice.status_code, twice.json()["code"]) == (409, "serial_number_taken")
    other = await make(world, name="另一项", serial_number=8)
    moved = await world.patch(f"/v1/activities/{other['id']}", {"serial_number": 7}, version=1)
    assert (moved.status_code, moved.json()["code"]) == (409, "serial_number_taken")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"hosts": []}, "hosts"),
    ({"hosts": [{}]}, "hosts.0"),
    ({"hosts": [{"organization_id": NEVER, "outside_party": "嘉善县"}]}, "hosts.0"),
    ({"hosts": [{"outside_party": "嘉善县"}, {"outside_party": " "}]}, "hosts.1.outside_party"),
    ({"name": ""}, "name"),
    ({"name": "开学\n第一课"}, "name"),
    ({"category": None}, "category"),
    ({"starts_at": "2024-09-09T09:30:00"}, "starts_at"),
    ({"starts_at": "2024-09-09T09:30:00Z", "ends_at": "2024-09-09T08:30:00Z"}, "ends_at"),
    ({"ends_at": "2024-09-09T08:30:00Z"}, "ends_at"),
    ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
    ({"starts_at": "9999-12-31T23:59:59-12:00"}, "starts_at"),
    ({"starts_at": "2024-02-30T08:30:00Z"}, "starts_at"),
    ({"starts_at": "2024-09-09T24:00:00Z"}, "starts_at"),
    ({"starts_at": "2024-09-09T08:30:60Z"}, "starts_at"),
    ({"mode": "hybrid"}, "mode"),
    ({"serial_number": 0}, "serial_number"),
    ({"serial_number": "7"}, "serial_number"),
    ({"serial_number": 7.0}, "serial_number"),
    ({"serial_number": True}, "serial_number"),
    ({"state": "confirmed"}, "state"),
]


async def test_what_is_no_activity_is_refused_with_its_field(world: World) -> None:
    before = await world.facts()
    for fields, field in REFUSED:
        answer = await world.post(activities_of(world), an_activity(world, **fields))
        assert (fields, answer.status_code, answer.json()["code"]) == (fields, 422, "invalid")
        assert field in answer.json()["detail"]
    assert await world.facts() == before


async def test_hosts_that_nobody_knows_are_named_each_with_its_place(world: World) -> None:
    other = NEVER[:-1] + "1"
    hosts = [
        {"outside_party": "嘉善县委网信办"},
        {"organization_id": other},
        {"organization_id": world.ids["town"]},
        {"organization_id": NEVER},
    ]
    answer = await world.post(activities_of(world), an_activity(world, hosts=hosts))
    refused = answer.json()
    assert (answer.status_code, refused["code"]) == (422, "organization_unknown")
    assert refused["errors"] == [
        {"field": "hosts.1", "message": f"{other} is not in the register"},
        {"field": "hosts.3", "message": f"{NEVER} is not in the register"},
    ]
    assert NEVER in refused["detail"]
    assert world.ids["town"] not in refused["detail"]
    assert await world.items(activities_of(world)) == []


async def test_of_two_changes_for_one_version_one_is_made(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}"
    answers = await asyncio.gather(*[world.patch(path, {"name": name}, version=1) for name in "甲乙丙"])
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await world.get(path)).json() == won
    assert len(await world.facts(made["id"])) == 2


async def test_what_may_be_unset_is_unset_by_null_and_the_rest_is_refused(world: World) -> None:
    made = await make(world, serial_number=3, mode="both", audiences=["青少年"])
    path = f"/v1/activities/{made['id']}"
    bare = (await world.patch(path, {"serial_number": None, "mode": None, "audiences": []}, version=1)).json()
    assert (bare["serial_number"], bare["mode"], bare["audiences"]) == (None, None, [])
    kept: list[dict[str, Any]] = [{"name": None}, {"category": " "}, {"settings": None}, {"hosts": []}]
    refused = [await world.patch(path, body, version=2) for body in kept]
    assert [answer.status_code for answer in refused] == [422] * len(kept)
    assert (await world.get(path)).json() == bare


async def test_a_time_is_set_for_the_version_that_was_seen_and_once_for_one_request(world: World) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}/reschedule"
    body = {"starts_at": "2024-09-09T09:30:00+08:00", "reason": "会场已定"}
    assert (await world.post(path, body, If_Match='"9"')).status_code == 412
    first = await world.post(path, body, If_Match='"1"', Idempotency_Key="once")
    again = await world.post(path, body, If_Match='"1"', Idempotency_Key="once")
    assert (first.status_code, first.content) == (200, again.content)
    without = [{"starts_at": "2024-09-09T09:30:00+08:00"}, {"reason": "台风"}, body | {"reason": " "}]
    assert [(await world.post(path, each)).status_code for each in without] == [422, 422, 422]
    assert len(await world.facts(made["id"])) == 2
    assert (await world.post(f"/v1/activities/{NEVER}/reschedule", body)).status_code == 404


@pytest.mark.parametrize(
    ("key", "status"), [("overseer", 403), ("reporter", 403), ("auditor", 403), ("other office", 404)]
)
async def test_only_the_issuers_coordinator_changes_the_register(world: World, key: str, status: int) -> None:
    made = await make(world)
    path = f"/v1/activities/{made['id']}"
    answers = [
        await world.post(activities_of(world), an_activity(world), key),
        await world.patch(path, {"name": "改"}, version=1, key=key),
        await world.post(
            f"{path}/reschedule", {"starts_at": "2024-09-09T09:30:00+08:00", "reason": "r"}, key
        ),
        await world.put(f"{path}/selection", {"selection": "key"}, key),
    ]
    assert {answer.status_code for answer in answers} == {status}
    assert len(await world.facts(made["id"])) == 1
