"""Once a day the coordinator and each overseer are told what is outstanding, and nothing when nothing is."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from contracts.registry.organizations import OrganizationChanged
from services.notifier.summaries.handlers import plan_summaries
from tests.integration.notifier.parts import ISSUED, World, an_organization, mailbox, moment, names
from tests.integration.notifier.test_api import Client, Door, door, office
from tests.integration.notifier.test_deliverable_policies import OWN, define, path_of
from tests.support.mail import MailServer

__all__ = ["door", "office"]


async def summarize(world: World, at: str) -> int:
    """One sweep at this moment."""
    world.set_clock(at)
    return await plan_summaries(world.database)


async def a_district(world: World, door: Door) -> UUID:
    """A district with an overseer's key, and the office, each with an address."""
    district = await world.add_unit(mailbox("district"), name="某区")
    await world.set_channels(world.office, mailbox("office"))
    await door.admit("overseer", district)
    return district


async def test_one_message_a_day_says_all_that_is_outstanding(
    world: World, door: Door, mail: MailServer
) -> None:
    district = await a_district(world, door)
    town = await world.add_unit(mailbox("town"), parent=district, name="某镇")
    silent = await world.add_unit(name="某局")
    await world.owe(town, silent)
    await world.owe(silent, due_at=None, title="活动照片")
    assert await summarize(world, "09-18 08:29") == 0
    assert await summarize(world, "09-18 08:30") == 2
    assert await summarize(world, "09-18 08:31") == 0
    await world.deliver()
    assert names(mail.messages) == ["district", "office"]
    said = {str(each["To"]): each.get_content() for each in mail.messages}
    whole, part = said["office@units.test"], said["district@units.test"]
    assert "活动总结：未报2家，其中逾期2家：某局、某镇" in whole
    assert "未定截止时间（不提醒）：活动照片" in whole
    assert "无法送达的单位1家：某局" in whole
    assert "活动总结：未报1家，其中逾期1家：某镇" in part
    assert "某局" not in part
    assert "活动照片" not in part
    assert await summarize(world, "09-19 08:30") == 2


async def test_there_is_none_when_nothing_is_outstanding_and_that_is_decided_once_a_day(
    world: World, door: Door
) -> None:
    await a_district(world, door)
    (owed,) = await world.owe(await world.add_unit(mailbox("a")))
    await world.hand_in(owed)
    assert await summarize(world, "09-18 08:30") == 0
    await world.owe(await world.add_unit(mailbox("b")))
    assert await summarize(world, "09-18 08:45") == 0
    assert await summarize(world, "09-19 08:30") == 1, "the overseer has nobody who owes below it"
    assert [name for name, *_ in await world.told()] == ["daily_summary"]


@pytest.mark.parametrize(
    ("at", "count"),
    [
        ("09-13 08:30", 1),
        ("09-14 08:30", 1),  # a Saturday that is worked
        ("09-16 08:30", 0),  # a holiday
        ("09-18 19:59", 1),  # the service was down since morning
        ("09-18 20:00", 0),  # quiet hours
        ("09-18 03:00", 0),
    ],
)
async def test_it_goes_on_working_days_and_out_of_quiet_hours(world: World, at: str, count: int) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    assert await summarize(world, at) == count


async def test_its_clock_time_is_the_policys_and_in_quiet_hours_their_end(
    world: World, office: Client
) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    path = f"/v1/campaigns/{world.campaign}/reminder-policy"
    quiet = {"from": "20:00", "to": "08:00"}
    assert (await office.ask("GET", path)).json()["summary_at"] == "08:30"
    answer = await office.ask("PUT", path, {**OWN, "quiet_hours": quiet, "summary_at": "16:00"})
    assert answer.json()["summary_at"] == "16:00"
    assert await summarize(world, "09-12 15:59") == 0
    assert await summarize(world, "09-12 16:00") == 1
    await office.ask("PUT", path, {**OWN, "quiet_hours": quiet, "summary_at": "21:00"})
    assert await summarize(world, "09-13 21:00") == 0
    assert await summarize(world, "09-14 08:00") == 1
    bad = await office.ask("PUT", path, {**OWN, "summary_at": "24:00"})
    assert bad.status_code == 422


