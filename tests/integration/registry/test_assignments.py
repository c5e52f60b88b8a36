"""Assignments: who sees whose, extensions and waivers with reasons."""

from typing import Any

import pytest

from tests.integration.registry.conftest import World
from tests.integration.registry.test_deliverables import assignments, define

NEVER = "00000000-0000-7000-8000-000000000000"


async def owed_by(world: World, unit: str) -> dict[str, Any]:
    """The assignment of a unit, after a summary was asked of all."""
    await define(world, "district", "other district", "town", "department", "other department")
    listed = await assignments(world)
    return next(each for each in listed if each["organization_id"] == world.ids[unit])


@pytest.mark.parametrize(
    ("key", "units"),
    [
        ("coordinator", {"district", "other district", "town", "department", "other department"}),
        ("auditor", {"district", "other district", "town", "department", "other department"}),
        ("overseer", {"district", "town"}),
        ("reporter", {"department"}),
        ("town", {"town"}),
        ("stranger", {"other department"}),
        ("other office", {"other district"}),
    ],
)
async def test_each_sees_what_concerns_it(world: World, key: str, units: set[str]) -> None:
    await owed_by(world, "town")
    names = {id: unit for unit, id in world.ids.items()}
    assert {names[each["organization_id"]] for each in await assignments(world, key)} == units


async def test_asking_for_anothers_assignments_finds_nothing(world: World) -> None:
    await owed_by(world, "town")
    path = f"/v1/campaigns/{world.campaign_id}/assignments?organization_id={world.ids['town']}"
    assert (await world.get(path, "stranger")).status_code == 404
    assert (await world.get(path, "other office")).status_code == 404
    assert len(await world.items(path, "overseer")) == 1
    assert len(await world.items(path, "town")) == 1


async def test_an_overseer_finds_nothing_beside_or_above_its_own_subtree(world: World) -> None:
    await owed_by(world, "town")
    path = f"/v1/campaigns/{world.campaign_id}/assignments?organization_id="
    asked = [world.ids[unit] for unit in ("district", "town", "other district", "office")]
    statuses = [(await world.get(path + id, "overseer")).status_code for id in [*asked, NEVER]]
    assert statuses == [200, 200, 404, 404, 404]


async def test_the_list_is_narrowed_to_a_deliverable_and_goes_page_by_page(world: World) -> None:
    await owed_by(world, "town")
    plan = (await define(world, "town", "department", title="实施方案")).json()
    path = f"/v1/campaigns/{world.campaign_id}/assignments"
    narrowed = await world.items(f"{path}?deliverable_id={plan['id']}")
    assert {each["title"] for each in narrowed} == {"实施方案"}
    assert {each["organization_id"] for each in narrowed} == {world.ids["town"], world.ids["department"]}
    assert [each["title"] for each in await world.items(path, "reporter")] == ["活动总结", "实施方案"]
    first = (await world.get(f"{path}?limit=5")).json()
    rest = (await world.get(f"{path}?limit=5&cursor={first['next_cursor']}")).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (5, 2, None)
    assert [*first["items"], *rest["items"]] == await assignments(world)
    assert (await world.get(f"/v1/campaigns/{NEVER}/assignments")).status_code == 404


async def test_an_extension_names_who_gave_it_and_when_and_a_second_one_takes_its_place(
    world: World,
) -> None:
    mine = await owed_by(world, "town")
    path = f"/v1/assignments/{mine['id']}/extension"
    giver = (await world.get("/v1/me")).json()["key_id"]
    given = world.later(hours=2).isoformat().replace("+00:00", "Z")
    body = {"due_at": "2024-09-20T18:00:00+08:00", "reason": "台风"}
    first = (await world.put(path, body)).json()
    assert (first["extension"]["granted_by"], first["extension"]["granted_at"]) == (giver, given)
    assert (first["due_set_at"], first["updated_at"]) == (given, given)
    shorter = {"due_at": "2024-09-18T18:00:00+08:00", "reason": "台风已过"}
    second = (await world.put(path, shorter, If_Match='"2"')).json()
    assert (second["due_at"], second["extension"]["reason"]) == ("2024-09-18T10:00:00Z", "台风已过")
    assert await world.facts(mine["id"]) == [
        ("assignment.made", 1, "coordinator"),
        ("assignment.extended", 2, "coordinator"),
        ("assignment.extended", 3, "coordinator"),
    ]
    assert (await assignments(world, "town")) == [second]


