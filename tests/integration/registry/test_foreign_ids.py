"""Two districts, one of everything each: with the keys of one nothing of the other is found, changed or told apart."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.registry.conftest import World
from tests.integration.registry.test_roles import EXPECTED, REASON, Stage

# What every unit may read of any campaign: the directory and the plan, for they go out with the notice.
PLAN = {
    "GET /v1/organizations/{id}",
    "GET /v1/campaigns/{id}",
    "GET /v1/campaigns/{campaign_id}/theme-days",
    "GET /v1/campaigns/{campaign_id}/notices",
    "GET /v1/campaigns/{campaign_id}/acknowledgements",
    "GET /v1/campaigns/{campaign_id}/deliverables",
    "GET /v1/deliverables/{id}",
    "GET /v1/campaigns/{campaign_id}/assignments",
    "GET /v1/campaigns/{campaign_id}/activities",
    "GET /v1/activities/{id}",
    "GET /v1/activities/{id}/history",
    "GET /v1/campaigns/{campaign_id}/clashes",
    "GET /v1/campaigns/{campaign_id}/editions",
    "GET /v1/editions/{id}",
    "GET /v1/editions/{id}/difference",
    "GET /v1/organizations/{id}/history",
}
# Of the system, not of a campaign: ops and coordinators look after what was set aside.
OF_THE_SYSTEM = {"POST /v1/parked/{id}/retry"}
# What holds for the whole register: the office at the root changes it, and no district.
OF_ALL = {
    "PUT /v1/calendar-days/{date}",
    "DELETE /v1/calendar-days/{date}",
    "DELETE /v1/name-decisions/{id}",
}
WITH_IDS = [route for route in EXPECTED if "{" in route and route not in OF_THE_SYSTEM]
NOT_TOLD = ("notices", "draft", "discarded", "assignments", "drafted", "imports", "keys")


@pytest.fixture
async def theirs(world: World) -> Stage:
    """The other district's campaign under the city's, with one of everything; ours has its own keys."""
    for role in ("coordinator", "auditor"):
        world.keys[f"our {role}"] = (await world.make_key("district", role))["key"]
    above = world.ids["other district"]
    town = (await world.make_unit("周市镇", kind="town", parent_id=above))["id"]
    campaign = await world.open_campaign("other office", "other district", parent_id=world.campaign_id)
    units = {"above": above, "town": town, "addressees": [above, town], "owes": town}
    stage = Stage(world, campaign["id"], "other office", units)
    await stage.set()
    return stage


@pytest.mark.parametrize("caller", ["our coordinator", "our auditor", "overseer", "town"])
async def test_another_districts_ids_are_answered_as_ids_of_nothing(theirs: Stage, caller: str) -> None:
    before, nothing = await theirs.world.facts(), theirs.elsewhere()
    told_apart: list[tuple[object, ...]] = []
    for route in WITH_IDS:
        theirs_said, nothing_said = await theirs.ask(route, caller), await nothing.ask(route, caller)
        if route in PLAN:
            leaked = [noun for noun in NOT_TOLD if theirs.ids[noun] in theirs_said.text]
            if (theirs_said.status_code, nothing_said.status_code, leaked) != (200, 404, []):
                told_apart.append((route, theirs_said.status_code, leaked))
        elif theirs_said.status_code not in (403, 404) or theirs_said.content != nothing_said.content:
            told_apart.append((route, theirs_said.text, nothing_said.text))
    assert told_apart == []
    assert await theirs.world.facts() == before


async def test_each_of_these_requests_is_granted_to_the_district_itself_or_to_the_root(theirs: Stage) -> None:
    refused = []
    for route in WITH_IDS:
        answer = await theirs.ask(route, "other office")
        if (answer.status_code >= 400) != (route in OF_ALL):
            refused.append((route, answer.text))
        if route in OF_ALL:
            assert answer.json()["code"] == "not_allowed"
            assert (await theirs.ask(route, "coordinator")).status_code < 300, route
    assert refused == []


async def owed_ids(theirs: Stage) -> list[str]:
    """What the district's own coordinator sees to be owed: one assignment of each deliverable."""
    path = f"/v1/campaigns/{theirs.campaign_id}/assignments"
    owed = await theirs.world.items(path, theirs.runs)
    assert [each["deliverable_id"] for each in owed] == [theirs.ids["deliverables"], theirs.ids["cancelled"]]
    return [each["id"] for each in owed]


@pytest.mark.parametrize("caller", ["coordinator", "auditor"])
async def test_the_city_reads_a_districts_campaign_without_its_drafts_and_changes_nothing(
    theirs: Stage, caller: str
) -> None:
    world, at, before = theirs.world, f"/v1/campaigns/{theirs.campaign_id}", await theirs.world.facts()
    listed: dict[str, Any] = {
        noun: [each["id"] for each in await world.items(f"{at}/{noun}", caller)]
        for noun in ("notices", "assignments", "activities", "deliverables")
    }
    assert listed == {
        "notices": [theirs.ids["notices"]],
        "assignments": await owed_ids(theirs),
        "activities": [theirs.ids["activities"], theirs.ids["called off"]],
        "deliverables": [theirs.ids["deliverables"], theirs.ids["cancelled"]],
    }
    seen = {
        f"/v1/notices/{theirs.ids['notices']}": 200,
        f"/v1/notices/{theirs.ids['notices']}/acknowledgements": 200,
        f"/v1/notices/{theirs.ids['draft']}": 404,
        f"/v1/notices/{theirs.ids['draft']}/acknowledgements": 404,
        f"/v1/activities/{theirs.ids['drafted']}": 404,
    }
    assert {path: (await world.get(path, caller)).status_code for path in seen} == seen
    for route in WITH_IDS:
        is_the_roots = "organizations" in route or "keys" in route or route in OF_ALL
        if not route.startswith("GET") and not is_the_roots:
            assert (await theirs.ask(route, caller)).status_code in (403, 404), route
    assert await world.facts() == before


