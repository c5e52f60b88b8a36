"""An office's own texts: set, previewed and given up over HTTP, said in its campaigns, never broken."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from contracts.registry.assignments import AssignmentMade
from contracts.registry.campaigns import CampaignOpened
from contracts.registry.keys import Role
from services.notifier.texts.handlers import show_examples
from services.notifier.texts.occasions import BUILT_IN_ALONE, TEXT_NAMES
from services.notifier.texts.writing import FAILURES
from tests.integration.notifier.parts import World, a_campaign, an_assignment, mailbox
from tests.integration.notifier.test_api import Client, Door, door, office
from tests.support.mail import MailServer

__all__ = ["door", "office"]

PATH = "/v1/texts/due_before/zh-CN"
OWN = {
    "subject": "【市网信办】{{ item.title }}",
    "body": "{{ item.about }}：请于 {{ item.due }} 前报送{{ item.title }}。",
}

ROLES: dict[Role, int] = {"auditor": 200, "reporter": 403, "overseer": 403, "ops": 403}


async def test_an_own_text_is_said_in_the_offices_campaign_and_in_no_other(
    world: World, mail: MailServer, office: Client
) -> None:
    unit = await world.add_unit(mailbox("a"))
    elsewhere = await world.add_unit(mailbox("b"))
    await world.hear(CampaignOpened(campaign=a_campaign(other := uuid4(), elsewhere)))
    answer = await office.ask("PUT", PATH, OWN)
    assert (answer.status_code, answer.headers["ETag"], answer.json()["is_own"]) == (200, '"1"', True)
    await world.owe(unit)
    await world.hear(AssignmentMade(assignment=an_assignment(other, elsewhere)))
    await world.plan("09-06 09:00")
    await world.deliver()
    told = {str(message["To"]): message for message in mail.messages}
    assert told["a@units.test"]["Subject"] == "【市网信办】活动总结"
    assert "1. 单位：请于 2024-09-16 23:59 前报送活动总结。\n" in told["a@units.test"].get_content()
    assert told["b@units.test"]["Subject"] == "【待报提醒】活动总结"
    assert (await office.ask("DELETE", PATH, If_Match='"1"')).status_code == 204
    present = (await office.ask("GET", PATH)).json()
    assert (present["version"], present["is_own"], present["subject"]) == (
        0,
        False,
        "【待报提醒】{{ item.title }}",
    )


async def test_the_same_text_again_changes_nothing_and_a_lost_race_is_refused(office: Client) -> None:
    versions = [(await office.ask("PUT", PATH, body)).json()["version"] for body in (OWN, OWN)]
    assert versions == [1, 1]
    assert (
        await office.ask("PUT", PATH, {**OWN, "body": "{{ item.title }}"}, If_Match='"0"')
    ).status_code == 412
    both = await asyncio.gather(
        *(
            office.ask("PUT", PATH, {**OWN, "subject": f"{n} {{{{ item.title }}}}"}, If_Match='"1"')
            for n in (1, 2)
        )
    )
    assert sorted(each.status_code for each in both) == [200, 412]


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"body": "a\n{{ item.nothing }}"}, [("body", 2, "nothing is not known here")]),
        ({"subject": "{{ item.title", "body": "{% if %}"}, [("subject", 1, "unexpected"), ("body", 1, "")]),
        ({"body": "{% if item.occasion == 'due-7' %}x{% endif %}"}, [("body", None, "writes nothing")]),
        ({"body": "{% for x in range(10**9) %}x{% endfor %}"}, [("body", 1, "a for runs over a list")]),
    ],
)
async def test_a_text_that_fails_on_any_example_is_refused_with_part_line_and_reason(
    office: Client, change: dict[str, str], errors: list[tuple[str, int | None, str]]
) -> None:
    for method, path in (("PUT", PATH), ("POST", f"{PATH}/preview")):
        answer = await office.ask(method, path, {**OWN, **change})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_text")
        found = answer.json()["errors"]
        assert [(each["field"], each["line"]) for each in found] == [each[:2] for each in errors]
        assert all(said in each["message"] for each, (*_, said) in zip(found, errors, strict=True))
    assert (await office.ask("GET", PATH)).json()["version"] == 0


async def test_a_preview_is_the_mail_and_keeps_nothing(office: Client) -> None:
    path = "/v1/texts/submission_returned/en/preview"
    shown = (await office.ask("POST", path, {})).json()
    assert shown["subject"] == "[Returned for correction] 活动总结"
    assert "   (1) 创新做法: 请补充数据\n" in shown["text"]
    own = (await office.ask("POST", path, {"body": "<b>{{ item.title }}</b>"})).json()
    assert "1. <b>活动总结</b>" in own["text"]
    assert "&lt;b&gt;活动总结&lt;/b&gt;" in own["html"]
    assert (await office.ask("GET", "/v1/texts/submission_returned/en")).json()["version"] == 0


async def test_every_text_is_listed_in_both_languages(office: Client) -> None:
    await office.ask("PUT", PATH, OWN)
    items = await office.items("/v1/texts")
    assert len(items) == 2 * (len(TEXT_NAMES) - len(BUILT_IN_ALONE))
    assert [each["occasion"] for each in items if each["is_own"]] == ["due_before"]


async def test_what_is_no_text_is_not_found_and_only_a_coordinator_sets_one(
    world: World, door: Door, office: Client
) -> None:
    for path in ("/v1/texts/nothing/en", "/v1/texts/text_broken/en"):
        assert (await office.ask("PUT", path, OWN)).status_code == 404
    assert (await office.ask("PUT", "/v1/texts/due_before/fr", OWN)).status_code == 422
    for role, seen in ROLES.items():
        caller = await door.admit(role, world.office)
        assert (await caller.ask("PUT", PATH, OWN)).status_code == 403
        assert (await caller.ask("GET", PATH)).status_code == seen


@pytest.mark.parametrize(
    "body",
    [
        {"subject": "a\nb", "body": "x"},
        {"subject": "机密★10年", "body": "x"},
        {"subject": "a"},
        {**OWN, "x": 1},
    ],
)
async def test_a_text_that_is_none_is_refused(office: Client, body: dict[str, Any]) -> None:
    assert (await office.ask("PUT", PATH, body)).status_code == 422


async def test_a_text_that_fails_when_it_is_said_gives_way_to_the_built_in_one_and_its_office_hears_once(
    world: World, mail: MailServer, office: Client
) -> None:
    await world.set_channels(world.office, mailbox("office"))
    await office.ask("PUT", PATH, OWN)
    # As another release may have let it through.
    await world.execute("UPDATE own_text SET body = 'x' || chr(10) || '{{ item.gone }}'")
    before = FAILURES.labels("due_before")._value.get()
    await world.owe(await world.add_unit(mailbox("a")), await world.add_unit(mailbox("b")))
    await world.plan("09-06 09:00")
    await world.deliver()
    await world.deliver()
    for name in "ab":
        (message,) = mail.to(f"{name}@units.test")
        assert message["Subject"] == "【待报提醒】活动总结"
    (told,) = mail.to("office@units.test")
    assert told["Subject"] == "【自定义文本出错】due_before"
    assert "body, line 2: gone is not known here" in told.get_content()
    assert FAILURES.labels("due_before")._value.get() - before == 2


def test_the_examples_are_what_texts_see() -> None:
    (example,) = show_examples("due_before")
    assert example["due"] == "2024-09-16 23:59"
