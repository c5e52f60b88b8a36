"""A deliverable has a ladder of its own where its campaign's coordinator gives it one; else the campaign's holds."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.registry.deliverables import Deliverable, DeliverableDefined
from contracts.submissions.submissions import SectionReason, SubmissionReturned
from tests.integration.notifier.parts import DUE, ISSUED, World, a_submission, mailbox, moment
from tests.integration.notifier.test_api import Client, Door, door, office

__all__ = ["door", "office"]

OWN = {
    "steps": [{"offset_working_days": -2, "at": "10:00", "to": "owner"}],
    "quiet_hours": None,
    "on_days_off": "send",
}


def a_deliverable(campaign: UUID, **fields: Any) -> Deliverable:
    values = {
        "id": uuid4(),
        "version": 1,
        "created_at": ISSUED,
        "updated_at": ISSUED,
        "kind": "activity_summary",
        "title": "活动总结",
        "sections": [],
        "timezone": "Asia/Shanghai",
        "due_at": DUE,
        "owed_by": [],
        **fields,
    }
    return Deliverable(campaign_id=campaign, **values)


async def define(world: World, **fields: Any) -> UUID:
    """A deliverable of the campaign, heard of."""
    made = a_deliverable(world.campaign, **fields)
    await world.hear(DeliverableDefined(deliverable=made))
    return made.id


def path_of(deliverable: UUID) -> str:
    return f"/v1/deliverables/{deliverable}/reminder-policy"


async def test_its_own_ladder_holds_for_it_and_its_corrections_and_for_no_other(
    world: World, office: Client
) -> None:
    summary, plan = await define(world), await define(world, title="活动方案")
    unit = await world.add_unit(mailbox("a"))
    (owed,) = await world.owe(unit, deliverable_id=summary)
    await world.owe(unit, deliverable_id=plan)
    answer = await office.ask("PUT", path_of(summary), OWN)
    assert (answer.status_code, answer.json()["version"]) == (200, 1)
    for day in range(1, 16):
        await world.plan(f"09-{day:02} 10:00")
    returned = a_submission(
        owed,
        state="returned",
        revision=2,
        reasons=[SectionReason(section="特色内容", reason="请补充")],
        returned_at=moment("09-18 09:00"),
        correct_by=moment("09-20 18:00"),
    )
    await world.hear(SubmissionReturned(submission=returned))
    await world.plan("09-18 10:00")
    rows = await world.fetch(
        "SELECT about_id = $1 OR about_id = $2, occasion FROM told WHERE due_at IS NOT NULL ORDER BY planned_for",
        owed.id,
        returned.id,
    )
    told = [(row[0], row[1]) for row in rows]
    assert [name for own, name in told if own] == ["due-2", "due-2"]
    assert [name for own, name in told if not own] == ["due-7", "due-3", "due-1", "due-0", "due+1"]


async def test_given_up_the_campaigns_ladder_holds_again_and_makes_up_for_nothing(
    world: World, office: Client
) -> None:
    deliverable = await define(world)
    await world.owe(await world.add_unit(mailbox("a")), deliverable_id=deliverable)
    await office.ask("PUT", path_of(deliverable), OWN)
    assert await world.plan("09-12 10:00") == 0
    assert (await office.ask("GET", path_of(deliverable))).json()["steps"] == OWN["steps"]
    assert (await office.ask("DELETE", path_of(deliverable), If_Match='"7"')).status_code == 412
    assert (await office.ask("DELETE", path_of(deliverable))).status_code == 204
    assert (await office.ask("DELETE", path_of(deliverable))).status_code == 404
    assert (await office.ask("GET", path_of(deliverable))).status_code == 404
    assert await world.plan("09-12 10:01") == 0, "the campaign's due-3 had passed"
    assert await world.plan("09-14 09:00") == 2
    again = await office.ask("PUT", path_of(deliverable), OWN)
    assert again.json()["version"] == 3


async def test_what_has_come_due_by_the_ladder_before_still_goes_out(world: World, office: Client) -> None:
    deliverable = await define(world)
    await world.owe(await world.add_unit(mailbox("a")), deliverable_id=deliverable)
    world.set_clock("09-12 09:30")
    await office.ask("PUT", path_of(deliverable), OWN)
    assert await world.told() == [("due-3", "planned", "09-12 09:00")]
    assert await world.plan("09-13 10:00") == 1


@pytest.mark.parametrize(("role", "status"), [("reporter", 403), ("overseer", 403), ("auditor", 403)])
async def test_only_the_campaigns_coordinator_sets_it_and_all_units_read_it(
    world: World, door: Door, office: Client, role: Any, status: int
) -> None:
    deliverable, unit = await define(world), await world.add_unit()
    caller, other = await door.admit(role, unit), await door.admit("coordinator", unit)
    await office.ask("PUT", path_of(deliverable), OWN)
    assert (await caller.ask("GET", path_of(deliverable))).status_code == 200
    for method in ("PUT", "DELETE"):
        body = OWN if method == "PUT" else None
        assert (await caller.ask(method, path_of(deliverable), body)).status_code == status
        assert (await other.ask(method, path_of(deliverable), body)).status_code == 404
        assert (await office.ask(method, path_of(uuid4()), body)).status_code == 404


async def test_a_step_to_the_coordinator_is_noted_and_sends_no_message_of_its_own(
    world: World, office: Client
) -> None:
    deliverable = await define(world)
    await world.owe(await world.add_unit(mailbox("a")), deliverable_id=deliverable)
    steps = [{"offset_working_days": 1, "at": "09:00", "to": to} for to in ("owner", "coordinator")]
    await office.ask("PUT", path_of(deliverable), {**OWN, "steps": steps})
    assert await world.plan(DUE + timedelta(days=2)) == 1
    told = await world.fetch("SELECT occasion, recipient FROM told ORDER BY recipient")
    assert [tuple(row) for row in told] == [("due+1", "coordinator"), ("due+1", "owner")]
