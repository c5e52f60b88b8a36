"""Deliverables: due at the last instant of a day in the campaign's zone, dated then or later, moved with a reason."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.registry.conftest import World

DUE = "2024-09-16T23:59:59.999999+08:00"


async def define(world: World, *units: str, key: str = "coordinator", **fields: Any) -> Any:
    body = {
        "kind": "activity_summary",
        "title": "活动总结",
        "due_on": "2024-09-16",
        "sections": ["特色内容"],
        "owed_by": [world.ids[unit] for unit in units or ("district", "department")],
        **fields,
    }
    return await world.post(f"/v1/campaigns/{world.campaign_id}/deliverables", body, key)


async def assignments(world: World, key: str = "coordinator") -> list[dict[str, Any]]:
    return await world.items(f"/v1/campaigns/{world.campaign_id}/assignments", key)


async def test_by_16_september_is_until_its_last_instant_and_the_holiday_is_said(world: World) -> None:
    answer = await define(world)
    made = answer.json()
    assert (answer.status_code, answer.headers["etag"], made["due_at"]) == (201, '"1"', DUE)
    (warning,) = made["warnings"]
    assert warning["holiday"] == "中秋节"
    assert (warning["working_day_before"], warning["working_day_after"]) == ("2024-09-14", "2024-09-18")
    assert {each["due_at"] for each in await assignments(world)} == {"2024-09-16T15:59:59.999999Z"}


async def test_a_working_saturday_is_no_day_off(world: World) -> None:
    assert (await define(world, due_on="2024-09-14")).json()["warnings"] == []


async def test_a_clock_time_is_due_at_that_very_moment(world: World) -> None:
    made = (await define(world, due_on="2024-09-18", due_time="17:30:00")).json()
    assert made["due_at"] == "2024-09-18T17:30:00+08:00"


async def test_the_zone_is_the_campaigns(world: World) -> None:
    campaign = await world.open_campaign(timezone="UTC")
    body = {"kind": "k", "title": "t", "due_on": "2024-09-16", "owed_by": [world.ids["town"]]}
    made = await world.make(f"/v1/campaigns/{campaign['id']}/deliverables", body)
    assert made["due_at"] == "2024-09-16T23:59:59.999999Z"


async def test_each_that_owes_it_gets_one_assignment_in_the_same_moment(world: World) -> None:
    made = (await define(world, "district", "department", "district")).json()
    assert made["assignment_count"] == 2
    listed = await assignments(world)
    assert {each["organization_id"] for each in listed} == {world.ids["district"], world.ids["department"]}
    assert {each["deliverable_id"] for each in listed} == {made["id"]}
    facts = await world.facts()
    assert facts[-3:] == [
        ("deliverable.defined", 1, "coordinator"),
        ("assignment.made", 1, "coordinator"),
        ("assignment.made", 1, "coordinator"),
    ]


async def test_what_has_no_date_yet_gets_one_later_and_each_assignment_follows(world: World) -> None:
    made = (await define(world, due_on=None)).json()
    assert (made["due_at"], {each["due_at"] for each in await assignments(world)}) == (None, {None})
    path = f"/v1/deliverables/{made['id']}/due"
    dated = await world.put(path, {"due_on": "2024-09-06", "reason": "the ceremony's date is set"})
    assert dated.json()["due_at"] == "2024-09-06T23:59:59.999999+08:00"
    assert {each["due_at"] for each in await assignments(world)} == {"2024-09-06T15:59:59.999999Z"}
    undated = await world.put(path, {"due_on": None, "reason": "put off"}, If_Match='"2"')
    assert (undated.json()["due_at"], undated.json()["version"]) == (None, 3)
    facts = await world.facts(made["id"])
    assert facts == [("deliverable.defined", 1, "coordinator")] + [
        ("deliverable.due_set", version, "coordinator") for version in (2, 3)
    ]


async def test_a_date_is_moved_with_a_reason_and_for_the_version_that_was_seen(world: World) -> None:
    path = f"/v1/deliverables/{(await define(world)).json()['id']}/due"
    without = await world.put(path, {"due_on": "2024-09-18"})
    stale = await world.put(path, {"due_on": "2024-09-18", "reason": "holiday"}, If_Match='"7"')
    moved = await world.put(path, {"due_on": "2024-09-18", "reason": "holiday"}, If_Match='"1"')
    assert [answer.status_code for answer in (without, stale, moved)] == [422, 412, 200]
    assert (moved.json()["due_reason"], moved.json()["warnings"]) == ("holiday", [])


async def test_who_has_an_extension_keeps_it_when_the_date_moves(world: World) -> None:
    made = (await define(world)).json()
    mine = next(each for each in await assignments(world) if each["organization_id"] == world.ids["district"])
    extension = {"due_at": "2024-09-25T12:00:00+08:00", "reason": "flood"}
    await world.put(f"/v1/assignments/{mine['id']}/extension", extension)
    await world.put(f"/v1/deliverables/{made['id']}/due", {"due_on": "2024-09-18", "reason": "holiday"})
    due = {each["organization_id"]: each["due_at"] for each in await assignments(world)}
    assert due[world.ids["district"]] == "2024-09-25T04:00:00Z"
    assert due[world.ids["department"]] == "2024-09-18T15:59:59.999999Z"


NOT_OWED: list[tuple[dict[str, Any], str]] = [
    ({"due_on": "2024-08-30", "due_time": "08:00:00"}, "due_in_the_past"),
    ({"due_on": "2024-08-29"}, "due_in_the_past"),
    ({"due_on": "1924-09-16"}, "due_out_of_reach"),
    ({"due_on": "2124-09-16"}, "due_out_of_reach"),
    ({"due_on": None, "due_time": "17:00:00"}, "time_without_date"),
    ({"due_time": "17:00:00+09:00"}, "due_time_has_offset"),
    ({"closes_at": "2024-09-16T23:00:00+08:00"}, "closes_before_due"),
    ({"closes_at": "2024-09-20T23:00:00"}, "invalid"),
    ({"due_on": "2024-09-31"}, "invalid"),
    ({"due_on": "20240916"}, "invalid"),
    ({"due_on": 20240916}, "invalid"),
    ({"due_on": "2024-09-16T10:00:00+08:00"}, "invalid"),
    ({"due_time": "24:00:00"}, "invalid"),
    ({"owed_by": []}, "invalid"),
    ({"title": " "}, "invalid"),
    ({"due_at": DUE}, "invalid"),
    ({"timezone": "Asia/Nowhere"}, "invalid"),
]


async def test_what_cannot_be_owed_is_refused_and_leaves_nothing(world: World) -> None:
    before = await world.facts()
    said = []
    for fields, _ in NOT_OWED:
        answer = await define(world, **fields)
        said.append((fields, answer.json()["code"] if answer.status_code == 422 else answer.status_code))
    assert said == NOT_OWED
    assert await world.facts() == before


async def test_a_unit_that_nobody_knows_owes_nothing_and_its_place_is_told(world: World) -> None:
    unknown = "00000000-0000-7000-8000-000000000000"
    answer = await define(world, owed_by=[world.ids["town"], unknown])
    refused = answer.json()
    assert (answer.status_code, refused["code"]) == (422, "organization_unknown")
    assert refused["errors"] == [{"field": "owed_by.1", "message": f"{unknown} is not in the register"}]
    assert await assignments(world) == []


async def test_a_plain_weekend_is_said_too_and_so_is_the_day_it_is_moved_to(world: World) -> None:
    made = (await define(world, due_on="2024-09-07")).json()
    assert [warning["holiday"] for warning in made["warnings"]] == ["周末"]
    moved = await world.put(
        f"/v1/deliverables/{made['id']}/due", {"due_on": "2024-09-17", "reason": "more time"}
    )
    assert [warning["holiday"] for warning in moved.json()["warnings"]] == ["中秋节"]


async def test_a_date_is_not_moved_into_the_past_nor_past_the_moment_it_closes(world: World) -> None:
    made = (await define(world, closes_at="2024-09-20T00:00:00+08:00")).json()
    path = f"/v1/deliverables/{made['id']}"
    codes = [
        (await world.put(f"{path}/due", {"reason": "slip"} | due)).json()["code"]
        for due in (
            {"due_on": "2024-08-29"},
            {"due_on": "2024-09-20"},
            {"due_on": None, "due_time": "18:00:00"},
            {},
        )
    ]
    assert codes == ["due_in_the_past", "closes_before_due", "time_without_date", "invalid"]
    assert (await world.get(path)).json() == made
    assert await world.facts(made["id"]) == [("deliverable.defined", 1, "coordinator")]


async def test_each_assignment_that_follows_says_so_once_and_the_extended_one_says_nothing(
    world: World,
) -> None:
    made = (await define(world)).json()
    mine, other = await assignments(world)
    extension = {"due_at": "2024-09-25T12:00:00+08:00", "reason": "flood"}
    await world.put(f"/v1/assignments/{mine['id']}/extension", extension)
    due = {"due_on": "2024-09-18", "reason": "holiday"}
    for _ in range(2):
        await world.put(f"/v1/deliverables/{made['id']}/due", due)
    assert [fact for fact, _, _ in await world.facts(mine["id"])] == [
        "assignment.made",
        "assignment.extended",
    ]
    assert await world.facts(other["id"]) == [
        ("assignment.made", 1, "coordinator"),
        ("assignment.due_set", 2, "coordinator"),
    ]


async def test_every_unit_reads_what_a_campaign_asks_for(world: World) -> None:
    first, second = [(await define(world, title=title)).json() for title in ("实施方案", "活动总结")]
    path = f"/v1/campaigns/{world.campaign_id}/deliverables"
    assert await world.items(path, "stranger") == [first, second]
    assert (await world.get(f"/v1/deliverables/{second['id']}", "town")).json() == second
    never = "00000000-0000-7000-8000-000000000000"
    unknown = [f"/v1/deliverables/{never}", f"/v1/campaigns/{never}/deliverables"]
    assert [(await world.get(each)).status_code for each in unknown] == [404, 404]


async def test_due_today_is_still_possible(world: World) -> None:
    world.at(datetime(2024, 9, 16, 15, 59, tzinfo=UTC))
    assert (await define(world)).status_code == 201
    world.later(minutes=1)
    assert (await define(world)).json()["code"] == "due_in_the_past"


@pytest.mark.parametrize(
    ("key", "status"),
    [("overseer", 403), ("reporter", 403), ("auditor", 403), ("ops", 403), ("other office", 404)],
)
async def test_only_the_issuers_coordinator_says_what_is_owed(world: World, key: str, status: int) -> None:
    made = (await define(world)).json()
    assert (await define(world, key=key)).status_code == status
    moved = await world.put(
        f"/v1/deliverables/{made['id']}/due", {"due_on": "2024-09-18", "reason": "mine"}, key
    )
    assert moved.status_code == status


async def test_the_same_request_again_defines_it_once(world: World) -> None:
    path, body = (
        f"/v1/campaigns/{world.campaign_id}/deliverables",
        {"kind": "k", "title": "t", "due_on": None, "owed_by": [world.ids["town"]]},
    )
    first, again = [await world.post(path, body, Idempotency_Key="once") for _ in range(2)]
    assert first.content == again.content
    assert len(await assignments(world)) == 1
