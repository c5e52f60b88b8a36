"""What is urgent goes before all that waits, has a share of every robot for itself, and waits for no slow batch."""

import asyncio
import time

import pytest
from prometheus_client import CollectorRegistry

from contracts.submissions.incidents import IncidentReported
from services.notifier.channels import wecom
from services.notifier.deliveries import circuits, claims
from services.notifier.deliveries.handlers import Deliverer
from services.notifier.deliveries.metrics import DeliveryMetrics
from tests.integration.notifier.parts import World, mailbox
from tests.integration.notifier.test_incidents import an_incident
from tests.support.hooks import HookServer
from tests.support.mail import MailServer
from tests.support.vendors import open_vendor
from tests.support.waiting import until

CALLED_OFF = "activity_cancelled"


def deliverer(world: World, channel: str) -> Deliverer:
    return Deliverer(world.database, world.settings, channel, DeliveryMetrics(CollectorRegistry()))


async def queue(world: World, count: int, channel: str = "email") -> None:
    """So many ordinary reminders, each for a unit of its own, all due."""
    await world.execute(
        """
        WITH unit AS (SELECT uuidv7() AS id, n FROM generate_series(1, $1) AS n),
        contacts AS (
            INSERT INTO contact (id, version, created_at, updated_at, organization_id, name, locale, channels)
            SELECT uuidv7(), 1, now(), now(), id, 'x', 'zh-CN',
                   jsonb_build_array(jsonb_build_object('kind', $3::text, 'address', 'u' || n || '@units.test'))
              FROM unit
        )
        INSERT INTO notification (id, version, created_at, updated_at, campaign_id, occasion, about_id,
                                  organization_id, about_organization_id, channel, channel_number, title, details,
                                  state, planned_for)
        SELECT uuidv7(), 1, now(), now(), $2, 'notice_issued', uuidv7(), unit.id, $4, $3, 1, '通知',
               '{"due_at": null}', 'planned', '2024-08-01'
          FROM unit
        """,
        count,
        world.campaign,
        channel,
        world.office,
    )


async def test_an_incident_is_heard_while_a_slow_batch_of_ordinary_mail_is_under_way(
    world: World, mail: MailServer
) -> None:
    await world.set_channels(world.office, mailbox("office"))
    await queue(world, 300)
    mail.hold = asyncio.Event()
    ordinary = asyncio.create_task(deliverer(world, "email").deliver(urgent=False))
    await until(lambda: len(mail.messages) >= 8)
    hold, mail.hold = mail.hold, None
    await world.hear(IncidentReported(incident=an_incident(world.office, None)))
    started = time.monotonic()
    assert await deliverer(world, "email").deliver(urgent=True) == 1
    assert len(mail.to("office@units.test")) == 1
    assert time.monotonic() - started < 10
    hold.set()
    await ordinary
    assert len(mail.messages) == 301


async def test_an_incident_takes_of_the_robots_reserve_when_the_ordinary_share_is_used_up(
    world: World,
) -> None:
    async with open_vendor("wecom") as vendor:
        world.settings = world.settings.model_copy(update={"wecom_url": vendor.base})
        robot = {"kind": "wecom", "url": vendor.url}
        await world.owe(*[await world.add_unit(robot) for _ in range(16)])
        await world.plan("09-06 09:00")
        await world.set_channels(world.office, robot)
        await world.deliver("wecom")
        assert len(vendor.taken) == wecom.ROBOT.pace.per_minute - wecom.ROBOT.pace.reserve
        await world.hear(IncidentReported(incident=an_incident(world.office, None)))
        await world.deliver("wecom")
        assert vendor.taken[-1].startswith("【事件报告")
        assert len(vendor.taken) == 15


@pytest.mark.parametrize(
    ("occasion", "urgent"),
    [
        ("incident_reported", True),
        ("incident_overdue", True),
        (CALLED_OFF, True),
        ("activity_postponed", False),
        ("due-0", False),
    ],
)
async def test_which_occasions_are_urgent(world: World, occasion: str, urgent: bool) -> None:
    assert (await world.fetch("SELECT is_urgent($1)", occasion))[0][0] is urgent


@pytest.mark.parametrize(
    ("statement", "index"),
    [(claims.GATHER_URGENT, "notification_urgent"), (claims.GATHER_ORDINARY, "notification_ordinary")],
)
async def test_what_is_claimed_is_found_by_its_index(world: World, statement: str, index: str) -> None:
    await queue(world, 3_000)
    await world.execute("ANALYZE notification")
    whom = statement.partition("WITH whom AS (")[2].partition("), waiting")[0]
    values = {"$1": "'2024-09-02'", "$2": "'email'", "$3": "32"}
    for name, value in values.items():
        whom = whom.replace(name, value)
    async with world.database.reading() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await connection.fetch(f"EXPLAIN {whom}")
    assert index in str(plan)


async def test_a_vendor_that_does_not_answer_is_left_alone_then_tried_with_one_message(
    world: World, hooks: HookServer
) -> None:
    units = [await world.add_unit({"kind": "webhook", "url": hooks.url}) for _ in range(12)]
    await world.owe(*units)
    await world.plan("09-06 09:00")
    hooks.mode = "cut"
    await world.deliver("webhook")
    opened = len(hooks.calls)
    assert circuits.MOST_FAILURES <= opened <= circuits.MOST_FAILURES + 8
    attempts = await world.fetch("SELECT attempts FROM delivery")
    assert sum(row["attempts"] for row in attempts) == opened, "what was not tried counts as no try"
    await world.let_time_come()
    await world.deliver("webhook")
    assert len(hooks.calls) == opened, "nobody tries it"

    await world.execute("UPDATE circuit SET opened_until = clock_timestamp()")
    await world.let_time_come()
    hooks.mode = "hang"
    probing = asyncio.gather(*(world.deliver("webhook") for _ in range(2)))
    await until(lambda: len(hooks.calls) > opened)
    assert len(hooks.calls) == opened + 1, "one goes ahead, of two notifiers"
    hooks.mode = "answer"
    probing.cancel()
    await asyncio.gather(probing, return_exceptions=True)
    await world.execute("UPDATE circuit SET opened_until = clock_timestamp()")
    await world.let_leases_run_out()
    await world.let_time_come()
    await world.deliver("webhook")
    await world.let_time_come()
    await world.deliver("webhook")
    assert await world.fetch("SELECT * FROM circuit") == []
    assert await world.states() == {"sent": 12}


async def test_a_host_that_is_away_holds_up_no_other(world: World, hooks: HookServer) -> None:
    dead = "http://127.0.0.2:9/hook"
    await world.owe(*[await world.add_unit({"kind": "webhook", "url": dead}) for _ in range(12)])
    await world.owe(await world.add_unit({"kind": "webhook", "url": hooks.url}))
    await world.plan("09-06 09:00")
    await world.deliver("webhook")
    assert len(hooks.calls) == 1
    assert [row["vendor"] for row in await world.fetch("SELECT vendor FROM circuit")] == ["127.0.0.2"]
