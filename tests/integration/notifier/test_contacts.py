"""Contacts: several a unit, by role; what is secret in them is nowhere to be read, and one that is deleted is gone."""

import asyncio
import json
import subprocess
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from standardwebhooks.webhooks import Webhook

from chassis.sealing import Sealer, WrongKey, make_key
from cli.servers.cluster import find_binaries
from contracts.submissions.incidents import IncidentReported
from services.notifier.contacts.sealing import check_key, seal_all
from tests.integration.notifier.parts import World, mailbox
from tests.integration.notifier.test_api import Client, Door, a_contact, door, office
from tests.integration.notifier.test_incidents import an_incident
from tests.support.hooks import HookServer
from tests.support.mail import MailServer
from tests.support.vendors import open_vendor

__all__ = ["door", "office"]

NUMBER = "13812341234"
TOKEN = "t0kenZZZ9f8e7d6c5b4a"
FIRST, SECOND = "whsec_" + "Rmlyc3Qx" * 4, "whsec_" + "U2Vjb25k" * 4
ROBOT = {
    "kind": "dingtalk",
    "url": f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
    "secret": "SECc4naryc4nary",
}


async def put(client: Client, unit: UUID, *channels: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = await client.ask("PUT", "/v1/contacts", a_contact(unit, *channels, **fields))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def dump(world: World) -> str:
    """All that the database holds, as a backup would."""
    return subprocess.run(
        [find_binaries() / "pg_dump", "--data-only", str(world.settings.database_url)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


async def test_a_unit_has_several_contacts_each_told_of_what_it_hears(
    world: World, office: Client, mail: MailServer
) -> None:
    unit = world.office
    await put(office, unit, mailbox("liaison"), name="联络员", role="联络员", hears=["reminders", "others"])
    await put(office, unit, mailbox("duty"), name="值班", role="duty", hears=["incidents"])
    await put(office, unit, mailbox("head"), name="负责人", role="负责人")
    listed = await office.items("/v1/contacts")
    assert [(each["role"], each["channels"][0]["channel_number"]) for each in listed] == [
        ("联络员", 1),
        ("duty", 2),
        ("负责人", 3),
    ]
    await world.owe(unit)
    await world.plan("09-06 09:00")
    await world.deliver()
    assert sorted(str(each["To"]) for each in mail.messages) == ["head@units.test", "liaison@units.test"]
    await world.hear(IncidentReported(incident=an_incident(unit, None)))
    await world.deliver()
    assert sorted(str(each["To"]) for each in mail.messages[2:]) == ["duty@units.test", "head@units.test"]


async def test_of_what_nobody_in_a_unit_hears_all_are_told(
    world: World, office: Client, mail: MailServer
) -> None:
    await put(office, world.office, mailbox("a"), hears=["reminders"])
    await world.hear(IncidentReported(incident=an_incident(world.office, None)))
    await world.deliver()
    assert len(mail.messages) == 1


async def test_a_contact_is_known_by_its_id_or_its_name(world: World, office: Client) -> None:
    unit, other = await world.add_unit(), await world.add_unit()
    first = await put(office, unit, mailbox("a"), name="甲")
    second = await put(office, unit, mailbox("b"), name="乙")
    renamed = await put(office, unit, mailbox("a"), name="丙", id=first["id"])
    assert (renamed["id"], renamed["version"]) == (first["id"], 2)
    assert len(await office.items("/v1/contacts")) == 2
    taken = await office.ask("PUT", "/v1/contacts", a_contact(unit, name="丙", id=second["id"]))
    assert (taken.status_code, taken.json()["code"]) == (409, "contact_name_taken")
    for body in (a_contact(other, id=first["id"]), a_contact(unit, id=str(uuid4()))):
        assert (await office.ask("PUT", "/v1/contacts", body)).status_code == 404


@pytest.mark.parametrize(
    "twice",
    [
        [{"kind": "email", "address": "a@example.cn"}, {"kind": "email", "address": "A@example.cn"}],
        [{"kind": "sms", "number": NUMBER}, {"kind": "sms", "number": f"+86{NUMBER}"}],
        [ROBOT, {**ROBOT, "secret": "another"}],
    ],
)
async def test_a_channel_that_stands_twice_in_a_contact_is_refused(
    world: World, office: Client, twice: list[dict[str, Any]]
) -> None:
    unit = await world.add_unit()
    answer = await office.ask("PUT", "/v1/contacts", a_contact(unit, mailbox("b"), *twice))
    assert answer.status_code == 422
    assert f"2 and 3 are the same {twice[0]['kind']}" in answer.json()["detail"]


async def test_two_at_once_make_one_contact(world: World, office: Client) -> None:
    unit = await world.add_unit()
    made = await asyncio.gather(*(put(office, unit, mailbox(str(number))) for number in range(5)))
    assert len({each["id"] for each in made}) == 1
    assert sorted(each["version"] for each in made) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("role", ["coordinator", "reporter", "overseer", "auditor"])
async def test_a_mobile_number_is_shown_whole_to_coordinators_alone(
    world: World, door: Door, office: Client, role: Any
) -> None:
    unit = world.office
    await put(office, unit, {"kind": "sms", "number": f"+86{NUMBER}"})
    client = await door.admit(role, unit)
    ((shown,),) = [each["channels"] for each in await client.items("/v1/contacts")]
    assert shown["address"] == (NUMBER if role == "coordinator" else "13*****1234")
    if role == "reporter":
        again = await put(client, unit, {"kind": "sms", "number": NUMBER})
        assert NUMBER not in json.dumps(again)


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        ({"kind": "wecom", "url": "https://evil.test/cgi-bin/webhook/send?key=1"}, "bad_robot"),
        ({"kind": "wecom", "url": "https://qyapi.weixin.qq.com.evil.test/cgi-bin/webhook/send"}, "bad_robot"),
        ({"kind": "wecom", "url": "https://u@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"}, "bad_robot"),
        ({"kind": "wecom", "url": "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"}, "bad_robot"),
        ({"kind": "dingtalk", "url": "https://oapi.dingtalk.com/topapi/message"}, "bad_robot"),
        ({"kind": "feishu", "url": "https://open.feishu.cn:99999/open-apis/bot/v2/hook/x"}, "bad_robot"),
        (
            {"kind": "wecom", "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "secret": "x"},
            "bad_robot",
        ),
        ({"kind": "sms", "number": "12345"}, "not_as_expected"),
        ({"kind": "sms", "number": "138123412345"}, "not_as_expected"),
    ],
)
async def test_a_robot_or_number_that_cannot_be_one_is_refused(
    world: World, office: Client, channel: dict[str, Any], code: str
) -> None:
    answer = await office.ask("PUT", "/v1/contacts", a_contact(await world.add_unit(), channel))
    assert answer.status_code == 422
    assert code == "not_as_expected" or answer.json()["code"] == code


async def test_a_channel_that_bounced_is_passed_over_until_the_contact_is_set_anew(
    world: World, office: Client, mail: MailServer
) -> None:
    mail.refusals["gone@units.test"] = "550 5.1.1 <gone@units.test>: gone is no user here"
    unit = await world.add_unit()
    await put(office, unit, mailbox("gone"), mailbox("good"))
    await world.owe(unit)
    await world.plan("09-06 09:00")
    await world.deliver()
    (shown,) = await office.items(f"/v1/contacts?organization_id={unit}")
    bounced, good = shown["channels"]
    assert bounced["bounced_at"] is not None
    assert bounced["bounced_reason"] == "the mail server refused: 550 5.1.1 <…@…>: … is no user here"
    assert good["bounced_at"] is None
    await world.plan("09-14 09:00")
    await world.deliver()
    assert [str(each["To"]) for each in mail.messages] == ["good@units.test"] * 2
    again = await put(office, unit, mailbox("gone"), mailbox("good"))
    assert [each["bounced_at"] for each in again["channels"]] == [None, None]


async def test_a_refusal_of_the_sender_or_of_now_marks_nobody(world: World, mail: MailServer) -> None:
    for name, said in (("a", "550 5.7.1 you are blocked"), ("b", "452 full")):
        mail.refusals[f"{name}@units.test"] = said
        await world.owe(await world.add_unit(mailbox(name)))
    await world.plan("09-06 09:00")
    await world.deliver()
    assert not any(
        "bounced" in str(row["channels"]) for row in await world.fetch("SELECT channels FROM contact")
    )


async def test_the_issuer_is_told_once_a_day_of_a_unit_that_cannot_be_reached(
    world: World, office: Client, mail: MailServer
) -> None:
    mail.refusals["gone@units.test"] = "554 5.7.1 no"
    await put(office, world.office, mailbox("office"))
    unit = await world.add_unit(name="某局")
    await put(office, unit, mailbox("gone"))
    for title in ("一", "二"):
        await world.owe(unit, title=title)
        await world.plan("09-06 09:00")
        await world.deliver()
    await world.deliver()
    (told,) = mail.to("office@units.test")
    assert told["Subject"] == "【未能送达】某局"


async def test_a_secret_is_rotated_with_both_signing_for_a_while(
    world: World, office: Client, hooks: HookServer
) -> None:
    unit = await world.add_unit()
    for secret in (FIRST, SECOND):
        await put(office, unit, {"kind": "webhook", "url": hooks.url, "secret": secret})
    await world.owe(unit)
    await world.plan("09-06 09:00")
    await world.deliver("webhook")
    (call,) = hooks.calls
    assert len(call.headers["webhook-signature"].split()) == 2
    for secret in (FIRST, SECOND):
        Webhook(secret).verify(call.body, dict(call.headers))
    world.settings = world.settings.model_copy(update={"webhook_overlap_hours": 0.0})
    await put(office, unit, {"kind": "webhook", "url": hooks.url, "secret": SECOND})
    assert (await office.items("/v1/contacts"))[0]["version"] == 2


async def test_what_is_secret_is_nowhere_to_be_read(
    world: World, door: Door, office: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    async with open_vendor("dingtalk") as vendor:
        world.settings.dingtalk_url = vendor.base
        vendor.say = 310000
        unit = world.office
        answers = [await put(office, unit, {**ROBOT, "url": vendor.url}, {"kind": "sms", "number": NUMBER})]
        await put(
            office, unit, {"kind": "webhook", "url": f"https://h.test/{TOKEN}", "secret": FIRST}, name="乙"
        )
        await world.owe(unit)
        await world.plan("09-06 09:00")
        for kind in ("dingtalk", "sms"):
            await world.deliver(kind)
        tried = await office.ask("POST", "/v1/channels/dingtalk/test", {})
        said = capfd.readouterr()
        texts = [
            json.dumps(answers),
            tried.text,
            (await office.ask("GET", "/v1/notifications")).text,
            (await (await door.admit("reporter", unit)).ask("GET", "/v1/contacts")).text,
            await asyncio.to_thread(dump, world),
            said.out + said.err,
        ]
        bodies = await world.fetch("SELECT convert_from(body, 'UTF8') AS body FROM events")
        secrets = [TOKEN, vendor.url, vendor.url.partition("=")[2], ROBOT["secret"], FIRST]
        for text in [*texts, str(bodies)]:
            assert [secret for secret in secrets if secret in text] == []
            assert text is texts[0] or NUMBER not in text
        assert tried.json()["tried"][0]["outcome"] == "refused"
        assert tried.json()["tried"][0]["said"] == "errcode 310000: refused 310000"


async def test_a_test_message_says_what_the_other_side_answered(
    world: World, door: Door, office: Client, mail: MailServer
) -> None:
    path = "/v1/channels/email/test"
    nothing = await office.ask("POST", path, {})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "no_such_channel")
    await put(office, world.office, mailbox("office"), mailbox("gone"))
    mail.refusals["gone@units.test"] = "550 no such user"
    ops = await door.admit("ops", world.office)
    for client in (office, ops):
        answer = await client.ask("POST", path, {})
        assert [each["outcome"] for each in answer.json()["tried"]] == ["sent", "refused"]
        assert answer.json()["tried"][1]["said"] == "the mail server refused: 550 no such user"
        assert ("office@" in answer.text) == (client is office)
    one = await office.ask("POST", path, {"channel_number": 1})
    assert len(one.json()["tried"]) == 1
    assert mail.messages[0]["Subject"] == "【测试】点名提醒通道测试"
    for role in ("reporter", "overseer", "auditor"):
        client = await door.admit(role, world.office)
        assert (await client.ask("POST", path, {})).status_code == 403
    assert (await office.ask("POST", "/v1/channels/pigeon/test", {})).status_code == 422


async def test_of_a_contact_that_is_deleted_only_that_something_was_sent_is_left(
    world: World, door: Door, office: Client, mail: MailServer
) -> None:
    mail.refusals["zhang.bad@units.test"] = "550 5.1.1 <zhang.bad@units.test>: zhang.bad unknown"
    unit = await world.add_unit()
    made = await put(
        office,
        unit,
        mailbox("zhang.good"),
        mailbox("zhang.bad"),
        {"kind": "sms", "number": NUMBER},
        name="张某某",
    )
    await world.owe(unit)
    await world.plan("09-06 09:00")
    await world.deliver()
    for each in await office.items("/v1/notifications?state=failed"):
        await office.ask("POST", f"/v1/notifications/{each['id']}/retry", {}, Idempotency_Key="k")
    stranger = await door.admit("reporter", await world.add_unit())
    assert (await stranger.ask("DELETE", f"/v1/contacts/{made['id']}")).status_code == 404
    assert (await office.ask("DELETE", f"/v1/contacts/{made['id']}")).status_code == 204
    assert (await office.ask("DELETE", f"/v1/contacts/{made['id']}")).status_code == 404
    assert await office.items(f"/v1/contacts?organization_id={unit}") == []
    kept = await asyncio.to_thread(dump, world)
    assert [each for each in ("zhang", "张某某", NUMBER, "units.test") if each in kept] == []
    bodies = str(await world.fetch("SELECT convert_from(body, 'UTF8') AS body FROM events"))
    assert [each for each in ("zhang", "张某某", NUMBER) if each in bodies] == []
    told = {
        (each["occasion"], each["channel"], each["state"]) for each in await office.items("/v1/notifications")
    }
    assert ("due-7", "email", "sent") in told


async def test_what_was_kept_plain_is_sealed_and_keys_are_rotated(world: World) -> None:
    await world.add_unit(ROBOT, mailbox("a"))
    old, new = make_key(), make_key()
    assert await seal_all(world.database, Sealer([old])) == 1
    assert await seal_all(world.database, Sealer([old])) == 0
    assert TOKEN not in await asyncio.to_thread(dump, world)
    with pytest.raises(WrongKey):
        await check_key(world.database, Sealer([new]))
    await check_key(world.database, Sealer([new, old]))
    assert await seal_all(world.database, Sealer([new, old])) == 1
    await check_key(world.database, Sealer([new]))
    assert await seal_all(world.database, Sealer([new])) == 0


async def test_the_release_before_takes_a_sealed_webhook_for_a_host_that_is_not_found(world: World) -> None:
    await world.add_unit({"kind": "webhook", "url": "https://h.test/x", "secret": FIRST})
    await seal_all(world.database, world.settings.sealer)
    (row,) = await world.fetch("SELECT channels FROM contact")
    assert row["channels"][0]["url"].startswith("https://sealed.invalid/")
    assert row["channels"][0].get("secret") is None


async def test_an_occasion_of_the_contract_is_one_of_the_database(world: World) -> None:
    kinds = await world.fetch(
        "SELECT occasion_kind(o) FROM unnest(ARRAY['due-7', 'due+1', 'incident_reported', 'activity_cancelled',"
        " 'notice_issued']) AS o"
    )
    assert [row[0] for row in kinds] == ["reminders", "reminders", "incidents", "activities", "others"]
    with pytest.raises(asyncpg.CheckViolationError):
        await world.execute(
            "UPDATE notification SET channel = 'pigeon'; INSERT INTO contact SELECT uuidv7(), 1, now(),"
            " now(), uuidv7(), 'x', 'en', '[]', 'r', '{}'"
        )
