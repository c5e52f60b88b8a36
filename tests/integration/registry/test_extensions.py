"""Extensions by date and for many, waivers taken back, and the list of who owes what, narrowed."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.registry.conftest import World
from tests.integration.registry.test_deliverables import assignments, define

NEVER = "00000000-0000-7000-8000-000000000000"


async def by_unit(world: World, query: str = "", key: str = "coordinator") -> dict[str, dict[str, Any]]:
    names = {id: unit for unit, id in world.ids.items()}
    items = await world.items(f"/v1/campaigns/{world.campaign_id}/assignments{query}", key)
    return {names[each["organization_id"]]: each for each in items}


async def extend(world: World, id: str, **fields: Any) -> Any:
    return await world.put(f"/v1/assignments/{id}/extension", {"reason": "台风", **fields})


async def test_an_extension_by_date_lasts_to_the_end_of_the_day_and_the_holiday_is_said(world: World) -> None:
    await define(world, "town", due_on="2024-09-09")
    (mine,) = await assignments(world)
    extended = (await extend(world, mine["id"], due_on="2024-09-16")).json()
    assert extended["due_at"] == extended["extension"]["due_at"] == "2024-09-16T15:59:59.999999Z"
    assert (extended["extension"]["due_on"], extended["extension"]["due_time"]) == ("2024-09-16", None)
    assert [each["holiday"] for each in extended["extension"]["warnings"]] == ["中秋节"]
    timed = (await extend(world, mine["id"], due_on="2024-09-18", due_time="12:00:00")).json()
    assert (timed["due_at"], timed["extension"]["warnings"]) == ("2024-09-18T04:00:00Z", [])
    instant = (await extend(world, mine["id"], due_at="2024-09-15T17:00:00Z")).json()
    assert [each["holiday"] for each in instant["extension"]["warnings"]] == ["中秋节"]
    assert (await assignments(world)) == [instant]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "invalid"),
    ({"due_at": "2024-09-20T18:00:00+08:00", "due_on": "2024-09-20"}, "invalid"),
    ({"due_at": "2024-09-20T18:00:00+08:00", "due_time": "18:00:00"}, "invalid"),
    ({"due_at": "2024-09-16T23:59:59+08:00"}, "extension_gives_no_time"),
    ({"due_on": "2024-09-15"}, "extension_gives_no_time"),
    ({"due_on": "2024-08-29"}, "extension_in_the_past"),
    ({"due_on": "2124-09-16"}, "due_out_of_reach"),
    ({"due_at": "9999-12-31T20:00:00Z"}, "due_out_of_reach"),
    ({"due_on": "2024-09-20", "due_time": "18:00:00+09:00"}, "due_time_has_offset"),
    ({"due_on": "2024-09-31"}, "invalid"),
]


async def test_what_is_no_extension_is_refused_for_one_and_for_many(world: World) -> None:
    made = (await define(world, "town")).json()
    (mine,) = await assignments(world)
    before, said = await world.facts(), []
    for fields, code in REFUSED:
        many = {"organization_ids": [world.ids["town"]], "reason": "台风", **fields}
        bulk = await world.post(f"/v1/deliverables/{made['id']}/extensions", many)
        one = await extend(world, mine["id"], **fields)
        assert (one.status_code, bulk.status_code, bulk.json()["code"]) == (422, 422, code)
        said.append((fields, one.json()["code"]))
    assert said == REFUSED
    assert await world.facts() == before


async def test_an_extension_up_to_the_common_due_moment_and_from_an_open_one_is_one(world: World) -> None:
    await define(world, "town")
    (mine,) = await assignments(world)
    assert (await extend(world, mine["id"], due_on="2024-09-16")).status_code == 200
    await define(world, "department", due_on=None)
    other = (await by_unit(world))["department"]
    assert (await extend(world, other["id"], due_on="2024-09-02")).json()["due_at"].startswith("2024-09-02")


async def test_a_shorter_extension_closes_with_the_deliverable_again(world: World) -> None:
    await define(world, "town", closes_at="2024-09-20T00:00:00+08:00")
    (mine,) = await assignments(world)
    longer = (await extend(world, mine["id"], due_on="2024-09-25")).json()
    assert longer["closes_at"] == "2024-09-25T15:59:59.999999Z"
    shorter = (await extend(world, mine["id"], due_on="2024-09-18")).json()
    assert shorter["closes_at"] == "2024-09-19T16:00:00Z"


async def test_many_are_extended_in_one_request_or_none_of_them(world: World) -> None:
    made = (await define(world, "town", "department", "district")).json()
    path = f"/v1/deliverables/{made['id']}/extensions"
    ids = [world.ids[unit] for unit in ("town", "department", "town")]
    body = {"organization_ids": ids, "due_on": "2024-09-20", "due_time": "18:00:00", "reason": "台风"}
    answers = [await world.post(path, body, Idempotency_Key="all", If_Match='"1"') for _ in range(2)]
    assert answers[0].status_code == 200
    assert answers[0].content == answers[1].content
    assert {each["organization_id"] for each in answers[0].json()["items"]} == set(ids)
    due = {unit: each["due_at"] for unit, each in (await by_unit(world)).items()}
    assert due["town"] == due["department"] == "2024-09-20T10:00:00Z"
    assert due["district"] == "2024-09-16T15:59:59.999999Z"
    before = await world.facts()
    stranger = await world.post(path, body | {"organization_ids": [*ids, world.ids["other district"], NEVER]})
    assert (stranger.status_code, stranger.json()["code"]) == (422, "not_owed_by")
    places = [error["field"] for error in stranger.json()["errors"]]
    assert places == ["organization_ids.2", "organization_ids.3"]
    assert await world.facts() == before
    mine = (await by_unit(world))["town"]
    await world.put(f"/v1/assignments/{mine['id']}/waiver", {"reason": "r"})
    waived = await world.post(path, body)
    assert (waived.status_code, waived.json()["code"]) == (409, "waived")
    assert waived.json()["organization_ids"] == [world.ids["town"]]
    assert (await world.post(f"/v1/deliverables/{NEVER}/extensions", body)).status_code == 404


async def test_a_waiver_is_taken_back_with_a_reason_and_it_is_owed_again(world: World) -> None:
    made = (await define(world, "town")).json()
    (mine,) = await assignments(world)
    taker = (await world.get("/v1/me")).json()["key_id"]
    path = f"/v1/assignments/{mine['id']}"
    early = await world.post(f"{path}/unwaive", {"reason": "r"})
    assert (early.status_code, early.json()["code"]) == (409, "not_waived")
    await world.put(f"{path}/waiver", {"reason": "撤并"})
    await world.put(f"/v1/deliverables/{made['id']}/due", {"due_on": "2024-09-18", "reason": "延"})
    at = world.later(hours=2).isoformat().replace("+00:00", "Z")
    assert (await world.post(f"{path}/unwaive", {})).status_code == 422
    assert (await world.post(f"{path}/unwaive", {"reason": "r"}, If_Match='"1"')).status_code == 412
    answers = [
        await world.post(f"{path}/unwaive", {"reason": "撤并取消"}, Idempotency_Key="back") for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    owed = answers[0].json()
    assert (owed["state"], owed["waiver"], owed["due_at"]) == ("owed", None, "2024-09-18T15:59:59.999999Z")
    assert owed["unwaiver"] == {"reason": "撤并取消", "taken_back_at": at, "taken_back_by": taker}
    assert owed["due_set_at"] == at
    assert [fact for fact, _, _ in await world.facts(mine["id"])] == [
        "assignment.made",
        "assignment.waived",
        "assignment.due_set",
        "assignment.unwaived",
    ]
    waived = (await world.put(f"{path}/waiver", {"reason": "再撤并"})).json()
    assert (waived["state"], waived["unwaiver"]) == ("waived", None)


async def test_the_list_is_narrowed_by_state_due_moment_subtree_and_overdue(world: World) -> None:
    await define(world, "district", "town", "department", "other district")
    units = await by_unit(world)
    await world.put(f"/v1/assignments/{units['department']['id']}/waiver", {"reason": "r"})
    await extend(world, units["other district"]["id"], due_on="2024-09-25")
    assert set(await by_unit(world, "?state=waived")) == {"department"}
    assert set(await by_unit(world, f"?below={world.ids['district']}")) == {"district", "town"}
    assert set(
        await by_unit(world, f"?below={world.ids['district']}&organization_id={world.ids['town']}")
    ) == {"town"}
    before = quote("2024-09-17T00:00:00+08:00")
    assert set(await by_unit(world, f"?due_before={before}")) == {"district", "town", "department"}
    assert await by_unit(world, f"?due_before={quote('2024-09-16T00:00:00+08:00')}") == {}
    assert await by_unit(world, "?overdue=true") == {}
    world.at(datetime(2024, 9, 16, 16, tzinfo=UTC))
    assert set(await by_unit(world, "?overdue=true")) == {"district", "town"}
    assert set(await by_unit(world, "?overdue=true", "town")) == {"town"}
    assert set(await by_unit(world, f"?below={world.ids['town']}", "overseer")) == {"town"}


@pytest.mark.parametrize(
    ("query", "key", "status"),
    [
        ("?below={other district}", "overseer", 404),
        ("?below={office}", "overseer", 404),
        ("?below={district}", "town", 404),
        ("?below={town}", "town", 200),
        ("?state=handed_in", "coordinator", 422),
        ("?due_before=2024-09-17", "coordinator", 422),
        ("?due_before=2024-09-17T00:00:00", "coordinator", 422),
        ("?due_before=0001-01-01T00:00:00%2B08:00", "coordinator", 422),
        ("?q=town", "coordinator", 422),
    ],
)
async def test_what_cannot_be_asked_of_the_list_is_refused(
    world: World, query: str, key: str, status: int
) -> None:
    for unit, id in world.ids.items():
        query = query.replace(f"{{{unit}}}", id)
    answer = await world.get(f"/v1/campaigns/{world.campaign_id}/assignments{query}", key)
    assert answer.status_code == status, answer.text


async def test_two_coordinators_who_decide_on_one_at_once_lose_no_decision(world: World) -> None:
    await define(world, "town")
    (mine,) = await assignments(world)
    world.keys["second"] = (await world.make_key("office", "coordinator"))["key"]
    path = f"/v1/assignments/{mine['id']}"
    answers = await asyncio.gather(
        world.put(f"{path}/extension", {"due_on": "2024-09-20", "reason": "台风"}, If_Match='"1"'),
        world.put(f"{path}/waiver", {"reason": "撤并"}, "second", If_Match='"1"'),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert await assignments(world) == [won]
    assert won["version"] == 2
