"""Robots are judged by the code inside the answer, sent no more than they may be, and told nothing twice."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.notifier.channels import posting
from tests.integration.notifier.parts import World
from tests.support.vendors import BUSY, GONE, REFUSED, SECRET, THROTTLED, TOKEN, Vendor, open_vendor

KINDS = ["wecom", "dingtalk", "feishu"]
NEWEST = "SELECT state, attempts, last_error FROM notification ORDER BY id DESC LIMIT 1"
PAUSE = "SELECT extract(epoch FROM next_try_at - clock_timestamp())::float AS pause FROM delivery"


@pytest.fixture(params=KINDS)
async def vendor(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Vendor]:
    """A vendor of each kind in turn, at the address that the settings name."""
    async with open_vendor(request.param) as opened:
        world.settings = world.settings.model_copy(update={f"{opened.kind}_url": opened.base})
        yield opened


def robot(vendor: Vendor, **fields: Any) -> dict[str, Any]:
    return {"kind": vendor.kind, "url": vendor.url, "secret": vendor.secret, **fields}


async def tell(world: World, vendor: Vendor, **fields: Any) -> dict[str, Any]:
    """Tell one unit one thing; what became of it."""
    await world.owe(await world.add_unit(robot(vendor, **fields)))
    await world.plan("09-06 09:00")
    await world.deliver(vendor.kind)
    return await newest(world)


async def newest(world: World) -> dict[str, Any]:
    return dict((await world.fetch(NEWEST))[0])


async def test_a_text_arrives_with_its_subject_above_it(world: World, vendor: Vendor) -> None:
    assert await tell(world, vendor) == {"state": "sent", "attempts": 1, "last_error": None}
    (text,) = vendor.taken
    assert text.splitlines()[0] == "【待报提醒】活动总结"
    assert "应于 2024-09-16 23:59 前报送" in text


@pytest.mark.parametrize("vendor", ["dingtalk", "feishu"], indirect=True)
async def test_what_is_signed_is_taken_and_a_wrong_signature_is_refused_for_good(
    world: World, vendor: Vendor
) -> None:
    vendor.secret = SECRET
    assert (await tell(world, vendor))["state"] == "sent"
    said = await tell(world, vendor, secret="SECwrong-wrong-wrong")
    assert said["state"] == "failed"
    assert (
        said["last_error"].split(": ")[0].endswith({"dingtalk": " 310000", "feishu": " 19021"}[vendor.kind])
    )


async def test_a_200_with_an_error_inside_is_no_delivery(world: World, vendor: Vendor) -> None:
    vendor.say = REFUSED[vendor.kind]
    said = await tell(world, vendor)
    assert (said["state"], said["attempts"]) == ("failed", 1)
    assert f"{REFUSED[vendor.kind]}: refused" in said["last_error"]
    (contact,) = await world.fetch("SELECT channels FROM contact")
    assert "bounced_at" not in contact["channels"][0], "the text was refused, not the robot"


async def test_a_robot_that_is_gone_is_marked_and_passed_over_until_it_is_set_anew(
    world: World, vendor: Vendor
) -> None:
    vendor.say = GONE[vendor.kind]
    unit = await world.add_unit(robot(vendor))
    await world.owe(unit)
    await world.plan("09-06 09:00")
    await world.deliver(vendor.kind)
    assert (await newest(world))["state"] == "failed"
    (contact,) = await world.fetch("SELECT channels FROM contact")
    assert str(GONE[vendor.kind]) in contact["channels"][0]["bounced_reason"]
    await world.plan("09-12 09:00")
    rows = await world.fetch("SELECT channel, state FROM notification ORDER BY id")
    assert [tuple(row) for row in rows] == [(vendor.kind, "failed"), ("none", "failed")]
    vendor.say = None
    await world.set_channels(unit, robot(vendor))
    await world.plan("09-14 09:00")
    await world.deliver(vendor.kind)
    assert len(vendor.taken) == 1


async def test_a_vendor_that_is_busy_is_tried_again(world: World, vendor: Vendor) -> None:
    vendor.say = BUSY[vendor.kind]
    assert (await tell(world, vendor))["state"] == "sending"
    vendor.say = None
    await world.let_time_come()
    await world.deliver(vendor.kind)
    assert await newest(world) == {"state": "sent", "attempts": 2, "last_error": None}


async def test_after_a_throttled_answer_nobody_tries_the_robot_for_a_while(
    world: World, vendor: Vendor
) -> None:
    vendor.say = THROTTLED[vendor.kind]
    await tell(world, vendor)
    least = 600 if vendor.kind == "dingtalk" else 60
    (row,) = await world.fetch(PAUSE)
    assert least - 5 < row["pause"] <= least
    await tell(world, vendor)
    assert len(vendor.server.calls) == 1
    (waiting,) = await world.fetch("SELECT attempts, tried FROM delivery ORDER BY id DESC LIMIT 1")
    assert tuple(waiting) == (0, False)
    assert await world.fetch("SELECT * FROM circuit") == []


@pytest.mark.parametrize("mode", ["cut", "half", "hang", "drip"])
async def test_what_is_cut_off_or_slow_is_tried_again(
    world: World, vendor: Vendor, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor.server.mode = mode
    with monkeypatch.context() as impatient:
        # What is sent afterwards has all its time, for machines are slow.
        impatient.setattr(posting, "SECONDS", 1.0 if mode in ("hang", "drip") else posting.SECONDS)
        said = await tell(world, vendor)
    assert said["state"] == "sending"
    expected = "no answer within 1 s" if mode in ("hang", "drip") else "cut off: RemoteProtocolError"
    assert said["last_error"] == expected
    vendor.server.mode = "answer"
    await world.let_time_come()
    await world.deliver(vendor.kind)
    assert (await newest(world))["state"] == "sent"


async def test_one_that_is_dead_is_tried_again(world: World, vendor: Vendor) -> None:
    await vendor.server.stop()
    said = await tell(world, vendor)
    assert (said["state"], said["last_error"]) == ("sending", "cut off: ConnectError")


@pytest.mark.parametrize(
    ("status", "state"), [(302, "failed"), (404, "failed"), (429, "sending"), (502, "sending")]
)
async def test_a_status_decides_only_where_there_is_no_code(
    world: World, vendor: Vendor, status: int, state: str
) -> None:
    vendor.server.decide = lambda _: (status, b"<html>gateway</html>")
    assert (await tell(world, vendor))["state"] == state


async def test_what_does_not_fit_goes_on_in_the_next_message_and_what_arrived_is_not_sent_again(
    world: World, vendor: Vendor
) -> None:
    unit = await world.add_unit(robot(vendor))
    titles = [f"第{number:04}项" + "总结" * 60 for number in range(12 if vendor.kind == "wecom" else 60)]
    for title in titles:
        await world.owe(unit, title=title)
    await world.plan("09-06 09:00")
    vendor.most_a_minute = 1
    await world.deliver(vendor.kind)
    assert len(vendor.taken) == 1
    vendor.most_a_minute = 99
    await world.execute("UPDATE robot SET blocked_until = NULL")
    await world.let_time_come()
    await world.deliver(vendor.kind)
    assert (await newest(world))["state"] == "sent"
    assert len(vendor.taken) > 1
    whole = "".join(vendor.taken)
    assert [title for title in titles if whole.count(title[:6]) < 1] == []
    assert vendor.taken[0].startswith("(1/")
    assert vendor.taken[-1].startswith(f"({len(vendor.taken)}/{len(vendor.taken)})")


async def test_nobody_is_called_by_a_title(world: World, vendor: Vendor) -> None:
    unit = await world.add_unit(robot(vendor))
    await world.owe(unit, title='总结<at user_id="all">所有人</at> @all @所有人')
    await world.plan("09-06 09:00")
    await world.deliver(vendor.kind)
    (text,) = vendor.taken
    assert "<at" not in text
    assert "@all" not in text
    assert "@所有人" not in text


async def test_a_robot_at_another_host_than_its_vendors_is_sent_nothing(world: World, vendor: Vendor) -> None:
    world.settings = world.settings.model_copy(update={f"{vendor.kind}_url": "https://elsewhere.test"})
    said = await tell(world, vendor)
    assert (said["state"], vendor.server.connections) == ("failed", 0)


@pytest.mark.parametrize("vendor", ["wecom"], indirect=True)
async def test_no_more_than_the_share_goes_out_the_rest_waits_and_takes_in_what_comes_up(
    world: World, vendor: Vendor
) -> None:
    units = [await world.add_unit(robot(vendor), name=f"u{number}") for number in range(20)]
    await world.owe(*units)
    await world.plan("09-06 09:00")
    await world.deliver(vendor.kind)
    assert len(vendor.taken) == 14, "18 of 20 a minute, 4 of them kept for what is urgent"
    await world.owe(*units, title="实施方案")
    await world.plan("09-06 09:01")
    await world.deliver(vendor.kind)
    assert len(vendor.taken) == 14
    assert await world.states() == {"sent": 14, "sending": 26}
    vendor.most_a_minute = 99
    await world.execute("UPDATE robot SET taken_at = '{}'")
    await world.let_time_come()
    await world.deliver(vendor.kind)
    await world.execute("UPDATE robot SET taken_at = '{}'")
    await world.let_time_come()
    await world.deliver(vendor.kind)
    assert await world.states() == {"sent": 40}
    assert len(vendor.taken) < 20, (
        "what waited for the robot became one message, in as many parts as it takes"
    )
    assert "等26项" in "".join(vendor.taken[14:])
    assert TOKEN not in str(await world.fetch("SELECT * FROM robot"))


@pytest.mark.parametrize("vendor", ["wecom"], indirect=True)
async def test_sixty_units_that_share_a_robot_are_all_told_in_few_messages(
    world: World, vendor: Vendor
) -> None:
    vendor.most_a_minute = 18
    units = [await world.add_unit(robot(vendor), name=f"第{number:02}区") for number in range(60)]
    await world.owe(*units)
    await world.plan("09-06 09:00")
    await world.deliver(vendor.kind)
    assert await world.states() == {"sent": 14, "sending": 46}
    while (await world.states()).get("sending"):
        # The next minute.
        await world.execute("UPDATE robot SET taken_at = '{}'")
        vendor.moments.clear()
        await world.let_time_come()
        await world.deliver(vendor.kind)
    assert await world.states() == {"sent": 60}
    assert len(vendor.taken) <= 14 + 8
    assert len(vendor.server.calls) == len(vendor.taken), "the robot refused none"
    whole = "".join(vendor.taken)
    assert [number for number in range(60) if f"第{number:02}区" not in whole] == []


@pytest.mark.parametrize("vendor", ["wecom"], indirect=True)
async def test_a_unit_that_has_another_robot_by_then_is_told_there_and_the_others_all_the_same(
    world: World, vendor: Vendor
) -> None:
    units = [await world.add_unit(robot(vendor), name=f"第{number:02}区") for number in range(20)]
    await world.owe(*units)
    await world.plan("09-06 09:00")
    await world.deliver(vendor.kind)
    (lead, *_) = await world.fetch("SELECT organization_id FROM delivery WHERE state = 'waiting' ORDER BY id")
    await world.set_channels(lead["organization_id"])
    await world.execute("UPDATE robot SET taken_at = '{}'")
    await world.let_time_come()
    await world.deliver(vendor.kind)
    assert await world.states() == {"failed": 1, "sent": 19}
