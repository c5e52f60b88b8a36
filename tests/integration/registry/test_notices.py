"""Notices from outside: drafted, issued, acknowledged once, replaced and owed anew."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.integration.registry.conftest import START, World

ADDRESSED = ("district", "department")
BY = {"acknowledged_by": "值班员"}


def notices_of(world: World) -> str:
    return f"/v1/campaigns/{world.campaign_id}/notices"


def a_notice(world: World, *units: str, **fields: Any) -> dict[str, Any]:
    return {
        "title": "关于开展网络安全宣传周活动的通知",
        "body": "各市、区，各有关单位：\n现将有关事项通知如下。",
        "addressee_ids": [world.ids[unit] for unit in units or ADDRESSED],
        **fields,
    }


async def draft(world: World, *units: str, **fields: Any) -> dict[str, Any]:
    return await world.make(notices_of(world), a_notice(world, *units, **fields))


async def issue(world: World, *units: str, **fields: Any) -> str:
    """The id of a notice that went out."""
    id = (await draft(world, *units, **fields))["id"]
    await world.make(f"/v1/notices/{id}/issue", {})
    return str(id)


async def acknowledge(world: World, id: str, key: str, by: str = "值班员", **headers: str) -> httpx.Response:
    body = {"acknowledged_by": by}
    return await world.put(f"/v1/notices/{id}/acknowledgement", body, key, **headers)


async def owed(world: World, id: str) -> dict[str, str]:
    """By unit, how its acknowledgement of the notice stands."""
    names = {unit_id: name for name, unit_id in world.ids.items()}
    items = await world.items(f"/v1/notices/{id}/acknowledgements")
    return {names[item["organization_id"]]: item["state"] for item in items}


async def test_a_draft_is_seen_by_the_office_and_not_by_its_addressees(world: World) -> None:
    answer = await world.post(notices_of(world), a_notice(world))
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    made = answer.json()
    assert (made["state"], made["issued_at"]) == ("draft", None)
    for caller in ("coordinator", "auditor"):
        assert (await world.get(f"/v1/notices/{made['id']}", caller)).json() == made
        assert await world.items(notices_of(world), caller) == [made]
    for caller in ("overseer", "reporter", "stranger", "other office"):
        assert (await world.get(f"/v1/notices/{made['id']}", caller)).status_code == 404
        assert (await acknowledge(world, made["id"], caller)).status_code == 404
        assert await world.items(notices_of(world), caller) == []
    assert await owed(world, made["id"]) == {}


async def test_an_issued_notice_is_owed_by_each_addressee_and_seen_by_no_other_unit(world: World) -> None:
    id = (await draft(world))["id"]
    world.later(hours=1)
    answer = await world.post(f"/v1/notices/{id}/issue", {}, If_Match='"1"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json()["state"], answer.json()["issued_at"]) == ("issued", "2024-08-30T02:00:00Z")
    assert await owed(world, id) == {"district": "owed", "department": "owed"}
    for caller in ("overseer", "reporter"):
        assert (await world.get(f"/v1/notices/{id}", caller)).json() == answer.json()
        assert [notice["id"] for notice in await world.items(notices_of(world), caller)] == [id]
    for caller in ("town", "stranger", "other office"):
        assert (await world.get(f"/v1/notices/{id}", caller)).status_code == 404
        assert (await acknowledge(world, id, caller)).status_code == 404
        assert await world.items(notices_of(world), caller) == []


async def test_a_notice_that_is_not_yours_is_told_from_one_that_is_not_there_nowhere(world: World) -> None:
    drafted, issued, nothing = (await draft(world))["id"], await issue(world), str(uuid4())
    for caller in ("stranger", "town", "other office"):
        for id in (drafted, issued):
            for method, rest, body in (
                ("GET", "", None),
                ("GET", "/acknowledgements", None),
                ("PUT", "/acknowledgement", BY),
                ("POST", "/issue", {}),
            ):
                known = await world.ask(method, f"/v1/notices/{id}{rest}", caller, body)
                unknown = await world.ask(method, f"/v1/notices/{nothing}{rest}", caller, body)
                assert known.status_code == unknown.status_code
                assert known.text.replace(id, nothing) == unknown.text


async def test_a_notice_is_issued_once(world: World) -> None:
    id = (await draft(world))["id"]
    stale = await world.post(f"/v1/notices/{id}/issue", {}, If_Match='"7"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    answers = await asyncio.gather(*(world.post(f"/v1/notices/{id}/issue", {}) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    again = await world.post(f"/v1/notices/{id}/issue", {})
    assert (again.status_code, again.json()["code"]) == (409, "issued_already")
    assert await owed(world, id) == {"district": "owed", "department": "owed"}


async def test_the_same_request_to_issue_gets_the_same_answer(world: World) -> None:
    id = (await draft(world))["id"]
    answers = [await world.post(f"/v1/notices/{id}/issue", {}, Idempotency_Key="out") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert await world.facts(id) == [
        ("notice.drafted", 1, "coordinator"),
        ("notice.issued", 2, "coordinator"),
    ]


async def test_an_acknowledgement_keeps_its_first_moment_and_hand(world: World) -> None:
    id = await issue(world)
    first_at = world.later(hours=2)
    first = await acknowledge(world, id, "reporter")
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    given = first.json()
    assert (given["state"], given["acknowledged_by"]) == ("acknowledged", "值班员")
    assert given["acknowledged_at"] == first_at.isoformat().replace("+00:00", "Z")
    world.later(days=1)
    again = await acknowledge(world, id, "reporter", by="另一人")
    assert (again.status_code, again.json()) == (200, given)
    assert await owed(world, id) == {"district": "owed", "department": "acknowledged"}
    assert await world.facts(given["id"]) == [
        ("acknowledgement.owed", 1, "coordinator"),
        ("acknowledgement.given", 2, "reporter"),
    ]


async def test_two_acknowledgements_at_once_are_one(world: World) -> None:
    id = await issue(world)
    hands = ("甲", "乙", "丙")
    answers = await asyncio.gather(*(acknowledge(world, id, "reporter", by=hand) for hand in hands))
    assert {answer.status_code for answer in answers} == {200}
    (given,) = {(answer.json()["acknowledged_by"], answer.json()["version"]) for answer in answers}
    assert given in {(hand, 2) for hand in hands}
    assert len(await world.facts(answers[0].json()["id"])) == 2


async def test_only_the_addressees_own_people_acknowledge(world: World) -> None:
    id = await issue(world, "office", "district")
    for caller, status in (("auditor", 403), ("ops", 403), ("reporter", 404), ("overseer", 200)):
        assert (await acknowledge(world, id, caller)).status_code == status
    assert (await acknowledge(world, id, "coordinator")).json()["organization_id"] == world.ids["office"]
    stale = await acknowledge(world, id, "coordinator", If_Match='"1"')
    assert stale.status_code == 412
    nameless = await acknowledge(world, id, "overseer", by=" ")
    assert [error["field"] for error in nameless.json()["errors"]] == ["acknowledged_by"]


async def test_the_office_sees_who_has_acknowledged_and_who_has_not(world: World) -> None:
    id = await issue(world)
    await acknowledge(world, id, "reporter")
    path = f"/v1/notices/{id}/acknowledgements"
    for state, unit in (("acknowledged", "department"), ("owed", "district")):
        for caller in ("coordinator", "auditor"):
            (item,) = await world.items(f"{path}?state={state}", caller)
            assert item["organization_id"] == world.ids[unit]
    assert (await world.get(f"{path}?state=late")).status_code == 422


async def test_a_replacing_notice_is_owed_anew_and_the_replaced_one_no_longer(world: World) -> None:
    old = await issue(world)
    assert (await acknowledge(world, old, "reporter")).status_code == 200
    drafted = await draft(world, "district", "department", "town", replaces_id=old)
    assert drafted["replaces_id"] == old
    assert await owed(world, old) == {"district": "owed", "department": "acknowledged"}
    await world.make(f"/v1/notices/{drafted['id']}/issue", {})
    assert await owed(world, old) == {"district": "replaced", "department": "acknowledged"}
    assert await owed(world, drafted["id"]) == {"district": "owed", "department": "owed", "town": "owed"}
    assert (await acknowledge(world, drafted["id"], "reporter")).json()["version"] == 2


async def test_a_replaced_notice_is_acknowledged_no_more_and_the_refusal_says_what_to_do(
    world: World,
) -> None:
    old = await issue(world)
    given = (await acknowledge(world, old, "reporter")).json()
    new = await issue(world, replaces_id=old)
    refused = await acknowledge(world, old, "overseer")
    assert (refused.status_code, refused.json()["code"]) == (409, "replaced")
    assert "acknowledge the one that replaces it" in refused.json()["detail"]
    assert (await acknowledge(world, old, "reporter")).json() == given
    assert (await acknowledge(world, new, "overseer")).status_code == 200
    (left,) = await world.items(f"/v1/notices/{old}/acknowledgements?state=replaced")
    assert await world.facts(left["id"]) == [
        ("acknowledgement.owed", 1, "coordinator"),
        ("acknowledgement.replaced", 2, "coordinator"),
    ]


async def test_what_is_replaced_is_an_issued_notice_of_the_same_campaign(world: World) -> None:
    elsewhere = (await world.open_campaign())["id"]
    other = await world.make(f"/v1/campaigns/{elsewhere}/notices", a_notice(world))
    await world.make(f"/v1/notices/{other['id']}/issue", {})
    for unfit in (str(uuid4()), (await draft(world))["id"], other["id"]):
        answer = await world.post(notices_of(world), a_notice(world, replaces_id=unfit))
        assert (answer.status_code, answer.json()["code"]) == (422, "replaces_unknown")


async def test_an_acknowledgement_is_due_after_the_notice_goes_out(world: World) -> None:
    due = START + timedelta(days=3)
    made = await draft(world, acknowledge_by=due.isoformat())
    world.at(due)
    late = await world.post(f"/v1/notices/{made['id']}/issue", {})
    assert (late.status_code, late.json()["code"]) == (422, "acknowledge_by_in_the_past")
    world.at(due - timedelta(seconds=1))
    await world.make(f"/v1/notices/{made['id']}/issue", {})
    items = await world.items(f"/v1/notices/{made['id']}/acknowledgements")
    assert [item["due_at"] for item in items] == ["2024-09-02T01:00:00Z"] * 2
    naive = await world.post(notices_of(world), a_notice(world, acknowledge_by="2024-09-05T18:00:00"))
    assert [error["field"] for error in naive.json()["errors"]] == ["acknowledge_by"]


async def test_a_notice_goes_to_units_of_the_register_each_once(world: World) -> None:
    made = await draft(world, "district", "department", "district")
    assert made["addressee_ids"] == [world.ids["district"], world.ids["department"]]
    nobody = str(uuid4())
    unknown = await world.post(notices_of(world), a_notice(world, addressee_ids=[nobody]))
    assert (unknown.status_code, unknown.json()["code"]) == (422, "organization_unknown")
    assert nobody in unknown.json()["detail"]
    for field, unfit in (("addressee_ids", []), ("title", "两\n行"), ("body", " "), ("state", "issued")):
        answer = await world.post(notices_of(world), a_notice(world, **{field: unfit}))
        assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_each_change_is_recorded_once_a_version_with_who_made_it(world: World) -> None:
    id = await issue(world)
    given = (await acknowledge(world, id, "overseer")).json()
    by = {
        aggregate_id: actor["organization_id"]
        for kind, aggregate_id, _, actor in await world.service.events()
        if kind in ("rollcall.registry.notice.issued.v1", "rollcall.registry.acknowledgement.given.v1")
    }
    assert by == {UUID(id): world.ids["office"], UUID(given["id"]): world.ids["district"]}
    told = [fact for fact in await world.facts() if fact[0].startswith(("notice.", "acknowledgement."))]
    assert told == [
        ("notice.drafted", 1, "coordinator"),
        ("notice.issued", 2, "coordinator"),
        ("acknowledgement.owed", 1, "coordinator"),
        ("acknowledgement.owed", 1, "coordinator"),
        ("acknowledgement.given", 2, "overseer"),
    ]
