"""Urges over HTTP: seen before they are sent, nobody urged twice within the set time, nobody who handed in."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.registry.keys import Role
from contracts.submissions.submissions import SubmissionReturned, SubmissionWithdrawn
from services.notifier.texts.occasions import names_of
from tests.integration.notifier.parts import DUE, World, a_submission, mailbox, moment, names
from tests.integration.notifier.test_api import Client, Door, door, office
from tests.support.mail import MailServer

__all__ = ["door", "office"]

HOOK = {"kind": "webhook", "url": "https://hooks.test/x"}


def an_urge(world: World, **fields: Any) -> dict[str, Any]:
    return {"campaign_id": str(world.campaign), "dry_run": False, **fields}


async def urge(caller: Client, world: World, **fields: Any) -> dict[str, Any]:
    answer = await caller.ask("POST", "/v1/urges", an_urge(world, **fields))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def whom(listed: list[dict[str, Any]]) -> list[str]:
    return sorted(each["name"] for each in listed)


async def test_a_dry_run_says_who_would_be_told_what_and_tells_nobody(
    world: World, mail: MailServer, office: Client
) -> None:
    world.set_clock("09-17 10:00")
    late = await world.add_unit(mailbox("a"), HOOK, name="逾期")
    owing = await world.add_unit(mailbox("b"), name="未到期")
    corrected = await world.add_unit(mailbox("c"), name="退回")
    done, silent = await world.add_unit(mailbox("d"), name="已报"), await world.add_unit(name="无地址")
    (first,) = await world.owe(late)
    await world.owe(owing, due_at=None, title="实施方案")
    returned, handed = await world.owe(corrected, done)
    await world.owe(silent)
    await world.hand_in(handed)
    await world.hear(
        SubmissionReturned(
            submission=a_submission(
                returned, state="returned", correct_by=moment("09-20 18:00"), returned_at=DUE
            )
        )
    )
    answer = await office.ask("POST", "/v1/urges", {"campaign_id": str(world.campaign)})
    found = answer.json()
    assert (found["dry_run"], found["id"], found["left_out"]) == (True, None, [])
    told = {each["name"]: each for each in found["told"]}
    assert {
        name: (each["state"], each["title"], each["due_at"], each["channels"]) for name, each in told.items()
    } == {
        "逾期": ("overdue", "活动总结", "2024-09-16T23:59:59.999999+08:00", ["email", "webhook"]),
        "未到期": ("owed", "实施方案", None, ["email"]),
        "退回": ("returned", "活动总结", "2024-09-20T18:00:00+08:00", ["email"]),
    }
    assert told["逾期"]["assignment_id"] == str(first.id)
    assert whom(found["unreachable"]) == ["无地址"]
    assert await world.fetch("SELECT FROM notification WHERE occasion = 'urged'") == []


async def test_an_urge_is_one_message_a_unit_and_is_listed(
    world: World, mail: MailServer, office: Client
) -> None:
    world.set_clock("09-17 10:00")
    unit = await world.add_unit(mailbox("a"), name="某区")
    await world.owe(unit, unit)
    sent = await urge(office, world, message="请于今天\n下班前报送。{{ 7 * 7 }}")
    await world.deliver()
    (message,) = mail.messages
    assert message["Subject"] == "【催办】活动总结 等2项"
    assert (
        "主办单位催办：某区的“活动总结”截止时间为 2024-09-16 23:59，现已逾期，请尽快报送。"
        "请于今天 下班前报送。{{ 7 * 7 }}\n"
    ) in message.get_content()
    (listed,) = await office.items(f"/v1/urges?campaign_id={world.campaign}")
    assert (listed["id"], listed["told_count"], listed["organization_id"]) == (
        sent["id"],
        2,
        str(world.office),
    )
    assert listed["message"] == "请于今天\n下班前报送。{{ 7 * 7 }}"
    assert sent["planned_for"] == "2024-09-17T10:00:00+08:00"


async def test_nobody_is_urged_twice_for_one_thing_within_a_day_and_then_again(
    world: World, mail: MailServer, office: Client
) -> None:
    unit = await world.add_unit(mailbox("a"), name="某区")
    await world.owe(unit)
    world.set_clock("09-17 10:00")
    await urge(office, world)
    await world.owe(unit, title="实施方案")
    world.set_clock("09-18 09:59")
    again = await urge(office, world)
    assert [each["title"] for each in again["told"]] == ["实施方案"]
    (left_out,) = again["left_out"]
    assert (left_out["urged_at"], left_out["again_at"]) == (
        "2024-09-17T10:00:00+08:00",
        "2024-09-18T10:00:00+08:00",
    )
    world.set_clock("09-18 10:00")
    third = await urge(office, world)
    assert [each["title"] for each in third["told"]] == ["活动总结"]
    await world.deliver()
    assert len(await world.fetch("SELECT FROM notification WHERE occasion = 'urged' AND state = 'sent'")) == 3


async def test_two_coordinators_at_once_urge_once(world: World, mail: MailServer, office: Client) -> None:
    world.set_clock("09-17 10:00")
    units = [await world.add_unit(mailbox(f"u{number}")) for number in range(20)]
    await world.owe(*units)
    answers = await asyncio.gather(*(urge(office, world) for _ in range(6)))
    assert sum(len(each["told"]) for each in answers) == 20
    assert all(len(each["told"]) + len(each["left_out"]) == 20 for each in answers)
    assert len({each["id"] for each in answers} - {None}) == len(await office.items("/v1/urges"))
    await world.deliver()
    assert len(mail.messages) == 20


async def test_what_is_handed_in_before_the_message_goes_is_not_urged(
    world: World, mail: MailServer, office: Client
) -> None:
    world.set_clock("09-17 21:00")
    early, late = await world.add_unit(mailbox("early")), await world.add_unit(mailbox("late"))
    assignment, _ = await world.owe(early, late)
    sent = await urge(office, world)
    assert sent["planned_for"] == "2024-09-18T08:00:00+08:00", "out of quiet hours, as reminders are"
    await world.hand_in(assignment)
    world.set_clock("09-18 08:00")
    await world.deliver()
    assert names(mail.messages) == ["late"]


async def test_what_is_urged_is_one_deliverable_or_these_organizations(world: World, office: Client) -> None:
    world.set_clock("09-17 10:00")
    first, second = (
        await world.add_unit(mailbox("a"), name="甲"),
        await world.add_unit(mailbox("b"), name="乙"),
    )
    plan, summary = uuid4(), uuid4()
    await world.owe(first, second, deliverable_id=plan, title="实施方案")
    await world.owe(first, deliverable_id=summary)
    one = await urge(office, world, deliverable_id=str(summary), dry_run=True)
    assert [(each["name"], each["title"]) for each in one["told"]] == [("甲", "活动总结")]
    other = await urge(office, world, organization_ids=[str(second)], dry_run=True)
    assert [(each["name"], each["title"]) for each in other["told"]] == [("乙", "实施方案")]
    assert (await urge(office, world, deliverable_id=str(uuid4())))["told"] == []
    assert await office.items("/v1/urges") == [], "what told nobody is no urge"


async def test_a_withdrawn_submission_is_urged_again(world: World, office: Client) -> None:
    (assignment,) = await world.owe(await world.add_unit(mailbox("a"), name="某区"))
    submission = await world.hand_in(assignment)
    assert (await urge(office, world, dry_run=True))["told"] == []
    withdrawn = submission.model_copy(update={"state": "withdrawn", "revision": 2})
    await world.hear(SubmissionWithdrawn(submission=withdrawn))
    assert whom((await urge(office, world, dry_run=True))["told"]) == ["某区"]


async def test_an_overseer_urges_below_itself_and_others_not_at_all(
    world: World, door: Door, office: Client
) -> None:
    district = await world.add_unit(name="区")
    town = await world.add_unit(mailbox("town"), parent=district, name="镇")
    await world.owe(town, await world.add_unit(mailbox("other"), name="别区"))
    overseer = await door.admit("overseer", district)
    assert whom((await urge(overseer, world))["told"]) == ["镇"]
    assert len(await overseer.items("/v1/urges")) == 1
    assert len(await office.items("/v1/urges")) == 1
    elsewhere = await door.admit("coordinator", district)
    assert (await elsewhere.ask("POST", "/v1/urges", an_urge(world))).status_code == 404
    roles: tuple[Role, ...] = ("reporter", "auditor", "ops")
    for role in roles:
        caller = await door.admit(role, world.office)
        assert (await caller.ask("POST", "/v1/urges", an_urge(world))).status_code == 403
    auditor = await door.admit("auditor", world.office)
    assert len(await auditor.items("/v1/urges")) == 1
    stranger = await door.admit("overseer", town)
    assert await stranger.items("/v1/urges") == []


async def test_the_same_request_again_urges_once_and_has_the_same_answer(
    world: World, mail: MailServer, office: Client
) -> None:
    world.set_clock("09-17 10:00")
    await world.owe(await world.add_unit(mailbox("a")))
    answers = [await office.ask("POST", "/v1/urges", an_urge(world), Idempotency_Key="u-1") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    await world.deliver()
    assert len(mail.messages) == 1


async def test_the_time_between_two_is_a_setting(world: World, door: Door, office: Client) -> None:
    world.settings.__dict__["urge_pause_hours"] = 0.5
    await world.owe(await world.add_unit(mailbox("a")))
    world.set_clock("09-17 10:00")
    await urge(office, world)
    assert len((await urge(office, world))["left_out"]) == 1
    world.set_clock(moment("09-17 10:00") + timedelta(minutes=30))
    assert len((await urge(office, world))["told"]) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"message": "机密★10年"},
        {"message": "x" * 1_001},
        {"message": " "},
        {"organization_ids": []},
        {"dry_run": "no"},
        {"organization_id": str(UUID(int=1))},
    ],
)
async def test_what_is_no_urge_is_refused(world: World, office: Client, fields: dict[str, Any]) -> None:
    assert (await office.ask("POST", "/v1/urges", an_urge(world, **fields))).status_code == 422


async def test_more_than_one_urge_may_name_is_refused(
    world: World, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.notifier.urges.handlers.LIMIT", 1)
    await world.owe(await world.add_unit(mailbox("a")), await world.add_unit(mailbox("b")))
    answer = await office.ask("POST", "/v1/urges", an_urge(world))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_to_urge")
    assert await office.items("/v1/urges") == []


async def test_a_debt_without_a_date_that_is_handed_in_before_the_mail_is_not_urged_any_more(
    world: World, mail: MailServer, office: Client
) -> None:
    world.set_clock("09-17 10:00")
    settled, owing = await world.add_unit(mailbox("settled")), await world.add_unit(mailbox("owing"))
    first, _ = await world.owe(settled, owing, due_at=None)
    await urge(office, world)
    await world.hand_in(first)
    await world.deliver()
    assert names(mail.messages) == ["owing"]
    assert await world.states() == {"given_up": 1, "sent": 1}


async def test_one_that_waits_for_the_mail_server_is_dropped_when_it_is_handed_in_without_a_date(
    world: World, mail: MailServer, office: Client
) -> None:
    world.set_clock("09-17 10:00")
    settled, owing = await world.add_unit(mailbox("settled")), await world.add_unit(mailbox("owing"))
    first, _ = await world.owe(settled, owing, due_at=None)
    await urge(office, world)
    await mail.stop()
    await world.deliver()
    await world.hand_in(first)
    await mail.start()
    await world.let_time_come()
    await world.deliver()
    assert names(mail.messages) == ["owing"]


async def test_what_an_urge_keeps_is_what_its_text_may_speak_of(world: World, office: Client) -> None:
    world.set_clock("09-17 10:00")
    await world.owe(await world.add_unit(mailbox("a")))
    await urge(office, world)
    rows = await world.fetch("SELECT details FROM notification WHERE occasion = 'urged'")
    assert [frozenset(row["details"]) for row in rows] == [names_of("urged")]
