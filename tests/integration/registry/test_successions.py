"""Mergers and splits from outside: names, the units below, and debts go over once; what is past stays."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.registry.conftest import World

ORGANIZATIONS = "/v1/organizations"
WHY = {"reason": "机构改革"}


async def merge(world: World, unit: str, into: str, **fields: Any) -> dict[str, Any]:
    """The merged unit, as it was answered."""
    body = {"into_id": world.ids.get(into, into), **WHY, **fields}
    return await world.make(f"{ORGANIZATIONS}/{world.ids.get(unit, unit)}/merge", body)


async def split(world: World, unit: str, *into: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The split unit, as it was answered."""
    return await world.make(f"{ORGANIZATIONS}/{world.ids[unit]}/split", {"into": into, **WHY, **fields})


async def owe(world: World, *units: str, **fields: Any) -> str:
    """A deliverable that these units owe by 16 September; its id."""
    body = {
        "kind": "activity_summary",
        "title": "活动总结",
        "due_on": "2024-09-16",
        "owed_by": [world.ids[unit] for unit in units],
        **fields,
    }
    made = await world.make(f"/v1/campaigns/{world.campaign_id}/deliverables", body)
    return str(made["id"])


async def debts(world: World, deliverable_id: str) -> dict[str, dict[str, Any]]:
    """Who has an assignment of this deliverable, by organization."""
    path = f"/v1/campaigns/{world.campaign_id}/assignments?deliverable_id={deliverable_id}"
    return {each["organization_id"]: each for each in await world.items(path)}


async def issue(world: World, *units: str, **fields: Any) -> str:
    """A notice that went out to these units; its id."""
    body = {
        "title": "通知",
        "body": "正文",
        "addressee_ids": [world.ids[unit] for unit in units],
        "acknowledge_by": "2024-09-06T18:00:00+08:00",
        **fields,
    }
    notice = await world.make(f"/v1/campaigns/{world.campaign_id}/notices", body)
    await world.make(f"/v1/notices/{notice['id']}/issue", {})
    return str(notice["id"])


async def asked(world: World, notice_id: str) -> dict[str, str]:
    """By organization, how far the acknowledgement of this notice is."""
    path = f"/v1/notices/{notice_id}/acknowledgements"
    return {each["organization_id"]: each["state"] for each in await world.items(path)}


async def show(world: World, unit: str) -> dict[str, Any]:
    shown: dict[str, Any] = (await world.get(f"{ORGANIZATIONS}/{world.ids.get(unit, unit)}")).json()
    return shown


async def test_a_merged_unit_is_closed_and_names_its_successor_and_why(world: World) -> None:
    merged = await merge(world, "department", "other department")
    assert (merged["version"], merged["closed_on"]) == (2, "2024-08-30")
    assert (merged["merged_into_id"], merged["closed_because"]) == (
        world.ids["other department"],
        "机构改革",
    )
    assert merged["name"] == "苏州市教育局"
    assert await show(world, "department") == merged
    assert await world.facts(world.ids["department"]) == [
        ("organization.registered", 1, "coordinator"),
        ("organization.merged", 2, "coordinator"),
    ]


async def test_a_merger_may_be_told_after_its_day_and_not_before(world: World) -> None:
    path = f"{ORGANIZATIONS}/{world.ids['department']}/merge"
    body = {"into_id": world.ids["other department"], **WHY}
    early = await world.post(path, body | {"on": "2024-08-31"})
    assert (early.status_code, early.json()["code"]) == (422, "closes_in_the_future")
    told = await world.post(path, body | {"on": "2024-08-01"}, If_Match='"1"')
    assert (told.status_code, told.json()["closed_on"]) == (200, "2024-08-01")


async def test_the_names_of_a_merged_unit_are_aliases_of_its_successor(world: World) -> None:
    path = f"{ORGANIZATIONS}/{world.ids['department']}"
    await world.patch(path, {"aliases": ["市教育局"], "name": "苏州市教育委员会"}, version=1)
    await merge(world, "department", "other department")
    heir = await show(world, "other department")
    assert heir["aliases"] == ["苏州市教育委员会", "市教育局", "苏州市教育局"]
    names = ["苏州市教育委员会", "市教育局", "苏州市教育局", "苏州市公安局"]
    answer = await world.post(f"{ORGANIZATIONS}/resolve", {"names": names}, "reporter")
    assert {result["organization_id"] for result in answer.json()["results"]} == {heir["id"]}


