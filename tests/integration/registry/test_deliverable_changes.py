"""Deliverables after they were defined: changed, owed by more, cancelled; and each assignment follows."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.registry.conftest import World
from tests.integration.registry.test_deliverables import assignments, define

NEVER = "00000000-0000-7000-8000-000000000000"
AFTER_DUE = datetime(2024, 9, 16, 16, tzinfo=UTC)


async def change(world: World, id: str, version: int | None, **fields: Any) -> Any:
    return await world.patch(f"/v1/deliverables/{id}", fields, version)


async def by_unit(world: World) -> dict[str, dict[str, Any]]:
    names = {id: unit for unit, id in world.ids.items()}
    return {names[each["organization_id"]]: each for each in await assignments(world)}


async def test_a_change_reaches_each_assignment_once(world: World) -> None:
    made = (await define(world)).json()
    fields: dict[str, Any] = {
        "title": "总结",
        "sections": ["特色内容", "创新做法"],
        "kind": "summary",
        "review_stages": 2,
    }
    assert (await change(world, made["id"], None, **fields)).status_code == 428
    answer = await change(world, made["id"], 1, **fields)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert {name: answer.json()[name] for name in fields} == fields
    assert answer.json()["due_at"] == made["due_at"]
    for each in await assignments(world):
        assert {name: each[name] for name in fields} == fields
        assert await world.facts(each["id"]) == [
            ("assignment.made", 1, "coordinator"),
            ("assignment.changed", 2, "coordinator"),
        ]
    again = await change(world, made["id"], 2, title="总结")
    assert again.json()["version"] == 3
    assert {each["version"] for each in await assignments(world)} == {2}


async def test_two_coordinators_who_change_one_at_once_lose_no_edit(world: World) -> None:
    made = (await define(world)).json()
    world.keys["second"] = (await world.make_key("office", "coordinator"))["key"]
    path = f"/v1/deliverables/{made['id']}"
    answers = await asyncio.gather(
        world.patch(path, {"title": "甲"}, 1),
        world.patch(path, {"sections": ["乙"]}, 1, "second"),
        world.put(f"{path}/due", {"due_on": "2024-09-18", "reason": "丙"}, If_Match='"1"'),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await world.get(path)).json() == won


async def test_kind_sections_and_stages_are_fixed_once_the_due_moment_has_passed(world: World) -> None:
    made = (await define(world, review_stages=2)).json()
    assert {each["review_stages"] for each in await assignments(world)} == {2}
    world.at(AFTER_DUE)
    fields: dict[str, Any]
    for fields in ({"kind": "k"}, {"sections": []}, {"review_stages": 1}):
        refused = await change(world, made["id"], 1, **fields)
        assert (refused.status_code, refused.json()["code"]) == (409, "due_passed")
        assert next(iter(fields)) in refused.json()["detail"]
    same = await change(world, made["id"], 1, sections=made["sections"], title="总结")
    assert (same.status_code, same.json()["title"]) == (200, "总结")
    await world.put(f"/v1/deliverables/{made['id']}/due", {"due_on": "2024-09-20", "reason": "延"})
    assert (await change(world, made["id"], 3, sections=[])).status_code == 200


async def test_what_closes_follows_and_shuts_out_nobody_with_an_extension(world: World) -> None:
    made = (await define(world, closes_at="2024-09-20T00:00:00+08:00")).json()
    mine = (await by_unit(world))["district"]
    extension = {"due_on": "2024-09-25", "reason": "台风"}
    assert (await world.put(f"/v1/assignments/{mine['id']}/extension", extension)).status_code == 200
    moved = await change(world, made["id"], 1, closes_at="2024-09-22T00:00:00+08:00")
    assert moved.json()["closes_at"] == "2024-09-22T00:00:00+08:00"
    closing = {unit: each["closes_at"] for unit, each in (await by_unit(world)).items()}
    assert closing == {"district": "2024-09-25T15:59:59.999999Z", "department": "2024-09-21T16:00:00Z"}
    opened = await change(world, made["id"], 2, closes_at=None)
    assert opened.json()["closes_at"] is None
    assert {each["closes_at"] for each in await assignments(world)} == {None}
    early = await change(world, made["id"], 3, closes_at="2024-09-16T00:00:00+08:00")
    assert (early.status_code, early.json()["code"]) == (422, "closes_before_due")
    undated = (await define(world, due_on=None)).json()
    past = await change(world, undated["id"], 1, closes_at="2024-08-30T00:00:00+08:00")
    assert (past.status_code, past.json()["code"]) == (422, "closes_in_the_past")
    closed = await define(world, due_on=None, closes_at="2024-08-30T00:00:00+08:00")
    assert (closed.status_code, closed.json()["code"]) == (422, "closes_in_the_past")


@pytest.mark.parametrize(
    "fields",
    [{"title": " "}, {"review_stages": 3}, {"due_on": "2024-09-18"}, {"owed_by": []}, {"sections": [""]}],
)
async def test_what_a_deliverable_cannot_become_is_refused(world: World, fields: dict[str, Any]) -> None:
    made = (await define(world)).json()
    answer = await change(world, made["id"], 1, **fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert (await world.get(f"/v1/deliverables/{made['id']}")).json() == made


async def test_more_units_come_to_owe_it_each_once(world: World) -> None:
    made = (await define(world)).json()
    path = f"/v1/deliverables/{made['id']}/owed-by"
    ids = [world.ids[unit] for unit in ("town", "district", "town")]
    answers = [
        await world.post(path, {"organization_ids": ids}, If_Match='"1"', Idempotency_Key="more")
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    added = answers[0].json()
    assert (added["owed_by"], added["assignment_count"], added["version"]) == (
        [*made["owed_by"], world.ids["town"]],
        3,
        2,
    )
    town = (await by_unit(world))["town"]
    assert (town["due_at"], town["sections"]) == ("2024-09-16T15:59:59.999999Z", ["特色内容"])
    again = await world.post(path, {"organization_ids": ids})
    assert again.json() == added
    unknown = await world.post(path, {"organization_ids": [world.ids["town"], NEVER]})
    assert [error["field"] for error in unknown.json()["errors"]] == ["organization_ids.1"]
    assert (await world.post(path, {"organization_ids": []})).status_code == 422
    assert (await world.post(path, {"organization_ids": ids}, If_Match='"1"')).status_code == 412
    world.at(AFTER_DUE)
    late = await world.post(path, {"organization_ids": [world.ids["other district"]]})
    assert (late.status_code, late.json()["code"]) == (409, "due_passed")


async def test_who_owes_by_hand_beside_a_rule_owes_once_when_it_comes_to_fit_the_rule(world: World) -> None:
    rule = {"any_of": [{"kind": "district"}]}
    made = await world.make(
        f"/v1/campaigns/{world.campaign_id}/deliverables", {"kind": "k", "title": "t", "owed_by_rule": rule}
    )
    await world.make(f"/v1/deliverables/{made['id']}/owed-by", {"organization_ids": [world.ids["town"]]})
    assert (
        await world.patch(f"/v1/organizations/{world.ids['town']}", {"kind": "district"}, 1)
    ).status_code == 200
    assert sorted(await by_unit(world)) == ["district", "other district", "town"]


async def test_what_is_cancelled_is_owed_by_nobody_and_stays_so(world: World) -> None:
    made = (await define(world, "district", "department", "town")).json()
    before = await by_unit(world)
    await world.put(f"/v1/assignments/{before['town']['id']}/waiver", {"reason": "并入区里"})
    path = f"/v1/deliverables/{made['id']}"
    assert (await world.post(f"{path}/cancel", {"reason": "并入"}, If_Match='"9"')).status_code == 412
    answer = await world.post(f"{path}/cancel", {"reason": "并入总体总结"}, If_Match='"1"')
    cancelled = answer.json()
    assert (answer.status_code, cancelled["version"]) == (200, 2)
    assert (cancelled["cancelled_at"], cancelled["cancel_reason"]) == ("2024-08-30T01:00:00Z", "并入总体总结")
    after = await by_unit(world)
    assert {unit: each["waiver"]["reason"] for unit, each in after.items()} == {
        "district": "并入总体总结",
        "department": "并入总体总结",
        "town": "并入区里",
    }
    assert {each["state"] for each in after.values()} == {"waived"}
    assert (await world.facts(made["id"]))[-1] == ("deliverable.cancelled", 2, "coordinator")
    mine = after["district"]["id"]
    owe = {"organization_ids": [world.ids["other district"]]}
    extend = {"organization_ids": [world.ids["district"]], "due_on": "2024-09-20", "reason": "r"}
    refusals = [
        await world.post(f"{path}/cancel", {"reason": "again"}),
        await world.put(f"{path}/due", {"due_on": "2024-09-18", "reason": "r"}),
        await change(world, made["id"], 2, title="t"),
        await world.post(f"{path}/owed-by", owe),
        await world.post(f"{path}/extensions", extend),
        await world.post(f"/v1/assignments/{mine}/unwaive", {"reason": "r"}),
    ]
    assert [(each.status_code, each.json()["code"]) for each in refusals] == [(409, "cancelled")] * 6
    extension = await world.put(f"/v1/assignments/{mine}/extension", {"due_on": "2024-09-20", "reason": "r"})
    assert (extension.status_code, extension.json()["code"]) == (409, "waived")


async def test_a_waiver_taken_back_while_all_is_cancelled_leaves_nothing_owed(world: World) -> None:
    made = (await define(world, "town", "department")).json()
    mine = (await by_unit(world))["town"]
    await world.put(f"/v1/assignments/{mine['id']}/waiver", {"reason": "r"})
    unwaived, cancelled = await asyncio.gather(
        world.post(f"/v1/assignments/{mine['id']}/unwaive", {"reason": "r"}),
        world.post(f"/v1/deliverables/{made['id']}/cancel", {"reason": "r"}),
    )
    assert (cancelled.status_code, unwaived.status_code in (200, 409)) == (200, True)
    assert {each["state"] for each in await assignments(world)} == {"waived"}


@pytest.mark.parametrize(
    ("due", "moment"),
    [
        ({"due_on": "2025-03-09", "due_time": "02:30:00"}, "2025-03-09T03:30:00-04:00"),
        ({"due_on": "2024-11-03", "due_time": "01:30:00"}, "2024-11-03T01:30:00-05:00"),
        ({"due_on": "2024-11-03"}, "2024-11-03T23:59:59.999999-05:00"),
        ({"due_on": "2024-11-02"}, "2024-11-02T23:59:59.999999-04:00"),
    ],
)
async def test_where_clocks_change_nobody_is_late_for_it(
    world: World, due: dict[str, Any], moment: str
) -> None:
    campaign = await world.open_campaign(timezone="America/New_York")
    body = {"kind": "k", "title": "t", "owed_by": [world.ids["town"]], **due}
    made = await world.make(f"/v1/campaigns/{campaign['id']}/deliverables", body)
    assert made["due_at"] == moment