async def test_the_districts_own_auditor_sees_its_drafts(theirs: Stage) -> None:
    world = theirs.world
    world.keys["their auditor"] = (await world.make_key("other district", "auditor"))["key"]
    notices = await world.items(f"/v1/campaigns/{theirs.campaign_id}/notices", "their auditor")
    assert [each["id"] for each in notices] == [
        theirs.ids[noun] for noun in ("notices", "draft", "discarded")
    ]
    for noun, id in (("notices", "draft"), ("activities", "drafted")):
        assert (await world.get(f"/v1/{noun}/{theirs.ids[id]}", "their auditor")).status_code == 200


async def test_a_host_sees_the_draft_of_its_own_activity(theirs: Stage) -> None:
    world = theirs.world
    key = {"organization_id": theirs.units["town"], "role": "reporter", "label": "周市镇"}
    world.keys["host"] = (await world.make("/v1/keys", key))["key"]
    assert (await world.get(f"/v1/activities/{theirs.ids['drafted']}", "host")).status_code == 200
    path = f"/v1/campaigns/{theirs.campaign_id}/activities"
    assert [each["id"] for each in await world.items(path, "host")] == [
        theirs.ids["drafted"],
        theirs.ids["activities"],
        theirs.ids["called off"],
    ]
    assert (await world.get(f"/v1/activities/{uuid4()}", "host")).status_code == 404


async def test_a_file_that_a_unit_from_elsewhere_attached_to_its_draft_stays_attached(theirs: Stage) -> None:
    world, at = theirs.world, f"/v1/campaigns/{theirs.campaign_id}/activities"
    file = (await theirs.store_file("town")).json()["id"]
    draft = {"category": "讲座", "name": "讲座", "hosts": [{"organization_id": world.ids["town"]}]}
    made = await world.make(at, draft | {"attachment_ids": [file]}, "town")
    path, own = f"/v1/activities/{made['id']}", theirs.ids["attachments"]
    kept = await world.patch(path, {"attachment_ids": [own, file]}, 1, theirs.runs)
    assert (kept.status_code, kept.json()["attachment_ids"]) == (200, [own, file])
    other = (await theirs.store_file("town")).json()["id"]
    refused = await world.patch(path, {"attachment_ids": [own, file, other]}, 2, theirs.runs)
    assert (refused.status_code, refused.json()["code"]) == (422, "attachment_unknown")
    assert [each["field"] for each in refused.json()["errors"]] == ["attachment_ids.2"]


async def test_another_districts_ids_in_a_query_or_body_are_taken_as_ids_of_nothing(theirs: Stage) -> None:
    world, nobody = theirs.world, str(uuid4())
    ours = await world.open_campaign("our coordinator", "district", parent_id=world.campaign_id)
    at, town = f"/v1/campaigns/{ours['id']}", world.ids["town"]
    a_key, a_unit = {"role": "reporter", "label": "平台"}, {"name": "新站", "kind": "other"}
    an_activity = {"category": "讲座", "name": "讲座", "hosts": [{"organization_id": town}]}
    before = await world.facts()

    async def ask(id: str) -> list[tuple[int, str]]:
        replacing = {"title": "更正", "body": "正文", "addressee_ids": [town], "replaces_id": id}
        attaching = {"title": "通知", "body": "正文", "addressee_ids": [town], "attachment_ids": [id]}
        taking = {"deliverables": [{"deliverable_id": id, "owed_by": [town]}]}
        answers = [
            await world.get(f"{at}/assignments?deliverable_id={id}", "our coordinator"),
            await world.get(f"/v1/keys?organization_id={id}", "our coordinator"),
            await world.post(f"{at}/notices", replacing, "our coordinator"),
            await world.post(f"{at}/notices", attaching, "our coordinator"),
            await world.post(f"{at}/activities", an_activity | {"attachment_ids": [id]}, "our coordinator"),
            await world.post(f"{at}/take-over", taking, "our coordinator"),
            await world.post(f"{at}/take-over", {"theme_days": [id]}, "our coordinator"),
            await world.post("/v1/keys", a_key | {"organization_id": id}, "our coordinator"),
            await world.post("/v1/organizations", a_unit | {"parent_id": id}, "our coordinator"),
            await world.post(f"/v1/organizations/{town}/merge", {"into_id": id, **REASON}, "our coordinator"),
        ]
        return [(answer.status_code, answer.text.replace(id, "…")) for answer in answers]

    said = await ask(nobody)
    nouns = ("deliverables", "notices", "draft", "attachments")
    for id in (*(theirs.ids[noun] for noun in nouns), theirs.units["town"]):
        assert await ask(id) == said
    assert [status for status, _ in said] == [200, 200, 422, 422, 422, 422, 422, 403, 403, 403]
    assert await world.facts() == before