async def test_what_is_owed_without_a_date_can_be_given_one_for_one_unit(world: World) -> None:
    made = (await define(world, "town", "department", due_on=None)).json()
    mine, other = await assignments(world)
    body = {"due_at": "2024-09-20T18:00:00+08:00", "reason": "开幕式承办"}
    await world.put(f"/v1/assignments/{mine['id']}/extension", body)
    assert [each["due_at"] for each in await assignments(world)] == ["2024-09-20T10:00:00Z", None]
    await world.put(f"/v1/deliverables/{made['id']}/due", {"due_on": "2024-09-06", "reason": "定了"})
    due = {each["id"]: each["due_at"] for each in await assignments(world)}
    assert due == {mine["id"]: "2024-09-20T10:00:00Z", other["id"]: "2024-09-06T15:59:59.999999Z"}


async def test_an_extension_gives_one_unit_a_moment_of_its_own_and_keeps_why(world: World) -> None:
    mine = await owed_by(world, "town")
    body = {"due_at": "2024-09-20T18:00:00+08:00", "reason": "台风"}
    answer = await world.put(f"/v1/assignments/{mine['id']}/extension", body, If_Match='"1"')
    extended = answer.json()
    assert (answer.status_code, extended["version"], extended["due_at"]) == (200, 2, "2024-09-20T10:00:00Z")
    assert (extended["extension"]["reason"], extended["extension"]["due_at"]) == (
        "台风",
        "2024-09-20T10:00:00Z",
    )
    others = [each for each in await assignments(world) if each["id"] != mine["id"]]
    assert {each["due_at"] for each in others} == {"2024-09-16T15:59:59.999999Z"}
    assert await world.facts(mine["id"]) == [
        ("assignment.made", 1, "coordinator"),
        ("assignment.extended", 2, "coordinator"),
    ]


async def test_an_extension_moves_what_closes_before_it(world: World) -> None:
    await define(world, "town", closes_at="2024-09-18T00:00:00+08:00")
    (mine,) = await assignments(world)
    body = {"due_at": "2024-09-20T18:00:00+08:00", "reason": "台风"}
    extended = (await world.put(f"/v1/assignments/{mine['id']}/extension", body)).json()
    assert extended["closes_at"] == "2024-09-20T10:00:00Z"


async def test_a_waived_assignment_is_owed_no_longer_and_cannot_be_extended(world: World) -> None:
    mine = await owed_by(world, "town")
    path = f"/v1/assignments/{mine['id']}"
    waived = (await world.put(f"{path}/waiver", {"reason": "并入区里"})).json()
    assert (waived["state"], waived["waiver"]["reason"]) == ("waived", "并入区里")
    again = await world.put(f"{path}/waiver", {"reason": "并入区里"})
    assert again.json()["version"] == 2
    body = {"due_at": "2024-09-20T18:00:00+08:00", "reason": "台风"}
    refused = await world.put(f"{path}/extension", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "waived")
    assert [fact for fact, _, _ in await world.facts(mine["id"])] == ["assignment.made", "assignment.waived"]


GROUNDLESS: list[tuple[str, dict[str, Any], str]] = [
    ("extension", {"due_at": "2024-08-29T18:00:00+08:00", "reason": "r"}, "extension_in_the_past"),
    ("extension", {"due_at": "2024-09-20T18:00:00", "reason": "r"}, "invalid"),
    ("extension", {"due_at": None, "reason": "r"}, "invalid"),
    ("extension", {"due_at": "2024-09-20T18:00:00+08:00"}, "invalid"),
    ("extension", {"due_at": "2024-09-20T18:00:00+08:00", "reason": "  "}, "invalid"),
    ("waiver", {}, "invalid"),
    ("waiver", {"reason": "r", "state": "accepted"}, "invalid"),
]


async def test_an_extension_or_waiver_without_ground_is_refused(world: World) -> None:
    mine = await owed_by(world, "town")
    said = []
    for what, body, _ in GROUNDLESS:
        answer = await world.put(f"/v1/assignments/{mine['id']}/{what}", body)
        assert answer.status_code == 422
        said.append((what, body, answer.json()["code"]))
    assert said == GROUNDLESS
    assert len(await world.facts(mine["id"])) == 1


@pytest.mark.parametrize("what", ["extension", "waiver"])
async def test_only_the_issuers_coordinator_lets_anyone_off(world: World, what: str) -> None:
    mine = await owed_by(world, "town")
    body = {"reason": "r"} | ({"due_at": "2024-09-20T18:00:00+08:00"} if what == "extension" else {})
    statuses = {
        key: (await world.put(f"/v1/assignments/{mine['id']}/{what}", body, key)).status_code
        for key in ("town", "overseer", "auditor", "ops", "other office")
    }
    assert statuses == {"town": 403, "overseer": 403, "auditor": 403, "ops": 403, "other office": 404}
    assert (await world.put(f"/v1/assignments/{NEVER}/{what}", body)).status_code == 404
    stale = await world.put(f"/v1/assignments/{mine['id']}/{what}", body, If_Match='"5"')
    assert stale.status_code == 412