async def test_open_units_below_move_under_the_successor_and_closed_ones_stay(world: World) -> None:
    closed = await world.make_unit("旧镇", parent_id=world.ids["district"])
    await world.patch(f"{ORGANIZATIONS}/{closed['id']}", {"closed_on": "2024-08-29"}, version=1)
    await merge(world, "district", "other district")
    assert (await show(world, "town"))["parent_id"] == world.ids["other district"]
    assert (await show(world, closed["id"]))["parent_id"] == world.ids["district"]
    assert await world.facts(world.ids["town"]) == [
        ("organization.registered", 1, "coordinator"),
        ("organization.changed", 2, "coordinator"),
    ]


async def test_what_is_open_moves_with_its_id_and_terms(world: World) -> None:
    deliverable = await owe(world, "department")
    (before,) = (await debts(world, deliverable)).values()
    extension = {"due_at": "2024-09-20T10:00:00Z", **WHY}
    extended = (await world.put(f"/v1/assignments/{before['id']}/extension", extension)).json()
    await merge(world, "department", "other department")
    (moved,) = (await debts(world, deliverable)).values()
    changes = {"organization_id": world.ids["other department"], "version": 3}
    assert moved == extended | changes | {"updated_at": moved["updated_at"]}
    assert (await world.facts(before["id"]))[-1] == ("assignment.moved", 3, "coordinator")


async def test_what_is_owed_without_a_date_moves(world: World) -> None:
    deliverable = await owe(world, "department", due_on=None)
    await merge(world, "department", "other department")
    assert list(await debts(world, deliverable)) == [world.ids["other department"]]


async def test_what_was_due_before_stays_under_the_old_unit(world: World) -> None:
    past, waived = await owe(world, "department", due_on="2024-09-01"), await owe(world, "department")
    (let_off,) = (await debts(world, waived)).values()
    await world.put(f"/v1/assignments/{let_off['id']}/waiver", WHY)
    before = [await debts(world, each) for each in (past, waived)]
    world.later(days=5)
    await merge(world, "department", "other department")
    assert [await debts(world, each) for each in (past, waived)] == before


async def test_of_two_debts_for_one_deliverable_the_successor_keeps_its_own(world: World) -> None:
    deliverable = await owe(world, "department", "other department")
    await merge(world, "department", "other department")
    owed = await debts(world, deliverable)
    mine, theirs = owed[world.ids["department"]], owed[world.ids["other department"]]
    assert (mine["state"], theirs["state"], theirs["version"]) == ("waived", "owed", 1)
    assert mine["waiver"]["reason"] == "苏州市教育局并入苏州市公安局，由苏州市公安局报送：机构改革"


async def test_a_successor_that_was_let_off_owes_what_comes_over(world: World) -> None:
    deliverable = await owe(world, "department", "other department")
    theirs = (await debts(world, deliverable))[world.ids["other department"]]
    await world.put(f"/v1/assignments/{theirs['id']}/waiver", WHY)
    await merge(world, "department", "other department")
    owed = await debts(world, deliverable)
    states = {id: (each["state"], each["waiver"] is None) for id, each in owed.items()}
    assert states == {
        world.ids["department"]: ("waived", False),
        world.ids["other department"]: ("owed", True),
    }


async def test_a_successor_acknowledges_in_the_addressees_place_and_may_read_the_notice(world: World) -> None:
    notice = await issue(world, "department", "town")
    assert (await world.get(f"/v1/notices/{notice}", "stranger")).status_code == 404
    await merge(world, "department", "other department")
    assert await asked(world, notice) == {
        world.ids["other department"]: "owed",
        world.ids["town"]: "owed",
    }
    assert (await world.get(f"/v1/notices/{notice}", "stranger")).status_code == 200
    listed = await world.items(f"/v1/campaigns/{world.campaign_id}/notices", "stranger")
    assert [each["id"] for each in listed] == [notice]
    by = {"acknowledged_by": "值班员"}
    refused = await world.put(f"/v1/notices/{notice}/acknowledgement", by, "reporter")
    given = await world.put(f"/v1/notices/{notice}/acknowledgement", by, "stranger")
    assert (refused.status_code, given.status_code) == (404, 200)
    facts = [fact for fact, _, _ in await world.facts(given.json()["id"])]
    assert facts == ["acknowledgement.owed", "acknowledgement.moved", "acknowledgement.given"]


async def test_of_two_acknowledgements_of_one_notice_the_successors_own_counts(world: World) -> None:
    notice = await issue(world, "department", "other department")
    await merge(world, "department", "other department")
    assert await asked(world, notice) == {
        world.ids["department"]: "replaced",
        world.ids["other department"]: "owed",
    }


