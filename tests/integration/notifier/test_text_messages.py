"""Text messages go through the office's gateway, signed, counted in parts, and never twice under two ids."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from services.notifier.channels import posting
from tests.integration.notifier.parts import World
from tests.support.gateway import Gateway, open_gateway

NUMBER = "13812345678"
SECRET = "whsec_" + base64.b64encode(b"g" * 24).decode()
NEWEST = "SELECT state, attempts, last_error FROM notification ORDER BY id DESC LIMIT 1"


@pytest.fixture
async def gateway(world: World) -> AsyncIterator[Gateway]:
    async with open_gateway() as opened:
        opened.secret = SECRET
        fields = {"sms_url": opened.url, "sms_secret": SecretStr(SECRET)}
        world.settings = world.settings.model_copy(update=fields)
        yield opened


async def tell(world: World) -> dict[str, Any]:
    await world.owe(await world.add_unit({"kind": "sms", "number": NUMBER}))
    await world.plan("09-06 09:00")
    await world.deliver("sms")
    return await newest(world)


async def newest(world: World) -> dict[str, Any]:
    return dict((await world.fetch(NEWEST))[0])


async def test_a_signed_text_arrives_and_its_parts_are_counted(world: World, gateway: Gateway) -> None:
    assert await tell(world) == {"state": "sent", "attempts": 1, "last_error": None}
    (body,) = gateway.taken.values()
    assert (body["to"], body["parts"]) == (NUMBER, -(-len(body["text"]) // 67))
    assert body["text"].startswith("【待报提醒】活动总结\n")


async def test_a_wrong_signature_is_refused_for_good(world: World, gateway: Gateway) -> None:
    gateway.secret = "whsec_" + base64.b64encode(b"x" * 24).decode()
    said = await tell(world)
    assert said == {"state": "failed", "attempts": 1, "last_error": "answered 401; expected 2xx"}


@pytest.mark.parametrize(
    ("outcome", "state", "is_bounced"),
    [
        ("bad_recipient", "failed", True),
        ("bad_message", "failed", False),
        ("not_now", "sending", False),
        ("whatever", "sending", False),
    ],
)
async def test_the_outcome_inside_decides_and_the_number_is_not_told_on(
    world: World, gateway: Gateway, outcome: str, state: str, is_bounced: bool
) -> None:
    gateway.say = {"outcome": outcome, "code": "E7", "message": f"{NUMBER} is not taken"}
    said = await tell(world)
    assert said["state"] == state
    assert NUMBER not in said["last_error"]
    (row,) = await world.fetch("SELECT channels FROM contact")
    assert ("bounced_at" in row["channels"][0]) == is_bounced
    bodies = await world.fetch("SELECT convert_from(body, 'UTF8') AS body FROM events")
    assert NUMBER not in str(bodies)


async def test_throttled_it_waits_as_long_as_it_is_asked_to(world: World, gateway: Gateway) -> None:
    gateway.say, gateway.status, gateway.server.headers = {}, 429, {"Retry-After": "120"}
    assert (await tell(world))["last_error"] == "answered 429"
    (row,) = await world.fetch("SELECT next_try_at - clock_timestamp() AS pause FROM delivery")
    assert 110 < row["pause"].total_seconds() <= 120


@pytest.mark.parametrize("mode", ["cut", "half", "hang", "drip"])
async def test_one_that_was_cut_off_is_sent_again_under_the_same_id(
    world: World, gateway: Gateway, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 1.0)
    gateway.server.mode = mode
    assert (await tell(world))["state"] == "sending"
    gateway.server.mode = "answer"
    await world.let_time_come()
    await world.deliver("sms")
    assert (await newest(world))["state"] == "sent"
    assert len(gateway.server.calls) == 2
    assert len(gateway.taken) == 1


async def test_without_a_gateway_or_with_a_dead_one_they_wait_and_say_so(
    world: World, gateway: Gateway
) -> None:
    await gateway.server.stop()
    assert (await tell(world))["last_error"] == "cut off: ConnectError"
    world.settings = world.settings.model_copy(update={"sms_url": None})
    said = await tell(world)
    assert (said["state"], said["last_error"]) == (
        "sending",
        "no SMS gateway is set; expected ROLLCALL_SMS_URL",
    )


async def test_a_long_text_goes_on_in_another_message(world: World, gateway: Gateway) -> None:
    unit = await world.add_unit({"kind": "sms", "number": NUMBER})
    for number in range(12):
        await world.owe(unit, title=f"第{number:02}项" + "总" * 40)
    await world.plan("09-06 09:00")
    await world.deliver("sms")
    assert len(gateway.taken) > 1
    assert all(body["parts"] <= 8 for body in gateway.taken.values())
    whole = "".join(body["text"] for body in gateway.taken.values())
    assert all(f"第{number:02}项" in whole for number in range(12))
