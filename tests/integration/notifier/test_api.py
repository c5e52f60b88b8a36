"""The notifier over HTTP: contacts, policies, what was told, who cannot be reached, and trying again."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.access import hash_secret, make_secret, write_key
from chassis.service import make_app, make_running
from contracts.registry.assignments import AssignmentMade
from contracts.registry.campaigns import CampaignOpened
from contracts.registry.keys import Key, KeyIssued, Role
from services.notifier.app import SERVICE
from tests.integration.notifier.parts import ISSUED, World, a_campaign, an_assignment, mailbox
from tests.support.mail import MailServer

SECRET = "whsec_" + "QUJD" * 8
NOT_BOUNCED = {"bounced_at": None, "bounced_reason": None}


class Client:
    """Asks the notifier as one key."""

    def __init__(self, http: httpx.AsyncClient, key: str) -> None:
        self.http = http
        self.key = key

    async def ask(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.http.request(
            method,
            path,
            json=json,
            headers={
                "Authorization": f"Bearer {self.key}",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )

    async def items(self, path: str) -> list[dict[str, Any]]:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


class Door:
    """Lets callers in by their role."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world = world
        self.http = http

    async def admit(self, role: Role, organization_id: UUID) -> Client:
        id, secret = uuid4(), make_secret()
        key = Key(
            id=id,
            version=1,
            created_at=ISSUED,
            updated_at=ISSUED,
            organization_id=organization_id,
            role=role,
            label="x",
        )
        await self.world.hear(KeyIssued(key=key, secret_sha256=hash_secret(secret)))
        return Client(self.http, write_key(id, secret))


@pytest.fixture
async def door(world: World) -> AsyncIterator[Door]:
    running = make_running(SERVICE, world.settings, world.database)
    transport = httpx.ASGITransport(make_app(running))
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier.test") as http:
        yield Door(world, http)


@pytest.fixture
async def office(world: World, door: Door) -> Client:
    return await door.admit("coordinator", world.office)


def a_contact(unit: UUID, *channels: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"organization_id": str(unit), "name": "值班室", "channels": list(channels), **fields}


async def test_a_contact_is_set_and_shown_without_what_is_secret(world: World, office: Client) -> None:
    unit = await world.add_unit()
    hook = {"kind": "webhook", "url": "https://hooks.example.com/s/secret-path", "secret": SECRET}
    answer = await office.ask("PUT", "/v1/contacts", a_contact(unit, mailbox("a"), hook))
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert answer.json()["channels"] == [
        {"kind": "email", "address": "a@units.test", "channel_number": 1, **NOT_BOUNCED},
        {"kind": "webhook", "address": "https://hooks.example.com/…", "channel_number": 2, **NOT_BOUNCED},
    ]
    listed = await office.ask("GET", "/v1/contacts")
    assert "secret-path" not in listed.text
    assert SECRET not in listed.text
    assert [each["organization_id"] for each in listed.json()["items"]] == [str(unit)]


async def test_the_same_contact_again_changes_nothing_and_another_is_the_next_version(
    world: World, office: Client
) -> None:
    unit = await world.add_unit()
    versions = [
        (await office.ask("PUT", "/v1/contacts", a_contact(unit, mailbox(name)))).json()["version"]
        for name in ("a", "a", "b")
    ]
    assert versions == [1, 1, 2]
    stale = await office.ask("PUT", "/v1/contacts", a_contact(unit, mailbox("c")), If_Match='"1"')
    assert stale.status_code == 412


async def test_a_unit_sets_and_sees_its_own_contact_and_no_other(
    world: World, door: Door, office: Client
) -> None:
    own, other = await world.add_unit(), await world.add_unit(mailbox("other"))
    unit = await door.admit("reporter", own)
    assert (await unit.ask("PUT", "/v1/contacts", a_contact(own, mailbox("a")))).status_code == 200
    assert (await unit.ask("PUT", "/v1/contacts", a_contact(other, mailbox("a")))).status_code == 404
    assert [each["organization_id"] for each in await unit.items("/v1/contacts")] == [str(own)]
    assert (await unit.ask("GET", f"/v1/contacts?organization_id={other}")).status_code == 404
    assert len(await office.items("/v1/contacts")) == 2
    auditor = await door.admit("auditor", world.office)
    assert (await auditor.ask("PUT", "/v1/contacts", a_contact(own))).status_code == 403
    ops = await door.admit("ops", world.office)
    assert (await ops.ask("GET", "/v1/contacts")).status_code == 403


