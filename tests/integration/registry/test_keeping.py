"""Who keeps what: the office at the root the whole register, another organization's coordinator its own subtree."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.registry.conftest import World

ORGANIZATIONS = "/v1/organizations"
OURS = "district office"


@pytest.fixture
async def kept(world: World) -> World:
    """The world with a coordinator of the first district, above the town."""
    world.keys[OURS] = (await world.make_key("district", "coordinator"))["key"]
    return world


async def change(world: World, unit: str, fields: dict[str, Any], key: str = OURS) -> httpx.Response:
    path = f"{ORGANIZATIONS}/{world.ids[unit]}"
    version = (await world.get(path)).json()["version"]
    return await world.patch(path, fields, version, key)


def code(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("code")


async def test_a_district_registers_units_below_itself_and_nowhere_else(kept: World) -> None:
    for above in ("district", "town"):
        fields = {"name": f"{above}的社区", "kind": "other", "parent_id": kept.ids[above]}
        assert (await kept.post(ORGANIZATIONS, fields, OURS)).status_code == 201
    before = await kept.facts()
    for parent_id in (None, kept.ids["office"], kept.ids["other district"], str(uuid4())):
        body = {"name": "别处的单位", "kind": "other", "parent_id": parent_id}
        assert code(await kept.post(ORGANIZATIONS, body, OURS)) == (403, "outside_subtree")
    assert await kept.facts() == before


async def test_a_district_changes_its_own_units_and_finds_no_others(kept: World) -> None:
    assert (await change(kept, "town", {"aliases": ["盛泽"]})).status_code == 200
    before = await kept.facts()
    for unit in ("office", "other district", "department"):
        assert code(await change(kept, unit, {"sort_order": 9})) == (404, "not_found")
    unknown = await kept.patch(f"{ORGANIZATIONS}/{uuid4()}", {"sort_order": 9}, 1, OURS)
    assert unknown.json() == (await change(kept, "department", {"sort_order": 9})).json()
    assert await kept.facts() == before


async def test_nobody_moves_a_unit_out_of_or_into_a_subtree_that_is_not_theirs(kept: World) -> None:
    before = await kept.facts()
    for parent in (None, kept.ids["office"], kept.ids["other district"], str(uuid4())):
        assert code(await change(kept, "town", {"parent_id": parent})) == (403, "outside_subtree")
    stolen = await change(kept, "department", {"parent_id": kept.ids["district"]})
    assert code(stolen) == (404, "not_found")
    assert await kept.facts() == before
    made = await kept.make(
        ORGANIZATIONS, {"name": "社区", "kind": "other", "parent_id": kept.ids["town"]}, OURS
    )
    kept.ids["community"] = made["id"]
    assert (await change(kept, "community", {"parent_id": kept.ids["district"]})).status_code == 200


async def test_the_own_organization_is_neither_moved_nor_closed_nor_turned_into_another_kind(
    kept: World,
) -> None:
    before = await kept.facts()
    for caller, unit in ((OURS, "district"), ("coordinator", "office")):
        for fields in ({"parent_id": kept.ids["town"]}, {"closed_on": "2024-09-30"}, {"kind": "other"}):
            assert code(await change(kept, unit, fields, caller)) == (403, "own_place"), fields
    assert await kept.facts() == before
    assert (await change(kept, "district", {"short_name": "吴江区"})).status_code == 200
    moved = await change(kept, "district", {"parent_id": None, "kind": "department"}, "coordinator")
    assert moved.status_code == 200


async def test_the_office_at_the_root_keeps_units_of_every_root(kept: World) -> None:
    kept.ids["apart"] = (await kept.make_unit("中国电信苏州分公司"))["id"]
    assert (await change(kept, "apart", {"sort_order": 3}, "coordinator")).status_code == 200
    assert (await kept.make_key("apart", "reporter"))["state"] == "active"
    assert code(await change(kept, "apart", {"sort_order": 4})) == (404, "not_found")


async def test_a_root_that_is_no_office_keeps_its_own_subtree_only(kept: World) -> None:
    kept.ids["apart"] = (await kept.make_unit("中国电信苏州分公司", kind="enterprise"))["id"]
    kept.keys["apart"] = (await kept.make_key("apart", "coordinator"))["key"]
    below = {"name": "电信吴江分公司", "kind": "enterprise", "parent_id": kept.ids["apart"]}
    assert (await kept.post(ORGANIZATIONS, below, "apart")).status_code == 201
    assert code(await change(kept, "apart", {"kind": "office"}, "apart")) == (403, "own_place")
    assert code(await change(kept, "town", {"sort_order": 9}, "apart")) == (404, "not_found")
    another_root = {"name": "另一单位", "kind": "office", "parent_id": None}
    assert code(await kept.post(ORGANIZATIONS, another_root, "apart")) == (403, "outside_subtree")


async def test_a_district_makes_keys_for_itself_and_below(kept: World) -> None:
    for unit in ("district", "town"):
        for role in ("coordinator", "overseer", "reporter", "auditor"):
            body = {"organization_id": kept.ids[unit], "role": role, "label": "新"}
            assert (await kept.post("/v1/keys", body, OURS)).status_code == 201
    before = await kept.facts()
    for unit in ("office", "other district", "department"):
        body = {"organization_id": kept.ids[unit], "role": "reporter", "label": "新"}
        assert code(await kept.post("/v1/keys", body, OURS)) == (403, "outside_subtree")
    ops = {"organization_id": kept.ids["district"], "role": "ops", "label": "新"}
    assert code(await kept.post("/v1/keys", ops, OURS)) == (403, "not_allowed")
    assert await kept.facts() == before


async def test_a_district_lists_and_takes_back_keys_of_its_subtree_only(kept: World) -> None:
    listed = await kept.items("/v1/keys", OURS)
    ours = {kept.ids["district"], kept.ids["town"]}
    assert {key["organization_id"] for key in listed} == ours
    assert await kept.items(f"/v1/keys?organization_id={kept.ids['office']}", OURS) == []
    everybodys = await kept.items("/v1/keys")
    assert {key["organization_id"] for key in everybodys} > ours
    theirs = next(key for key in everybodys if key["organization_id"] == kept.ids["department"])
    path = f"/v1/keys/{theirs['id']}"
    for answer in (
        await kept.get(path, OURS),
        await kept.patch(path, {"label": "别的"}, 1, OURS),
        await kept.post(f"{path}/rotate", {"overlap_seconds": 0}, OURS),
        await kept.ask("DELETE", path, OURS),
    ):
        assert code(answer) == (404, "not_found")
    town = next(key for key in listed if key["organization_id"] == kept.ids["town"])
    assert (await kept.ask("DELETE", f"/v1/keys/{town['id']}", OURS)).status_code == 204


async def test_an_import_registers_no_unit_where_its_coordinator_keeps_none(kept: World) -> None:
    campaign = await kept.open_campaign(OURS, "district", parent_id=kept.campaign_id)
    sheet = "序号,活动类别,活动名称,主办单位\n1,网络安全进机关,专题讲座,新成立的单位\n"
    preview = await kept.service.ask(
        "POST",
        f"/v1/campaigns/{campaign['id']}/imports",
        kept.keys[OURS],
        files={"file": ("annex.csv", sheet.encode(), "text/csv")},
        data={"kind": "activities"},
    )
    assert preview.status_code == 201, preview.text
    path = f"/v1/imports/{preview.json()['id']}/apply"
    for parent_id, status in ((None, 403), (kept.ids["office"], 403), (kept.ids["district"], 200)):
        unit = {"name": "新成立的单位", "kind": "other", "parent_id": parent_id}
        decisions = {"decisions": [{"text": "新成立的单位", "new_organization": unit}]}
        answer = await kept.post(path, decisions, OURS)
        assert answer.status_code == status, answer.text


async def test_a_district_addresses_and_asks_its_own_units_only(kept: World) -> None:
    at = f"/v1/campaigns/{(await kept.open_campaign(OURS, 'district'))['id']}"
    town, own, other = (kept.ids[unit] for unit in ("town", "district", "department"))

    def a_notice(*ids: str) -> dict[str, Any]:
        return {"title": "通知", "body": "正文", "addressee_ids": list(ids)}

    def owed(*ids: str) -> dict[str, Any]:
        return {"kind": "summary", "title": "总结", "owed_by": list(ids)}

    for path, make in ((f"{at}/notices", a_notice), (f"{at}/deliverables", owed)):
        assert (await kept.post(path, make(own, town), OURS)).status_code == 201
        before = await kept.facts()
        refused = await kept.post(path, make(town, other), OURS)
        assert code(refused) == (422, "not_addressable")
        (error,) = refused.json()["errors"]
        assert error["field"].endswith(".1")
        assert other in error["message"]
        assert await kept.facts() == before


async def test_the_office_at_the_root_addresses_units_of_every_root(kept: World) -> None:
    apart = (await kept.make_unit("中国电信苏州分公司"))["id"]
    body = {"title": "通知", "body": "正文", "addressee_ids": [apart, kept.ids["town"]]}
    answer = await kept.post(f"/v1/campaigns/{kept.campaign_id}/notices", body)
    assert answer.status_code == 201
