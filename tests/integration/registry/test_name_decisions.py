"""Decisions on names from outside: remembered with who and why, undone, and void when their unit has closed."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.registry.conftest import World
from tests.integration.registry.test_names import resolve_one

DECISIONS = "/v1/name-decisions"


async def decide(world: World, text: str, unit: str = "district", **fields: Any) -> dict[str, Any]:
    """What was decided, as it was answered."""
    return await world.make(DECISIONS, {"text": text, "organization_id": world.ids[unit], **fields})


async def test_a_decision_is_answered_whole_and_resolves_from_then_on(world: World) -> None:
    assert (await resolve_one(world, "吴江网安"))["outcome"] != "resolved"
    made = await decide(world, " 吴江网安 ", why="电话核实")
    me = world.keys["coordinator"].split("_")[1]
    assert made == {
        "id": made["id"],
        "text": "吴江网安",
        "organization_id": world.ids["district"],
        "outside_party": None,
        "why": "电话核实",
        "decided_at": "2024-08-30T01:00:00Z",
        "decided_by": made["decided_by"],
        "undone_at": None,
        "undone_by": None,
        "in_force": True,
    }
    assert made["decided_by"].replace("-", "") == me
    result = await resolve_one(world, "吴江网安")
    assert (result["organization_id"], result["matched_by"]) == (world.ids["district"], "decision")
    assert (await resolve_one(world, "“吴江 网安”"))["matched_by"] == "normalized"


async def test_a_text_may_mean_a_party_outside_of_the_register(world: World) -> None:
    await world.make(DECISIONS, {"text": "嘉善县委宣传部", "outside_party": "浙江省嘉善县委宣传部"})
    for text, rule in (("嘉善县委宣传部", "decision"), ("嘉善县委 宣传部", "normalized")):
        assert await resolve_one(world, text) == {
            "name": text,
            "outcome": "resolved",
            "organization_id": None,
            "outside_party": "浙江省嘉善县委宣传部",
            "matched_by": rule,
            "candidates": [],
        }


async def test_a_decision_that_is_undone_is_to_be_made_again_and_stays_in_the_history(world: World) -> None:
    made = await decide(world, "吴江网安")
    world.later(hours=1)
    for _ in range(2):
        assert (await world.ask("DELETE", f"{DECISIONS}/{made['id']}")).status_code == 204
    assert (await resolve_one(world, "吴江网安"))["outcome"] != "resolved"
    assert await world.items(DECISIONS) == []
    (undone,) = await world.items(f"{DECISIONS}?undone=true")
    assert undone == made | {
        "undone_at": "2024-08-30T02:00:00Z",
        "undone_by": made["decided_by"],
        "in_force": False,
    }
    await decide(world, "吴江网安", "town")
    assert (await resolve_one(world, "吴江网安"))["organization_id"] == world.ids["town"]


async def test_a_decision_that_nobody_knows_cannot_be_undone(world: World) -> None:
    answer = await world.ask("DELETE", f"{DECISIONS}/{uuid4()}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_text_means_one_thing_until_that_is_undone(world: World) -> None:
    made = await decide(world, "吴江网安")
    body = {"text": "吴江网安", "outside_party": "外单位"}
    answer = await world.post(DECISIONS, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "decided_already")
    assert answer.json()["decision_id"] == made["id"]


async def test_of_two_who_decide_one_text_at_once_one_is_refused(world: World) -> None:
    units = ("district", "town", "department")
    answers = await asyncio.gather(
        *(world.post(DECISIONS, {"text": "吴江网安", "organization_id": world.ids[unit]}) for unit in units)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_a_name_or_alias_is_nothing_to_decide_on(world: World) -> None:
    await world.make_unit("高新区", aliases=["新区"])
    for text in ("高新区", "新区", "盛泽镇"):
        answer = await world.post(DECISIONS, {"text": text, "outside_party": "外单位"})
        assert (answer.status_code, answer.json()["code"]) == (409, "text_is_name")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "总台"}, "invalid"),
        ({"text": "总台", "organization_id": "town", "outside_party": "外单位"}, "invalid"),
        ({"text": " ", "outside_party": "外单位"}, "invalid"),
        ({"text": "长" * 601, "outside_party": "外单位"}, "invalid"),
        ({"text": "总台", "organization_id": "nobody"}, "organization_unknown"),
        ({"text": "总台", "organization_id": "closed"}, "organization_closed"),
    ],
)
async def test_a_decision_that_says_nothing_or_names_nobody_is_refused(
    world: World, body: dict[str, Any], code: str
) -> None:
    world.ids["nobody"] = str(uuid4())
    world.ids["closed"] = (await world.make_unit("旧局"))["id"]
    await world.patch(f"/v1/organizations/{world.ids['closed']}", {"closed_on": "2024-08-29"}, version=1)
    if "organization_id" in body:
        body = body | {"organization_id": world.ids[body["organization_id"]]}
    answer = await world.post(DECISIONS, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await world.items(DECISIONS) == []


async def test_a_decision_whose_unit_has_closed_is_to_be_made_again(world: World) -> None:
    await decide(world, "丝绸之乡", "town")
    await world.patch(f"/v1/organizations/{world.ids['town']}", {"closed_on": "2024-08-30"}, version=1)
    assert (await resolve_one(world, "丝绸之乡"))["outcome"] != "resolved"
    (void,) = await world.items(DECISIONS)
    assert void["in_force"] is False
    again = await decide(world, "丝绸之乡", "district")
    assert (await resolve_one(world, "丝绸之乡"))["organization_id"] == world.ids["district"]
    assert [each["id"] for each in await world.items(DECISIONS)] == [again["id"]]
    assert [each["id"] for each in await world.items(f"{DECISIONS}?undone=true")] == [void["id"]]


async def test_a_decision_whose_unit_was_merged_follows_the_successor(world: World) -> None:
    await decide(world, "丝绸之乡", "town")
    for unit, into in (("town", "district"), ("district", "other district")):
        body = {"into_id": world.ids[into], "reason": "区划调整"}
        await world.make(f"/v1/organizations/{world.ids[unit]}/merge", body)
    result = await resolve_one(world, "丝绸之乡")
    assert (result["organization_id"], result["matched_by"]) == (world.ids["other district"], "decision")


async def test_decisions_are_found_by_text_party_and_unit(world: World) -> None:
    one = await decide(world, "吴江网安（试）")
    other = await world.make(DECISIONS, {"text": "嘉善", "outside_party": "ＡＢＣ公司"})
    for query, found in (
        ("q=网安(试)", [one]),
        ("q=abc", [other]),
        ("q=吴江区委宣传部", [one]),
        (f"organization_id={world.ids['district']}", [one]),
        (f"organization_id={world.ids['town']}", []),
        ("undone=true", []),
        ("limit=1", [one, other]),
    ):
        assert await world.items(f"{DECISIONS}?{query.replace('limit=1', 'undone=false')}") == found, query


async def test_an_import_and_this_list_remember_in_one_place(world: World) -> None:
    await decide(world, "吴江网安")
    sheet = "序号,活动类别,活动名称,主办单位\n1,网络安全进机关,专题讲座,吴江网安、丝绸之乡\n"
    preview = await world.service.ask(
        "POST",
        f"/v1/campaigns/{world.campaign_id}/imports",
        world.keys["coordinator"],
        files={"file": ("annex.csv", sheet.encode(), "text/csv")},
        data={"kind": "activities"},
    )
    assert [item["text"] for item in preview.json()["to_review"]] == ["丝绸之乡"]
    decisions = [
        {"text": "丝绸之乡", "organization_id": world.ids["town"], "why": "别称"},
        {"text": "吴江网安", "organization_id": world.ids["town"]},
    ]
    await world.make(f"/v1/imports/{preview.json()['id']}/apply", {"decisions": decisions})
    listed = {each["text"]: each["organization_id"] for each in await world.items(DECISIONS)}
    assert listed == {"丝绸之乡": world.ids["town"], "吴江网安": world.ids["town"]}
    (undone,) = await world.items(f"{DECISIONS}?undone=true")
    assert (undone["text"], undone["organization_id"]) == ("吴江网安", world.ids["district"])
