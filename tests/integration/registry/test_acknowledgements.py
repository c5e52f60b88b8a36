"""Acknowledgements: counted, listed for whom they concern, recorded on behalf, owed anew along a chain of notices."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.integration.registry.conftest import World
from tests.integration.registry.test_notices import acknowledge, draft, issue, notices_of, owed

EVERYBODY = ("district", "town", "department", "other department")


async def counts(world: World, id: str, key: str = "coordinator") -> tuple[int | None, int | None]:
    shown = (await world.get(f"/v1/notices/{id}", key)).json()
    return shown["owed_count"], shown["acknowledged_count"]


async def debts(world: World, query: str = "", key: str = "coordinator") -> list[tuple[str, str]]:
    """Unit and state of a campaign's acknowledgements."""
    names = {unit_id: name for name, unit_id in world.ids.items()}
    items = await world.items(f"/v1/campaigns/{world.campaign_id}/acknowledgements{query}", key)
    return [(names[item["organization_id"]], item["state"]) for item in items]


async def test_the_office_sees_how_many_owe_and_how_many_have_acknowledged(world: World) -> None:
    drafted = await draft(world, *EVERYBODY)
    assert await counts(world, drafted["id"]) == (None, None)
    id = await issue(world, *EVERYBODY)
    assert await counts(world, id) == (4, 0)
    await acknowledge(world, id, "town")
    await acknowledge(world, id, "town")
    assert await counts(world, id) == (3, 1)
    assert await counts(world, id, "auditor") == (3, 1)
    assert await counts(world, id, "town") == (None, None)
    listed = {notice["id"]: notice["owed_count"] for notice in await world.items(notices_of(world))}
    assert listed == {drafted["id"]: None, id: 3}
    new = await issue(world, "town", "district", replaces_id=id)
    assert await counts(world, id) == (0, 1)
    assert await counts(world, new) == (2, 0)


@pytest.mark.parametrize(
    ("key", "units"),
    [
        ("coordinator", set(EVERYBODY)),
        ("auditor", set(EVERYBODY)),
        ("overseer", {"district", "town"}),
        ("reporter", {"department"}),
        ("town", {"town"}),
        ("other office", set()),
    ],
)
async def test_each_sees_the_debts_that_concern_it(world: World, key: str, units: set[str]) -> None:
    await issue(world, *EVERYBODY)
    assert {unit for unit, _ in await debts(world, key=key)} == units


async def test_a_campaigns_debts_are_narrowed_by_state_unit_and_overdue(world: World) -> None:
    dated = await issue(world, "town", "department", acknowledge_on="2024-09-02")
    await issue(world, "town")
    await acknowledge(world, dated, "reporter")
    assert await debts(world, "?state=acknowledged") == [("department", "acknowledged")]
    assert await debts(world, f"?organization_id={world.ids['town']}") == [("town", "owed")] * 2
    assert await debts(world, "?overdue=true") == []
    world.at(datetime(2024, 9, 2, 16, tzinfo=UTC))
    assert await debts(world, "?overdue=true") == [("town", "owed")]
    assert await debts(world, "?overdue=true", "town") == [("town", "owed")]
    assert await debts(world, "?overdue=true&state=acknowledged") == []
    path = f"/v1/campaigns/{world.campaign_id}/acknowledgements"
    for query, key, status in (
        (f"?organization_id={world.ids['town']}", "stranger", 404),
        (f"?organization_id={world.ids['other district']}", "overseer", 404),
        ("?state=late", "coordinator", 422),
        ("?overdue=soon", "coordinator", 422),
    ):
        assert (await world.get(path + query, key)).status_code == status