async def test_a_debt_that_was_handed_up_comes_first_and_is_said_so(
    world: World, office: Client, mail: MailServer
) -> None:
    await world.set_channels(world.office, mailbox("office"))
    deliverable = await define(world)
    first, second = await world.add_unit(name="甲"), await world.add_unit(name="乙")
    await world.owe(first, due_set_at=moment("09-19 00:00"), deliverable_id=deliverable)
    await world.owe(second, deliverable_id=deliverable)
    steps = [{"offset_working_days": 1, "at": "09:00", "to": "coordinator"}]
    await office.ask("PUT", path_of(deliverable), {**OWN, "steps": steps})
    await world.plan("09-18 09:00")
    await summarize(world, "09-19 08:30")
    await world.deliver()
    assert "其中逾期2家（已上报主办单位1家）：乙、甲" in mail.messages[-1].get_content()


async def test_what_did_not_arrive_since_yesterday_is_counted(world: World, mail: MailServer) -> None:
    await world.set_channels(world.office, mailbox("office"))
    unit = await world.add_unit(mailbox("a"))
    await world.owe(unit)
    await world.plan("09-12 09:00")
    await world.execute("UPDATE notification SET state = 'given_up', last_error = 'the server was away'")
    await summarize(world, "09-13 08:30")
    await world.deliver()
    assert "一日内未送达的提醒1条" in mail.messages[-1].get_content()


async def test_two_notifiers_at_once_and_a_clock_that_jumps_give_one_a_day(world: World, door: Door) -> None:
    await a_district(world, door)
    town = await world.add_unit(mailbox("town"))
    await world.hear(
        OrganizationChanged(organization=an_organization(town, version=2, parent_id=world.office))
    )
    await world.owe(town)
    world.set_clock("09-12 08:30")
    await asyncio.gather(*(plan_summaries(world.database) for _ in range(4)))
    await summarize(world, "09-13 08:30")
    await summarize(world, "09-12 09:00")
    rows = await world.fetch("SELECT title FROM notification WHERE occasion = 'daily_summary' ORDER BY title")
    assert [row[0] for row in rows] == ["2024-09-12", "2024-09-13"]


async def test_after_three_months_nothing_is_said_any_more(world: World) -> None:
    await world.owe(await world.add_unit(mailbox("a")), due_at=ISSUED + timedelta(days=1))
    assert await summarize(world, "11-27 08:30") == 1
    assert await summarize(world, "12-02 08:30") == 0


async def test_deliverables_without_a_date_are_listed_to_the_coordinator_and_remind_nobody(
    world: World, door: Door, office: Client
) -> None:
    undated, dated = await define(world, due_at=None, title="活动照片"), await define(world)
    nobody = await define(world, due_at=None, title="活动视频")
    await define(world, due_at=None, cancelled_at=ISSUED, version=2)
    units = [await world.add_unit(mailbox("a")) for _ in range(3)]
    first, *_ = await world.owe(*units, deliverable_id=undated, due_at=None, title="活动照片")
    await world.owe(*units, deliverable_id=dated)
    await world.hand_in(first)
    path = f"/v1/campaigns/{world.campaign}/undated"
    listed = {each["deliverable_id"]: each for each in await office.items(path)}
    assert {id: (each["title"], each["assignment_count"]) for id, each in listed.items()} == {
        str(undated): ("活动照片", 2),
        str(nobody): ("活动视频", 0),
    }
    assert await world.plan("09-06 09:00") == 3
    unit, other = await door.admit("reporter", units[0]), await door.admit("coordinator", units[0])
    assert (await unit.ask("GET", path)).status_code == 403
    assert (await other.ask("GET", path)).status_code == 404
    assert await (await door.admit("auditor", world.office)).items(path) == list(listed.values())


async def test_whoever_owes_and_has_no_working_address_is_listed_before_anything_fails(
    world: World, office: Client
) -> None:
    nobody, bounced = await world.add_unit(name="甲"), await world.add_unit(name="乙")
    reached, both = await world.add_unit(mailbox("a")), await world.add_unit(name="丙")
    dead = {**mailbox("b"), "bounced_at": ISSUED.isoformat()}
    await world.set_channels(bounced, dead)
    await world.set_channels(both, dead, mailbox("c"))
    await world.owe(nobody, bounced, reached, both)
    path = f"/v1/campaigns/{world.campaign}/unreachable"
    assert {each["organization_id"]: each["notification_count"] for each in await office.items(path)} == {
        str(nobody): 0,
        str(bounced): 0,
    }
    await world.plan("09-06 09:00")
    rows = await world.fetch("SELECT organization_id, state, channel_number FROM notification")
    assert {(row[0], row[1], row[2]) for row in rows} == {
        (nobody, "failed", 0),
        (bounced, "failed", 0),
        (reached, "planned", 1),
        (both, "planned", 2),
    }
    assert {each["organization_id"]: each["notification_count"] for each in await office.items(path)} == {
        str(nobody): 1,
        str(bounced): 1,
    }