async def test_a_district_sets_and_sees_the_contacts_of_its_subtree_and_no_other(
    world: World, door: Door, office: Client
) -> None:
    district, other = await world.add_unit(mailbox("district")), await world.add_unit(mailbox("other"))
    town = await world.add_unit(mailbox("town"), parent=district)
    own = {str(district), str(town)}
    coordinator = await door.admit("coordinator", district)
    changed = a_contact(town, mailbox("town-2"))
    assert (await coordinator.ask("PUT", "/v1/contacts", changed)).status_code == 200
    foreign = await coordinator.ask("PUT", "/v1/contacts", a_contact(other, mailbox("mine")))
    unknown = await coordinator.ask("PUT", "/v1/contacts", a_contact(uuid4(), mailbox("mine")))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
    assert foreign.json()["detail"] == unknown.json()["detail"]
    for who in (coordinator, await door.admit("auditor", district)):
        assert {each["organization_id"] for each in await who.items("/v1/contacts")} == own
        assert (await who.ask("GET", f"/v1/contacts?organization_id={other}")).status_code == 404
        assert len(await who.items(f"/v1/contacts?organization_id={town}")) == 1
    assert len(await office.items("/v1/contacts")) == 3


async def test_what_was_told_in_the_citys_campaign_is_nothing_for_auditors_below_nor_for_another_district(
    world: World, door: Door, office: Client
) -> None:
    district, other = await world.add_unit(mailbox("district")), await world.add_unit(mailbox("other"))
    town = await world.add_unit(mailbox("town"), parent=district)
    campaign = uuid4()
    await world.hear(CampaignOpened(campaign=a_campaign(campaign, district)))
    await world.owe(district, town, other)
    await world.hear(AssignmentMade(assignment=an_assignment(campaign, town)))
    await world.plan("09-06 09:00")
    for role, unit, expected in (
        ("coordinator", world.office, {(world.campaign, each) for each in (district, town, other)}),
        ("auditor", world.office, {(world.campaign, each) for each in (district, town, other)}),
        ("coordinator", district, {(world.campaign, district), (world.campaign, town)}),
        ("auditor", district, {(world.campaign, district)}),
        ("coordinator", other, {(world.campaign, other)}),
        ("auditor", other, {(world.campaign, other)}),
    ):
        who = await door.admit(role, unit)  # type: ignore[arg-type]
        seen = {
            (UUID(each["campaign_id"]), UUID(each["organization_id"]))
            for each in await who.items("/v1/notifications")
        }
        assert seen == expected | ({(campaign, town)} if unit != other else set()), (role, unit)
        path = f"/v1/campaigns/{campaign}/unreachable"
        sees = unit == district or (role, unit) == ("auditor", world.office)
        assert (await who.ask("GET", path)).status_code == (200 if sees else 404), (role, unit)


@pytest.mark.parametrize(
    "channel",
    [
        {"kind": "webhook", "url": "https://[broken/x"},
        {"kind": "webhook", "url": "https:///x-without-host"},
        {"kind": "webhook", "url": "https://host:99999/x"},
        {"kind": "webhook", "url": "https://user:password@host/x"},
        {"kind": "webhook", "url": "https://host/x", "secret": "whsec_" + "A" * 33},
        {"kind": "webhook", "url": "ftp://host/x"},
        {"kind": "email", "address": "nobody"},
        {"kind": "email", "address": "a@b\r\nBcc: c@d"},
        {"kind": "pigeon", "address": "x"},
    ],
)
async def test_a_channel_that_nothing_can_be_sent_to_is_refused(
    world: World, office: Client, channel: dict[str, Any]
) -> None:
    unit = await world.add_unit()
    answer = await office.ask("PUT", "/v1/contacts", a_contact(unit, channel))
    assert answer.status_code == 422, answer.text
    assert await office.items("/v1/contacts") == []


async def test_a_contact_of_an_unknown_unit_is_not_found(office: Client) -> None:
    assert (await office.ask("PUT", "/v1/contacts", a_contact(uuid4()))).status_code == 404


POLICY = {
    "steps": [{"offset_working_days": -5, "at": "10:00", "to": "owner"}],
    "quiet_hours": None,
    "on_days_off": "send",
}


async def test_a_campaign_begins_with_the_default_ladder_and_its_office_replaces_it(
    world: World, door: Door, office: Client
) -> None:
    path = f"/v1/campaigns/{world.campaign}/reminder-policy"
    unit = await door.admit("reporter", await world.add_unit())
    first = (await unit.ask("GET", path)).json()
    assert [step["offset_working_days"] for step in first["steps"]] == [-7, -3, -1, 0, 1, 3]
    assert first["quiet_hours"] == {"from": "20:00", "to": "08:00"}
    assert (await unit.ask("PUT", path, POLICY)).status_code == 403
    second = await office.ask("PUT", path, POLICY, If_Match='"1"')
    assert (second.status_code, second.json()["version"]) == (200, 2)
    assert (await office.ask("PUT", path, POLICY, If_Match='"1"')).status_code == 412
    assert (await unit.ask("GET", path)).json()["steps"] == POLICY["steps"]
    assert (await office.ask("GET", f"/v1/campaigns/{uuid4()}/reminder-policy")).status_code == 404


async def test_another_ladder_rules_from_then_on_and_what_was_due_by_the_old_one_still_goes_out(
    world: World, office: Client
) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    world.set_clock("09-12 09:30")
    # By the new ladder the step of 9 September has passed: it is not made up for.
    steps = [
        {"offset_working_days": -5, "at": "10:00", "to": "owner"},
        {"offset_working_days": -2, "at": "10:00", "to": "owner"},
    ]
    answer = await office.ask(
        "PUT", f"/v1/campaigns/{world.campaign}/reminder-policy", {**POLICY, "steps": steps}
    )
    assert answer.status_code == 200
    await world.plan("09-12 09:31")
    await world.plan("09-13 10:00")
    assert [(name, at) for name, _, at in await world.told()] == [
        ("due-3", "09-12 09:00"),
        ("due-2", "09-13 10:00"),
    ]