async def test_the_office_records_on_behalf_with_who_and_why(world: World) -> None:
    id = await issue(world, "town", "department")
    path = f"/v1/notices/{id}/acknowledgements/{world.ids['town']}"
    recorder = (await world.get("/v1/me")).json()["key_id"]
    body = {"acknowledged_by": "王主任", "why": "电话确认，网络中断"}
    stale = await world.put(path, body, If_Match='"4"')
    answer = await world.put(path, body, If_Match='"1"')
    assert (stale.status_code, answer.status_code, answer.headers["ETag"]) == (412, 200, '"2"')
    given = answer.json()
    assert (given["state"], given["on_behalf"], given["acknowledged_by"]) == ("acknowledged", True, "王主任")
    assert (given["recorded_by"], given["why"]) == (recorder, "电话确认，网络中断")
    assert (await world.put(path, body | {"why": "又一次"})).json() == given
    assert (await acknowledge(world, id, "town", by="值班员")).json() == given
    own = (await acknowledge(world, id, "reporter")).json()
    assert (own["on_behalf"], own["recorded_by"], own["why"]) == (False, None, None)
    over = await world.put(f"/v1/notices/{id}/acknowledgements/{world.ids['department']}", body)
    assert over.json() == own
    assert await world.facts(given["id"]) == [
        ("acknowledgement.owed", 1, "coordinator"),
        ("acknowledgement.given", 2, "coordinator"),
    ]


async def test_what_cannot_be_recorded_on_behalf_is_refused(world: World) -> None:
    id = await issue(world, "town")
    path = f"/v1/notices/{id}/acknowledgements"
    body = {"acknowledged_by": "王主任", "why": "来电"}
    assert (await world.put(f"{path}/{world.ids['department']}", body)).status_code == 404
    drafted = (await draft(world, "town"))["id"]
    assert (
        await world.put(f"/v1/notices/{drafted}/acknowledgements/{world.ids['town']}", body)
    ).status_code == 404
    for unfit in ({"acknowledged_by": "王主任"}, body | {"why": " "}, body | {"on_behalf": True}):
        assert (await world.put(f"{path}/{world.ids['town']}", unfit)).status_code == 422
    await issue(world, "town", replaces_id=id)
    replaced = await world.put(f"{path}/{world.ids['town']}", body)
    assert (replaced.status_code, replaced.json()["code"]) == (409, "replaced")


async def test_along_a_chain_each_notice_is_owed_anew_and_the_last_one_holds(world: World) -> None:
    first = await issue(world, "town", "department", "other department")
    await acknowledge(world, first, "reporter")
    second = await issue(world, "town", "department", replaces_id=first)
    assert await owed(world, first) == {
        "town": "replaced",
        "department": "acknowledged",
        "other department": "replaced",
    }
    assert await owed(world, second) == {"town": "owed", "department": "owed"}
    await acknowledge(world, second, "town")
    third = await issue(world, "town", "department", replaces_id=second)
    assert await owed(world, second) == {"town": "acknowledged", "department": "replaced"}
    assert await owed(world, third) == {"town": "owed", "department": "owed"}
    shown = [(await world.get(f"/v1/notices/{id}")).json() for id in (first, second, third)]
    assert [each["replaced_by_id"] for each in shown] == [second, third, None]
    assert [each["version"] for each in shown] == [3, 3, 2]
    assert (await world.get(f"/v1/notices/{first}", "stranger")).json()["replaced_by_id"] == second
    assert (await world.facts(first))[-1] == ("notice.replaced", 3, "coordinator")


async def test_a_notice_is_replaced_once(world: World) -> None:
    old = await issue(world)
    drafts = [(await draft(world, replaces_id=old))["id"] for _ in range(2)]
    answers = await asyncio.gather(*(world.post(f"/v1/notices/{id}/issue", {}) for id in drafts))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (lost,) = [answer.json() for answer in answers if answer.status_code == 409]
    (won,) = [answer.json()["id"] for answer in answers if answer.status_code == 200]
    assert (lost["code"], lost["replaced_by_id"]) == ("replaced_already", won)
    again = await world.post(
        notices_of(world),
        {"title": "t", "body": "b", "replaces_id": old} | {"addressee_ids": [world.ids["town"]]},
    )
    assert (again.status_code, again.json()["code"]) == (409, "replaced_already")
    (left,) = [id for id in drafts if id != won]
    cured = await world.patch(f"/v1/notices/{left}", {"replaces_id": won}, 1)
    assert cured.status_code == 200
    assert (await world.post(f"/v1/notices/{left}/issue", {})).status_code == 200
