"""Campaigns and theme days from outside: their days, their zone, whose they are."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.integration.registry.conftest import World

CAMPAIGNS = "/v1/campaigns"


def a_theme_day(
    world: World, date: str = "2024-09-13", name: str = "金融日", **fields: Any
) -> dict[str, Any]:
    return {"date": date, "name": name, "organiser_ids": [world.ids["department"]], **fields}


async def test_a_campaign_is_answered_as_it_was_opened(world: World) -> None:
    body = world.a_campaign(based_on=["《2024年国家网络安全宣传周活动实施方案》", "《江苏省实施方案》"])
    answer = await world.post(CAMPAIGNS, body)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    made = answer.json()
    assert {name: made[name] for name in body} == body
    assert (made["version"], made["parent_id"]) == (1, None)
    assert (await world.get(f"{CAMPAIGNS}/{made['id']}", "reporter")).json() == made
    assert made in await world.items(CAMPAIGNS, "reporter")
    assert await world.facts(made["id"]) == [("campaign.opened", 1, "coordinator")]


async def test_a_campaign_may_last_one_day_and_never_ends_before_it_starts(world: World) -> None:
    one_day = await world.post(CAMPAIGNS, world.a_campaign(starts_on="2024-09-09", ends_on="2024-09-09"))
    assert one_day.status_code == 201
    backwards = await world.post(CAMPAIGNS, world.a_campaign(ends_on="2024-09-08"))
    assert (backwards.status_code, backwards.json()["code"]) == (422, "invalid")
    assert "ends_on 2024-09-08 is before starts_on 2024-09-09" in backwards.json()["detail"]
    for days in ({"ends_on": "2024-09-08"}, {"starts_on": "2024-09-10"}):
        path = f"{CAMPAIGNS}/{one_day.json()['id']}"
        answer = await world.patch(path, days, version=1)
        assert (answer.status_code, answer.json()["code"]) == (422, "ends_before_it_starts")


async def test_a_day_is_a_day_of_the_calendar_without_a_clock_time(world: World) -> None:
    for unfit in ("2024-02-30", "2024-09-09T09:00:00", "2024-9-9", "9月9日", "", 20240909, None):
        answer = await world.post(CAMPAIGNS, world.a_campaign(starts_on=unfit))
        assert answer.status_code == 422, unfit
        assert [error["field"] for error in answer.json()["errors"]] == ["starts_on"]


async def test_a_zone_is_one_of_the_iana_database(world: World) -> None:
    for zone in ("Asia/Urumqi", "UTC"):
        assert (await world.open_campaign(timezone=zone))["timezone"] == zone
    for unknown in ("Asia/Suzhou", "+08:00", "中国标准时间", "Asia", "../../etc/passwd", "/etc/localtime"):
        answer = await world.post(CAMPAIGNS, world.a_campaign(timezone=unknown))
        assert (answer.status_code, answer.json()["code"]) == (422, "timezone_unknown"), unknown
        assert "Asia/Shanghai" in answer.json()["detail"]


async def test_the_zone_and_the_issuer_stay_what_they_were(world: World) -> None:
    path = f"{CAMPAIGNS}/{world.campaign_id}"
    for fixed in ({"timezone": "UTC"}, {"issuer_id": world.ids["district"]}, {"parent_id": None}):
        answer = await world.patch(path, fixed, version=1)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == list(fixed)


async def test_a_coordinator_opens_campaigns_of_the_own_organization_only(world: World) -> None:
    answer = await world.post(CAMPAIGNS, world.a_campaign("office"), "other office")
    assert (answer.status_code, answer.json()["code"]) == (422, "issuer_not_yours")


async def test_a_district_runs_its_own_campaign_under_the_citys(world: World) -> None:
    own = await world.open_campaign("other office", "other district", parent_id=world.campaign_id)
    assert own["parent_id"] == world.campaign_id
    assert await world.facts(own["id"]) == [("campaign.opened", 1, "coordinator")]
    path = f"{CAMPAIGNS}/{own['id']}"
    assert (await world.patch(path, {"theme": "主题"}, 1, key="other office")).status_code == 200
    refused = await world.patch(path, {"theme": "别的"}, 2, key="coordinator")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_a_campaign_stands_under_one_of_an_organization_above(world: World) -> None:
    theirs = await world.open_campaign("other office", "other district")
    below = await world.post(CAMPAIGNS, world.a_campaign(parent_id=theirs["id"]))
    own = await world.post(CAMPAIGNS, world.a_campaign(parent_id=world.campaign_id))
    for answer in (below, own):
        assert (answer.status_code, answer.json()["code"]) == (422, "parent_not_above")


async def test_a_district_has_one_campaign_under_the_citys(world: World) -> None:
    fields = {"parent_id": world.campaign_id}
    first = await world.open_campaign("other office", "other district", **fields)
    second = await world.post(CAMPAIGNS, world.a_campaign("other district", **fields), "other office")
    assert (second.status_code, second.json()["code"]) == (409, "opened_already")
    assert first["id"] in second.json()["detail"]
    world.keys["district office"] = (await world.make_key("district", "coordinator"))["key"]
    await world.open_campaign("district office", "district", **fields)
    next_year = await world.open_campaign()
    await world.open_campaign("other office", "other district", parent_id=next_year["id"])


async def test_two_requests_at_once_open_one_campaign_under_the_citys(world: World) -> None:
    body = world.a_campaign("other district", parent_id=world.campaign_id)
    # Connections first, so that the requests do not come one after another for want of them.
    await asyncio.gather(*(world.get("/v1/me") for _ in range(8)))
    answers = await asyncio.gather(*(world.post(CAMPAIGNS, body, "other office") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_days_outside_of_the_parents_are_taken_and_said(world: World) -> None:
    longer = {"parent_id": world.campaign_id, "ends_on": "2024-09-20"}
    opened = await world.open_campaign("other office", "other district", **longer)
    assert [warning["code"] for warning in opened["warnings"]] == ["days_outside_parent"]
    assert "2024-09-15" in opened["warnings"][0]["message"]
    path = f"{CAMPAIGNS}/{opened['id']}"
    assert (await world.get(path)).json() == opened
    shorter = await world.patch(path, {"ends_on": "2024-09-12"}, 1, key="other office")
    assert (shorter.status_code, shorter.json()["warnings"]) == (200, [])


async def test_campaigns_are_listed_by_what_they_stand_under_and_by_who_issues_them(world: World) -> None:
    own = await world.open_campaign("other office", "other district", parent_id=world.campaign_id)
    under = await world.items(f"{CAMPAIGNS}?parent_id={world.campaign_id}", "reporter")
    issued = await world.items(f"{CAMPAIGNS}?issuer_id={world.ids['other district']}", "reporter")
    assert under == issued == [own]
    city = await world.items(f"{CAMPAIGNS}?issuer_id={world.ids['office']}")
    assert [each["id"] for each in city] == [world.campaign_id]
    assert await world.items(f"{CAMPAIGNS}?parent_id={own['id']}") == []


async def test_a_campaign_stands_under_one_that_is_there(world: World) -> None:
    answer = await world.post(CAMPAIGNS, world.a_campaign(parent_id=str(uuid4())))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_change_needs_the_version_that_it_was_made_for(world: World) -> None:
    path = f"{CAMPAIGNS}/{world.campaign_id}"
    before = (await world.get(path)).json()
    world.later(days=1)
    changed = await world.patch(path, {"ends_on": "2024-09-16", "theme": "新主题"}, version=1)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json() == before | {
        "ends_on": "2024-09-16",
        "theme": "新主题",
        "version": 2,
        "updated_at": "2024-08-31T01:00:00Z",
    }
    assert (await world.patch(path, {"theme": "x"}, version=1)).status_code == 412
    assert (await world.patch(path, {"theme": "x"}, version=None)).status_code == 428
    assert await world.facts(world.campaign_id) == [
        ("campaign.opened", 1, "coordinator"),
        ("campaign.changed", 2, "coordinator"),
    ]


async def test_theme_days_are_listed_by_date_each_with_its_organisers_in_order(world: World) -> None:
    path = f"{CAMPAIGNS}/{world.campaign_id}/theme-days"
    organisers = [world.ids["other department"], world.ids["department"]]
    for date, name in (("2024-09-15", "个人信息保护日"), ("2024-09-09", "启动日"), ("2024-09-13", "金融日")):
        body = a_theme_day(world, date, name, organiser_ids=[*organisers, organisers[0]])
        answer = await world.post(path, body)
        assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
        assert answer.json()["organiser_ids"] == organisers
        assert await world.facts(answer.json()["id"]) == [("theme_day.set", 1, "coordinator")]
    listed = await world.items(path, "reporter")
    assert [day["date"] for day in listed] == ["2024-09-09", "2024-09-13", "2024-09-15"]
    page = (await world.get(f"{path}?limit=2")).json()
    rest = (await world.get(f"{path}?limit=2&cursor={page['next_cursor']}")).json()
    assert [*page["items"], *rest["items"]] == listed


async def test_a_day_may_have_two_themes_but_not_one_twice(world: World) -> None:
    path = f"{CAMPAIGNS}/{world.campaign_id}/theme-days"
    assert (await world.post(path, a_theme_day(world))).status_code == 201
    assert (await world.post(path, a_theme_day(world, name="法治日"))).status_code == 201
    again = await world.post(path, a_theme_day(world))
    assert (again.status_code, again.json()["code"]) == (409, "theme_day_set_already")


async def test_a_theme_day_is_a_day_of_its_campaign(world: World) -> None:
    path = f"{CAMPAIGNS}/{world.campaign_id}/theme-days"
    for outside in ("2024-09-08", "2024-09-16", "2023-09-13"):
        answer = await world.post(path, a_theme_day(world, outside))
        assert (answer.status_code, answer.json()["code"]) == (422, "day_outside_campaign")
        assert "2024-09-09" in answer.json()["detail"]
    assert await world.items(path) == []


async def test_a_theme_day_names_organisers_of_the_register(world: World) -> None:
    path = f"{CAMPAIGNS}/{world.campaign_id}/theme-days"
    nobody = str(uuid4())
    unknown = await world.post(path, a_theme_day(world, organiser_ids=[world.ids["town"], nobody]))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "organization_unknown")
    assert "organiser_ids" in unknown.json()["detail"]
    assert nobody in unknown.json()["detail"]
    nameless = await world.post(path, a_theme_day(world, organiser_ids=[]))
    assert [error["field"] for error in nameless.json()["errors"]] == ["organiser_ids"]


async def test_a_campaign_that_nobody_knows_has_no_days(world: World) -> None:
    path = f"{CAMPAIGNS}/{uuid4()}"
    for answer in (
        await world.get(path),
        await world.get(f"{path}/theme-days"),
        await world.post(f"{path}/theme-days", a_theme_day(world)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