async def test_an_acknowledgement_that_was_given_or_due_before_stays(world: World) -> None:
    given, past = await issue(world, "department"), await issue(world, "department")
    await world.put(f"/v1/notices/{given}/acknowledgement", {"acknowledged_by": "值班员"}, "reporter")
    world.later(days=10)
    await merge(world, "department", "other department")
    assert await asked(world, given) == {world.ids["department"]: "acknowledged"}
    assert await asked(world, past) == {world.ids["department"]: "owed"}


@pytest.mark.parametrize(
    ("unit", "into", "status", "code"),
    [
        ("district", "district", 422, "merged_into_itself"),
        ("district", "town", 422, "successor_below"),
        ("district", "village", 422, "successor_below"),
        ("office", "town", 403, "own_place"),
        ("department", "nobody", 422, "organization_unknown"),
        ("department", "closed", 422, "organization_closed"),
        ("closed", "department", 409, "closed_already"),
        ("nobody", "department", 404, "not_found"),
    ],
)
async def test_a_merger_that_cannot_be_undone_and_makes_no_sense_is_refused(
    world: World, unit: str, into: str, status: int, code: str
) -> None:
    world.ids["nobody"] = str(uuid4())
    world.ids["closed"] = (await world.make_unit("旧局"))["id"]
    world.ids["village"] = (await world.make_unit("某村", parent_id=world.ids["town"]))["id"]
    await world.patch(f"{ORGANIZATIONS}/{world.ids['closed']}", {"closed_on": "2024-08-29"}, version=1)
    before = await world.facts()
    body = {"into_id": world.ids[into], **WHY}
    answer = await world.post(f"{ORGANIZATIONS}/{world.ids[unit]}/merge", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await world.facts() == before


async def test_what_was_merged_or_split_is_never_touched_again(world: World) -> None:
    await merge(world, "department", "other department")
    await split(world, "town", {"name": "盛泽镇东", "kind": "town"}, {"name": "盛泽镇西", "kind": "town"})
    for unit in ("department", "town"):
        path = f"{ORGANIZATIONS}/{world.ids[unit]}"
        into = [{"organization_id": world.ids["district"]}, {"organization_id": world.ids["office"]}]
        for answer in (
            await world.post(f"{path}/merge", {"into_id": world.ids["district"], **WHY}),
            await world.post(f"{path}/split", {"into": into, **WHY}),
            await world.patch(path, {"closed_on": None}, version=2),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "already_succeeded")
    answer = await world.post(
        f"{ORGANIZATIONS}/{world.ids['district']}/merge", {"into_id": world.ids["town"], **WHY}
    )
    assert answer.status_code == 422


async def test_a_split_leaves_the_first_successor_in_charge_and_the_others_beside_it(world: World) -> None:
    deliverable = await owe(world, "district", "department")
    notice = await issue(world, "district")
    first = (await debts(world, deliverable))[world.ids["district"]]
    answer = await split(
        world,
        "district",
        {"organization_id": world.ids["other district"]},
        {"name": "汾湖高新区", "kind": "district", "short_name": "汾湖"},
        {"organization_id": world.ids["department"]},
        on="2024-08-29",
    )
    new_id = answer["successor_ids"][1]
    assert answer["successor_ids"] == [world.ids["other district"], new_id, world.ids["department"]]
    assert (answer["closed_on"], answer["closed_because"], answer["version"]) == ("2024-08-29", "机构改革", 2)
    made = await show(world, new_id)
    assert (made["parent_id"], made["sort_order"]) == (world.ids["office"], 1)
    owed = await debts(world, deliverable)
    assert owed.keys() == {world.ids["other district"], new_id, world.ids["department"]}
    assert owed[world.ids["other district"]]["id"] == first["id"]
    assert {each["due_at"] for each in owed.values()} == {first["due_at"]}
    assert owed[world.ids["department"]]["version"] == 1
    assert await asked(world, notice) == dict.fromkeys(owed, "owed")
    assert (await show(world, "town"))["parent_id"] == world.ids["other district"]
    assert await world.facts(world.ids["district"]) == [
        ("organization.registered", 1, "coordinator"),
        ("organization.split", 2, "coordinator"),
    ]


async def test_a_successor_may_bear_the_name_of_the_unit_that_was_split(world: World) -> None:
    answer = await split(
        world, "town", {"name": "盛泽镇", "kind": "town"}, {"name": "盛泽镇（东方丝绸）", "kind": "town"}
    )
    resolved = await world.post(f"{ORGANIZATIONS}/resolve", {"names": ["盛泽镇"]})
    assert resolved.json()["results"][0]["organization_id"] == answer["successor_ids"][0]


@pytest.mark.parametrize(
    ("into", "code"),
    [
        (["town", "office"], "successor_below"),
        (["district", "office"], "merged_into_itself"),
        (["office", "office"], "successor_twice"),
        ([{"name": "新镇", "kind": "town", "parent_id": "town"}, "office"], "successor_below"),
        ([{"name": "新镇", "kind": "town", "parent_id": "district"}, "office"], "successor_below"),
        ([{"name": "苏州市公安局", "kind": "town"}, "office"], "name_taken"),
        ([{"name": "新镇"}, "office"], "invalid"),
        ([{"name": "新镇", "kind": "town", "organization_id": "office"}, "office"], "invalid"),
        (["office"], "invalid"),
    ],
)
async def test_a_split_that_makes_no_sense_is_refused_whole(world: World, into: list[Any], code: str) -> None:
    before = await world.facts()

    def named(each: Any) -> dict[str, Any]:
        if isinstance(each, str):
            return {"organization_id": world.ids[each]}
        return {name: world.ids[value] if name.endswith("_id") else value for name, value in each.items()}

    body = {"into": [named(each) for each in into], **WHY}
    answer = await world.post(f"{ORGANIZATIONS}/{world.ids['district']}/split", body)
    assert answer.json()["code"] == code, answer.text
    assert answer.status_code == (409 if code == "name_taken" else 422)
    assert await world.facts() == before


async def test_an_old_version_is_refused_and_the_same_request_again_gets_the_same_answer(
    world: World,
) -> None:
    path, body = (
        f"{ORGANIZATIONS}/{world.ids['department']}/merge",
        {"into_id": world.ids["district"], **WHY},
    )
    stale = await world.post(path, body, If_Match='"2"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    answers = [await world.post(path, body, Idempotency_Key="merge-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


async def test_two_mergers_at_once_lose_nothing_and_double_nothing(world: World) -> None:
    deliverable = await owe(world, "department", "other department", "district")
    paths = {
        "department": ("other department", "district"),
        "other department": ("department", "district"),
        "district": ("department", "other department"),
    }
    answers = await asyncio.gather(
        *(
            world.post(f"{ORGANIZATIONS}/{world.ids[unit]}/merge", {"into_id": world.ids[into], **WHY})
            for unit, heirs in paths.items()
            for into in heirs
        )
    )
    assert {answer.status_code for answer in answers} <= {200, 409, 422}
    assert sum(answer.status_code == 200 for answer in answers) == 2
    owed = await debts(world, deliverable)
    still = [id for id, each in owed.items() if each["state"] == "owed"]
    assert len(still) == 1
    assert (await show(world, still[0]))["closed_on"] is None


async def test_whoever_owes_anew_while_it_is_merged_owes_it_nowhere_or_as_the_successor(world: World) -> None:
    body = {"kind": "summary", "title": "总结", "owed_by": [world.ids["department"]]}
    path = f"/v1/campaigns/{world.campaign_id}/deliverables"
    answers = await asyncio.gather(
        *(world.post(path, body) for _ in range(4)),
        world.post(
            f"{ORGANIZATIONS}/{world.ids['department']}/merge",
            {"into_id": world.ids["other department"], **WHY},
        ),
        *(world.post(path, body) for _ in range(4)),
    )
    made = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    refused = {answer.json()["code"] for answer in answers if answer.status_code >= 400}
    assert refused <= {"organization_closed"}
    for id in made:
        assert list(await debts(world, id)) == [world.ids["other department"]]


async def test_a_due_moment_that_is_moved_while_units_split_moves_for_all(world: World) -> None:
    deliverable = await owe(world, "district")
    into = [{"name": name, "kind": "district"} for name in ("甲区", "乙区")]
    answers = await asyncio.gather(
        world.put(f"/v1/deliverables/{deliverable}/due", {"due_on": "2024-09-20", **WHY}),
        world.post(f"{ORGANIZATIONS}/{world.ids['district']}/split", {"into": into, **WHY}),
        world.put(f"/v1/deliverables/{deliverable}/due", {"due_on": "2024-09-20", **WHY}),
    )
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    owed = await debts(world, deliverable)
    assert len(owed) == 2
    assert {each["due_at"][:10] for each in owed.values()} == {"2024-09-20"}
