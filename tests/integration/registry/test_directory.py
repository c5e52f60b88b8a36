"""The register of units from outside: searched, narrowed down, closed by date, its history, and always current."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.registry.organizations.directory import LiveDirectory
from tests.integration.registry.conftest import OFFICE, World
from tests.integration.registry.test_names import resolve_one

ORGANIZATIONS = "/v1/organizations"


async def found(world: World, query: str) -> list[str]:
    """The names that a list holds, in its order."""
    return [item["name"] for item in await world.items(f"{ORGANIZATIONS}?{query}")]


async def rename(world: World, unit: str, name: str, version: int) -> dict[str, Any]:
    answer = await world.patch(f"{ORGANIZATIONS}/{world.ids[unit]}", {"name": name}, version)
    assert answer.status_code == 200, answer.text
    renamed: dict[str, Any] = answer.json()
    return renamed


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=吴江", ["吴江区委宣传部"]),
        ("q=吴江区委 宣传部", ["吴江区委宣传部"]),
        ("q=wjq", ["吴江区委宣传部"]),
        ("q=WJQWXCB", ["吴江区委宣传部"]),
        ("q=qwxcb", ["吴江区委宣传部"]),
        ("q=szs", [OFFICE, "苏州市教育局", "苏州市公安局"]),
        ("q=网安支队", ["苏州市公安局"]),
        ("q=wazd", ["苏州市公安局"]),
        ("q=Ｅ鹿(护航", ["苏州市公安局"]),
        ("q=elhh", ["苏州市公安局"]),
        ("q=绸都", ["盛泽镇"]),
        ("q=szz", ["盛泽镇"]),
        ("q=局&kind=department", ["苏州市教育局", "苏州市公安局"]),
        ("q=天文台", []),
    ],
)
async def test_units_are_found_by_any_name_and_by_its_initials(
    world: World, query: str, names: list[str]
) -> None:
    aliases = {"aliases": ["市局网安支队", "E鹿（护航）"]}
    await world.patch(f"{ORGANIZATIONS}/{world.ids['other department']}", aliases, version=1)
    await world.patch(f"{ORGANIZATIONS}/{world.ids['town']}", {"short_name": "绸都"}, version=1)
    assert await found(world, query) == names


async def test_a_unit_is_found_by_the_name_that_it_gave_up_even_when_that_is_no_alias_any_more(
    world: World,
) -> None:
    await rename(world, "town", "盛泽街道", 1)
    await world.patch(f"{ORGANIZATIONS}/{world.ids['town']}", {"aliases": []}, version=2)
    assert await found(world, "q=盛泽镇") == ["盛泽街道"]


@pytest.mark.parametrize("q", ["", "“”", " ", "%E2%80%8B"])
async def test_a_search_for_nothing_is_refused(world: World, q: str) -> None:
    answer = await world.get(f"{ORGANIZATIONS}?q={q}")
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_search" if q else "invalid")


async def test_lists_are_narrowed_by_kind_parent_subtree_and_closing_in_the_offices_order(
    world: World,
) -> None:
    ids = world.ids
    await world.patch(f"{ORGANIZATIONS}/{ids['department']}", {"closed_on": "2024-08-30"}, version=1)
    await world.patch(f"{ORGANIZATIONS}/{ids['other department']}", {"closed_on": "2024-08-31"}, version=1)
    for query, names in (
        ("kind=district", ["吴江区委宣传部", "昆山市委宣传部"]),
        (f"parent_id={ids['district']}", ["盛泽镇"]),
        (f"below={ids['district']}", ["吴江区委宣传部", "盛泽镇"]),
        (f"below={ids['office']}&kind=town", ["盛泽镇"]),
        (f"below={uuid4()}", []),
        ("is_open=false", ["苏州市教育局"]),
        (f"is_open=true&parent_id={ids['office']}", ["吴江区委宣传部", "昆山市委宣传部", "苏州市公安局"]),
    ):
        assert await found(world, query) == names, query
    for query in ("kind=club", "below=x", "is_open=perhaps"):
        assert (await world.get(f"{ORGANIZATIONS}?{query}")).status_code == 422


async def test_a_search_goes_on_page_by_page(world: World) -> None:
    first = (await world.get(f"{ORGANIZATIONS}?q=szs&limit=2")).json()
    rest = (await world.get(f"{ORGANIZATIONS}?q=szs&limit=2&cursor={first['next_cursor']}")).json()
    assert [item["name"] for item in first["items"] + rest["items"]] == [
        OFFICE,
        "苏州市教育局",
        "苏州市公安局",
    ]
    assert rest["next_cursor"] is None


async def test_a_name_that_is_given_up_is_kept_with_its_time(world: World) -> None:
    world.later(days=1)
    await rename(world, "town", "盛泽街道", 1)
    world.later(days=1)
    renamed = await rename(world, "town", "盛泽城区", 2)
    assert renamed["former_names"] == [
        {"name": "盛泽镇", "since_at": "2024-08-30T01:00:00Z", "until_at": "2024-08-31T01:00:00Z"},
        {"name": "盛泽街道", "since_at": "2024-08-31T01:00:00Z", "until_at": "2024-09-01T01:00:00Z"},
    ]
    assert renamed["aliases"] == ["盛泽镇", "盛泽街道"]


async def test_the_history_says_who_when_what_and_what_is_different_since(world: World) -> None:
    await rename(world, "town", "盛泽街道", 1)
    world.later(hours=1)
    world.keys["its district"] = (await world.make_key("district", "coordinator"))["key"]
    await world.patch(
        f"{ORGANIZATIONS}/{world.ids['town']}", {"sort_order": 9}, version=2, key="its district"
    )
    path = f"{ORGANIZATIONS}/{world.ids['town']}/history"
    made, renamed, ordered = await world.items(path, "reporter")
    assert [(each["version"], each["fact"]) for each in (made, renamed, ordered)] == [
        (1, "organization.registered"),
        (2, "organization.changed"),
        (3, "organization.changed"),
    ]
    assert {"field": "name", "before": None, "after": "盛泽镇"} in made["changes"]
    assert {change["field"] for change in renamed["changes"]} == {"name", "aliases", "former_names"}
    assert ordered["changes"] == [{"field": "sort_order", "before": 3, "after": 9}]
    assert ordered["occurred_at"] == "2024-08-30T02:00:00Z"
    assert ordered["actor"]["organization_id"] == world.ids["district"]
    assert ordered["actor"]["role"] == "coordinator"
    page = (await world.get(f"{path}?limit=2")).json()
    rest = (await world.get(f"{path}?limit=2&cursor={page['next_cursor']}")).json()
    assert [each["version"] for each in page["items"] + rest["items"]] == [1, 2, 3]
    assert (await world.get(f"{ORGANIZATIONS}/{uuid4()}/history")).status_code == 404


async def test_a_unit_is_open_until_its_closing_day_begins_in_china(world: World) -> None:
    path = f"{ORGANIZATIONS}/{world.ids['town']}"
    await world.patch(path, {"closed_on": "2024-09-02"}, version=1)
    world.at(datetime(2024, 9, 1, 15, 59, 59, tzinfo=UTC))
    assert (await resolve_one(world, "盛泽镇"))["organization_id"] == world.ids["town"]
    refused = await world.post(ORGANIZATIONS, {"name": "盛泽镇", "kind": "town"})
    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")
    world.at(datetime(2024, 9, 1, 16, tzinfo=UTC))
    assert (await resolve_one(world, "盛泽镇"))["organization_id"] is None
    heir = await world.make_unit("盛泽镇", kind="town")
    assert (await resolve_one(world, "盛泽镇"))["organization_id"] == heir["id"]
    back = await world.patch(path, {"closed_on": None}, version=2)
    assert (back.status_code, back.json()["code"]) == (409, "name_taken")


async def test_a_closed_unit_owes_nothing_new_is_not_addressed_and_has_nothing_put_below_it(
    world: World,
) -> None:
    campaign, ids = f"/v1/campaigns/{world.campaign_id}", world.ids
    notice = {"title": "通知", "body": "正文", "addressee_ids": [ids["town"], ids["department"]]}
    drafted = await world.make(f"{campaign}/notices", notice)
    await world.patch(f"{ORGANIZATIONS}/{ids['department']}", {"closed_on": "2024-08-30"}, version=1)
    for path, body, place in (
        (f"{campaign}/notices", notice, "addressee_ids.1"),
        (f"/v1/notices/{drafted['id']}/issue", {}, "addressee_ids.1"),
        (
            f"{campaign}/deliverables",
            {"kind": "x", "title": "总结", "owed_by": [ids["department"]]},
            "owed_by.0",
        ),
        (ORGANIZATIONS, {"name": "新处", "kind": "other", "parent_id": ids["department"]}, "parent_id"),
    ):
        answer = await world.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "organization_closed"), path
        assert place in answer.json()["detail"]
    moved = await world.patch(f"{ORGANIZATIONS}/{ids['town']}", {"parent_id": ids["department"]}, version=1)
    assert (moved.status_code, moved.json()["code"]) == (422, "organization_closed")


async def test_a_closed_unit_may_still_be_named_as_host(world: World) -> None:
    closed = await world.patch(f"{ORGANIZATIONS}/{world.ids['town']}", {"closed_on": "2024-08-30"}, version=1)
    assert (closed.status_code, closed.json()["closed_on"]) == (200, "2024-08-30")
    body = {"category": "讲座", "name": "旧事", "hosts": [{"organization_id": world.ids["town"]}]}
    made = await world.make(f"/v1/campaigns/{world.campaign_id}/activities", body)
    assert [host["organization_id"] for host in made["hosts"]] == [world.ids["town"]]


async def test_what_another_process_has_changed_is_resolved_at_once(world: World) -> None:
    assert (await resolve_one(world, "绸都"))["organization_id"] is None
    connection = await asyncpg.connect(world.service.made.owner_url)
    try:
        for alias, version in (("绸都", 2), ("丝绸之乡", 3)):
            await connection.execute(
                "UPDATE organization SET aliases = ARRAY[$1], version = $2 WHERE id = $3",
                alias,
                version,
                world.ids["town"],
            )
            assert (await resolve_one(world, alias))["organization_id"] == world.ids["town"]
            assert await found(world, f"q={alias}") == ["盛泽镇"]
        await connection.execute(
            "INSERT INTO decided_name (text, outside_party, decided_at, decided_by) "
            "VALUES ('外台', '外单位', now(), gen_random_uuid())"
        )
        assert (await resolve_one(world, "外台"))["outside_party"] == "外单位"
        await connection.execute("UPDATE decided_name SET outside_party = '别家' WHERE text = '外台'")
        assert (await resolve_one(world, "外台"))["outside_party"] == "别家"
        await connection.execute("DELETE FROM decided_name")
        assert (await resolve_one(world, "外台"))["outside_party"] is None
    finally:
        await connection.close()


async def test_the_directory_is_made_once_for_all_who_ask_at_once_and_again_only_after_a_change(
    world: World,
) -> None:
    directory = LiveDirectory(world.service.database)
    first, *others = await asyncio.gather(*(directory.read(("苏州市",)) for _ in range(5)))
    assert all(other is first for other in others)
    assert await directory.read(("苏州市",)) is first
    await world.make_unit("新局")
    after = await directory.read(("苏州市",))
    assert after is not first
    world.later(days=1)
    assert await directory.read(("苏州市",)) is not after


async def test_names_that_are_made_while_others_resolve_are_never_missed(world: World) -> None:
    async def make_and_resolve(number: int) -> None:
        made = await world.make_unit(f"第{number}局")
        assert (await resolve_one(world, f"第{number}局"))["organization_id"] == made["id"]

    await asyncio.gather(*(make_and_resolve(number) for number in range(12)))