async def test_a_step_of_a_new_ladder_that_has_passed_is_not_made_up_for(
    world: World, office: Client
) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    world.set_clock("09-05 12:00")
    steps = [{"offset_working_days": days, "at": "09:00", "to": "owner"} for days in (-8, -7)]
    await office.ask("PUT", f"/v1/campaigns/{world.campaign}/reminder-policy", {**POLICY, "steps": steps})
    assert await world.plan("09-05 12:01") == 0
    assert await world.plan("09-06 09:00") == 1


async def test_what_was_told_is_listed_with_who_owes_and_in_the_campaigns_zone(
    world: World, door: Door, office: Client
) -> None:
    own, other = await world.add_unit(mailbox("a")), await world.add_unit(mailbox("b"))
    (assignment, _) = await world.owe(own, other)
    await world.plan("09-06 09:00")
    await world.deliver()
    await world.plan("09-20 09:00")
    path = f"/v1/notifications?campaign_id={world.campaign}"
    (shown,) = await office.items(f"{path}&occasion=due-7&organization_id={own}")
    assert shown["assignment_id"] == str(assignment.id)
    assert (shown["state"], shown["channel"], shown["attempts"]) == ("sent", "email", 1)
    assert shown["planned_for"] == "2024-09-06T09:00:00+08:00"
    assert shown["sent_at"].endswith("+08:00")
    to_parent = await office.items(f"{path}&occasion=due%2B3&state=failed")
    assert {each["organization_id"] for each in to_parent} == {str(world.office)}
    assert {each["about_organization_id"] for each in to_parent} == {str(own), str(other)}
    unit = await door.admit("reporter", own)
    assert {each["organization_id"] for each in await unit.items(path)} == {str(own)}
    assert (await unit.ask("GET", f"{path}&organization_id={other}")).status_code == 404
    assert (await office.ask("GET", "/v1/notifications?state=lost")).status_code == 422


async def test_notifications_are_read_page_by_page(world: World, office: Client) -> None:
    await world.owe(*[await world.add_unit(mailbox(f"u{number}")) for number in range(7)])
    await world.plan("09-06 09:00")
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await office.ask("GET", f"/v1/notifications?limit=3{cursor}")).json()
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 7


async def test_who_cannot_be_reached_is_listed_until_an_address_takes_something(
    world: World, door: Door, office: Client, mail: MailServer
) -> None:
    mail.refusals["gone@units.test"] = "550 no such user"
    nobody, gone = await world.add_unit(name="甲"), await world.add_unit(mailbox("gone"), name="乙")
    await world.owe(nobody, gone, await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    await world.deliver()
    path = f"/v1/campaigns/{world.campaign}/unreachable"
    found = {each["name"]: each["notification_count"] for each in await office.items(path)}
    assert found == {"甲": 1, "乙": 1}
    unit = await door.admit("reporter", nobody)
    assert (await unit.ask("GET", path)).status_code == 403

    await world.set_channels(nobody, mailbox("new"))
    await world.set_channels(gone, mailbox("gone"))
    mail.refusals.clear()
    await retry_all_failed(office)
    await world.deliver()
    assert len(mail.to("new@units.test")) == len(mail.to("gone@units.test")) == 1
    assert await office.items(path) == []


async def retry_all_failed(office: Client) -> None:
    for each in await office.items("/v1/notifications?state=failed"):
        answer = await office.ask("POST", f"/v1/notifications/{each['id']}/retry", {})
        assert answer.status_code == 200, answer.text
        assert answer.json()["state"] == "planned"
        assert answer.json()["planned_for"] == each["planned_for"]
        assert each["planned_for"].endswith("+08:00")


async def test_only_what_failed_is_tried_again_and_only_where_there_is_an_address(
    world: World, door: Door, office: Client
) -> None:
    nobody, unit = await world.add_unit(), await world.add_unit(mailbox("a"))
    await world.owe(nobody, unit)
    await world.plan("09-06 09:00")
    by_unit = {each["organization_id"]: each["id"] for each in await office.items("/v1/notifications")}
    path = f"/v1/notifications/{by_unit[str(unit)]}/retry"
    planned = await office.ask("POST", path, {})
    assert (planned.status_code, planned.json()["code"]) == (409, "not_failed")
    unreachable = await office.ask("POST", f"/v1/notifications/{by_unit[str(nobody)]}/retry", {})
    assert (unreachable.status_code, unreachable.json()["code"]) == (409, "no_address")
    stranger = await door.admit("coordinator", unit)
    assert (await stranger.ask("POST", path, {})).status_code == 404
    assert (await office.ask("POST", f"/v1/notifications/{uuid4()}/retry", {})).status_code == 404
