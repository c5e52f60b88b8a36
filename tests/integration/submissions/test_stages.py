"""Review in two stages: the district between unit and office first, then the office; each seen in the state."""

from typing import Any
from uuid import uuid4

import pytest

from contracts.registry.assignments import Assignment
from contracts.registry.organizations import OrganizationRegistered
from tests.integration.submissions.conftest import World, a_unit

REASONS = {"reasons": [{"section": "创新做法", "reason": "请补充"}, {"reason": "请统一名称"}]}


async def handed_in(world: World, unit: str = "town") -> tuple[Assignment, str]:
    assignment = await world.assign(unit, review_stages=2)
    return assignment, (await world.hand_in(assignment, key=unit)).json()["id"]


async def decide(world: World, who: str, id: str, verb: str = "accept", **body: Any) -> dict[str, Any]:
    answer = await world.post(f"/v1/submissions/{id}/{verb}", who, body)
    return {**answer.json(), "status": answer.status_code}


async def test_the_district_lets_it_through_and_then_the_office_accepts(world: World) -> None:
    _, id = await handed_in(world)
    shown = (await world.get(f"/v1/submissions/{id}", "town")).json()
    assert (shown["state"], shown["review_stage"], shown["review_stages"]) == ("received", 1, 2)
    endorsed = await decide(world, "district", id)
    assert (endorsed["state"], endorsed["review_stage"]) == ("received", 2)
    assert endorsed["endorsed_by"] == str(world.ids["district"])
    assert endorsed["accepted_version"] is None
    accepted = await decide(world, "office", id)
    assert (accepted["state"], accepted["accepted_version"]) == ("accepted", 1)
    assert [kind.split(".")[3] for kind, *_ in await world.service.events()] == [
        "received",
        "endorsed",
        "accepted",
    ]


async def test_the_office_does_not_accept_what_the_district_has_not_let_through_but_may_return_it(
    world: World,
) -> None:
    _, id = await handed_in(world)
    early = await decide(world, "office", id)
    assert (early["status"], early["code"]) == (409, "not_endorsed")
    returned = await decide(world, "office", id, "return", **REASONS)
    assert (returned["state"], returned["review_stage"]) == ("returned", 1)


async def test_past_the_first_stage_the_district_decides_no_more(world: World) -> None:
    _, id = await handed_in(world)
    await decide(world, "district", id)
    bodies: dict[str, dict[str, Any]] = {"accept": {}, "return": REASONS}
    for verb, body in bodies.items():
        late = await decide(world, "district", id, verb, **body)
        assert (late["status"], late["code"]) == (409, "endorsed_already")
    returned = await decide(world, "office", id, "return", **REASONS)
    assert (returned["state"], returned["review_stage"]) == ("returned", 2)


async def test_the_next_version_begins_at_the_first_stage_again(world: World) -> None:
    assignment, id = await handed_in(world)
    await decide(world, "district", id)
    await decide(world, "office", id, "return", **REASONS)
    await world.hand_in(assignment, text="补")
    shown = (await world.get(f"/v1/submissions/{id}", "town")).json()
    assert (shown["version"], shown["review_stage"], shown["endorsed_at"]) == (2, 1, None)


async def test_where_nobody_stands_between_unit_and_office_the_office_reviews_alone(world: World) -> None:
    _, id = await handed_in(world, "district")
    shown = (await world.get(f"/v1/submissions/{id}", "district")).json()
    assert (shown["review_stage"], shown["review_stages"]) == (2, 2)
    assert (await decide(world, "office", id))["state"] == "accepted"


async def test_an_overseer_over_the_office_has_no_part_in_its_two_stages(world: World) -> None:
    ministry = uuid4()
    above = a_unit(world.ids["office"], "office", ministry, version=2)
    await world.service.hear(
        OrganizationRegistered(organization=a_unit(ministry, "ministry", None)),
        OrganizationRegistered(organization=above),
    )
    world.keys["ministry"] = await world.service.let_in(ministry, "overseer")
    _, id = await handed_in(world)
    answer = await decide(world, "ministry", id)
    assert (answer["status"], answer["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("who", "status"), [("town", 403), ("auditor", 403), ("stranger", 404), ("ops", 404)]
)
async def test_nobody_else_endorses(world: World, who: str, status: int) -> None:
    _, id = await handed_in(world)
    assert (await decide(world, who, id))["status"] == status


async def test_with_one_stage_the_district_accepts(world: World) -> None:
    assignment = await world.assign("town")
    id = (await world.hand_in(assignment)).json()["id"]
    assert (await decide(world, "district", id))["state"] == "accepted"


async def test_a_unit_sees_where_the_review_stands_and_by_when_to_correct(world: World) -> None:
    _, id = await handed_in(world)
    await decide(world, "district", id, "return", **REASONS, correct_by="2024-09-03T00:00:00Z")
    (item,) = (await world.get("/v1/assignments?state=returned", "town")).json()["items"]
    assert (item["review_stages"], item["review_stage"]) == (2, 1)
    assert item["correct_by"] == "2024-09-03T08:00:00+08:00"
    assert item["notice"] == "不得填报涉密信息"


@pytest.mark.parametrize("verb", ["accept", "return", "reopen", "withdraw"])
async def test_a_version_that_has_been_replaced_is_not_decided_also_by_the_bodys_word(
    world: World, verb: str
) -> None:
    assignment, id = await handed_in(world)
    await world.hand_in(assignment, text="新")
    bodies: dict[str, dict[str, Any]] = {"return": REASONS, "reopen": {"reason": "x"}}
    body = bodies.get(verb, {})
    who = {"accept": "district", "return": "district", "reopen": "office", "withdraw": "town"}[verb]
    stale = await decide(world, who, id, verb, version=1, **body)
    assert (stale["status"], stale["code"], stale["current_version"]) == (412, "stale_version", 2)


async def test_only_the_coordinator_reopens_and_says_why(world: World) -> None:
    assignment = await world.assign("town")
    id = (await world.hand_in(assignment)).json()["id"]
    await decide(world, "office", id)
    assert (await decide(world, "district", id, "reopen", reason="x"))["status"] == 403
    assert (await decide(world, "office", id, "reopen"))["code"] == "invalid"
    reopened = await decide(world, "office", id, "reopen", reason="数字有误")
    assert (reopened["state"], reopened["accepted_version"]) == ("returned", 1)
    assert reopened["reasons"] == [{"number": 1, "section": None, "reason": "数字有误"}]
    kept = await decide(world, "town", id, "withdraw")
    assert (kept["status"], kept["code"]) == (409, "not_withdrawable")
