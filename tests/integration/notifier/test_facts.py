"""Facts that units are told at once, each once, and not in quiet hours."""

from typing import Any
from uuid import UUID, uuid4

from contracts.registry.activities import (
    Activity,
    ActivityCancelled,
    ActivityPostponed,
    ActivityRescheduled,
    Host,
)
from contracts.submissions.submissions import SectionReason, SubmissionReturned
from tests.integration.notifier.parts import (
    ISSUED,
    World,
    a_submission,
    an_acknowledgement,
    mailbox,
    moment,
    names,
)
from tests.support.mail import MailServer


async def test_each_addressee_is_told_of_a_notice_at_once(world: World, mail: MailServer) -> None:
    units = [await world.add_unit(mailbox(f"u{number}")) for number in range(3)]
    due_at = moment("09-04 18:00")
    await world.hear(*(an_acknowledgement(world.campaign, unit, due_at=due_at) for unit in units))
    await world.deliver()
    assert names(mail.messages) == ["u0", "u1", "u2"]
    assert mail.messages[0]["Subject"] == "【新通知，请签收】通知"
    assert "签收截止时间为 2024-09-04 18:00" in mail.messages[0].get_content()


async def test_a_fact_in_quiet_hours_waits_for_their_end(world: World, mail: MailServer) -> None:
    world.set_clock("08-30 21:30")
    await world.hear(an_acknowledgement(world.campaign, await world.add_unit(mailbox("a"))))
    assert await world.told() == [("notice_issued", "planned", "08-31 08:00")]
    await world.deliver()
    assert mail.messages == []
    world.set_clock("08-31 08:00")
    await world.deliver()
    assert names(mail.messages) == ["a"]


async def test_a_stream_that_is_heard_again_tells_nothing_again_also_over_another_channel(
    world: World, mail: MailServer
) -> None:
    unit = await world.add_unit(mailbox("a"))
    owed = an_acknowledgement(world.campaign, unit)
    await world.hear(owed, owed)
    await world.deliver()
    await world.set_channels(unit, {"kind": "email", "address": "b@units.test"}, mailbox("c"))
    await world.hear(owed)
    await world.deliver()
    assert names(mail.messages) == ["a"]


async def test_the_unit_is_told_what_to_correct_and_by_when(world: World, mail: MailServer) -> None:
    unit = await world.add_unit()
    await world.set_channels(unit, mailbox("a"), locale="en")
    (assignment,) = await world.owe(unit, title="Summary 2024-09-16")
    returned = a_submission(
        assignment,
        state="returned",
        revision=2,
        reasons=[SectionReason(section="特色内容", reason="too short"), SectionReason(reason="no figures")],
        returned_at=ISSUED,
        correct_by=moment("09-18 18:00"),
    )
    again = returned.model_copy(update={"revision": 4})
    await world.hear(SubmissionReturned(submission=returned), SubmissionReturned(submission=again))
    await world.deliver()
    (message,) = mail.messages
    assert message["Subject"] == "[Returned for correction] Summary 2024-09-16 and 1 more"
    assert message.get_content().splitlines()[2:5] == [
        "1. Summary 2024-09-16 has been returned, to be corrected by 2024-09-18 18:00:",
        "   (1) 特色内容: too short",
        "   (2) no figures",
    ]


async def test_only_the_hosts_that_are_units_are_told_of_another_time(world: World, mail: MailServer) -> None:
    host, _ = await world.add_unit(mailbox("host")), await world.add_unit(mailbox("other"))
    activity = Activity(
        id=uuid4(),
        version=3,
        created_at=ISSUED,
        updated_at=ISSUED,
        campaign_id=world.campaign,
        category="开幕式",
        name="开幕式",
        hosts=[Host(organization_id=host), Host(outside_party="某协会"), Host(organization_id=host)],
        starts_at=moment("09-09 09:30"),
        place="20240910",
        reason="场地调整",
    )
    await world.hear(ActivityRescheduled(activity=activity))
    moved = activity.model_copy(update={"version": 4, "starts_at": moment("09-10 09:30")})
    await world.hear(ActivityRescheduled(activity=moved), ActivityRescheduled(activity=activity))
    await world.deliver()
    (message,) = mail.messages
    assert message["To"] == "host@units.test"
    assert "活动“开幕式”：时间 2024-09-09 09:30，地点 20240910（场地调整）。" in message.get_content()
    assert "时间 2024-09-10 09:30" in message.get_content()


def an_activity(world: World, host: UUID, **fields: Any) -> Activity:
    values = {
        "id": uuid4(),
        "version": 3,
        "created_at": ISSUED,
        "updated_at": ISSUED,
        "category": "讲座",
        "name": "专题讲座",
        "hosts": [Host(organization_id=host), Host(outside_party="某协会")],
        "place": "体育中心",
        "reason": "台风",
        **fields,
    }
    return Activity(campaign_id=world.campaign, **values)


async def test_hosts_are_told_of_a_postponed_activity_from_when_it_is_put_off_and_why(
    world: World, mail: MailServer
) -> None:
    host, english = await world.add_unit(mailbox("a")), await world.add_unit()
    await world.set_channels(english, mailbox("b"), locale="en")
    fields = {
        "state": "postponed",
        "state_before": "registered",
        "former_starts_at": moment("09-09 09:30"),
    }
    postponed = an_activity(world, host, **fields)
    await world.hear(
        ActivityPostponed(activity=postponed),
        ActivityPostponed(activity=postponed),
        ActivityPostponed(activity=an_activity(world, english, **fields)),
    )
    await world.deliver()
    told = {str(message["To"]): message for message in mail.messages}
    assert sorted(told) == ["a@units.test", "b@units.test"]
    assert told["a@units.test"]["Subject"] == "【活动延期】专题讲座"
    assert "原定时间 2024-09-09 09:30，地点 体育中心（台风）" in told["a@units.test"].get_content()
    assert "was to start 2024-09-09 09:30" in told["b@units.test"].get_content()


async def test_a_cancellation_is_told_at_once_in_quiet_hours_too_and_a_postponement_waits(
    world: World, mail: MailServer
) -> None:
    world.set_clock("08-30 21:30")
    host = await world.add_unit(mailbox("a"))
    cancelled = an_activity(
        world, host, state="cancelled", state_before="confirmed", starts_at=moment("09-09 09:30")
    )
    await world.hear(
        ActivityCancelled(activity=cancelled),
        ActivityPostponed(activity=an_activity(world, host, state="postponed", state_before="confirmed")),
    )
    assert sorted(await world.told()) == [
        ("activity_cancelled", "planned", "08-30 21:30"),
        ("activity_postponed", "planned", "08-31 08:00"),
    ]
    await world.deliver()
    (message,) = mail.messages
    assert message["Subject"] == "【活动取消】专题讲座"
    assert "原定时间 2024-09-09 09:30，地点 体育中心（台风）" in message.get_content()


async def test_nobody_is_told_of_a_draft_that_is_given_up(world: World) -> None:
    host = await world.add_unit(mailbox("a"))
    cancelled = an_activity(world, host, state="cancelled", state_before="draft")
    await world.hear(ActivityCancelled(activity=cancelled))
    assert await world.told() == []
