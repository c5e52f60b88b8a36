"""Facts that units are told at once, each once, and not in quiet hours."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.registry.activities import (
    Activity,
    ActivityCancelled,
    ActivityPostponed,
    ActivityRegistered,
    ActivityRescheduled,
    Host,
)
from contracts.registry.assignments import (
    Assignment,
    AssignmentDueSet,
    AssignmentExtended,
    AssignmentMade,
    AssignmentUnwaived,
    AssignmentWaived,
    Extension,
    Unwaiver,
    Waiver,
)
from contracts.registry.notices import (
    AcknowledgementReplaced,
    Notice,
    NoticeAcknowledged,
    NoticeIssued,
    NoticeReplaced,
)
from contracts.submissions.submissions import (
    SectionReason,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReopened,
    SubmissionReturned,
    SubmissionWithdrawn,
)
from services.notifier.app import SERVICE
from services.notifier.texts.occasions import names_of
from tests.integration.notifier.parts import (
    DUE,
    ISSUED,
    World,
    a_submission,
    an_acknowledgement,
    an_assignment,
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
    assert message["Subject"] == "[Returned for correction] Summary 2024-09-16"
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
    assert "活动“开幕式”：时间 2024-09-10 09:30，地点 20240910（场地调整）。\n" in message.get_content()


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


def texts_of(mail: MailServer) -> list[str]:
    """What came, each without its frame."""
    return [str(message.get_content()).split("\n\n")[1].removeprefix("1. ") for message in mail.messages]


async def given_up(world: World) -> list[tuple[str, str]]:
    rows = await world.fetch(
        "SELECT occasion, last_error FROM notification WHERE state = 'given_up' ORDER BY id"
    )
    return [(row[0], row[1]) for row in rows]


async def hear_moves(world: World, activity: Activity, *moves: Any) -> None:
    """Each in a batch of its own."""
    for move in moves:
        await world.hear(move)


async def test_hosts_and_addressees_are_told_what_was_and_what_is_to_be(
    world: World, mail: MailServer
) -> None:
    host, addressee = await world.add_unit(mailbox("host")), await world.add_unit(mailbox("addressee"))
    await world.hear(*(an_acknowledgement(world.campaign, unit) for unit in (addressee, host)))
    await world.deliver()
    mail.messages.clear()
    planned = an_activity(world, host, version=2, state="registered", starts_at=moment("09-09 09:30"))
    moved = planned.model_copy(
        update={"version": 3, "starts_at": moment("09-10 14:00"), "place": "博览中心", "reason": "场地"}
    )
    await world.hear(ActivityRegistered(activity=planned))
    await world.hear(ActivityRescheduled(activity=moved))
    await world.deliver()
    assert names(mail.messages) == ["addressee", "host"]
    assert set(texts_of(mail)) == {
        "活动“专题讲座”：时间 2024-09-10 14:00，地点 博览中心（场地）。"
        "原定时间 2024-09-09 09:30。原定地点 体育中心。"
    }


async def test_of_a_draft_that_is_moved_only_its_hosts_hear(world: World) -> None:
    host, addressee = await world.add_unit(mailbox("host")), await world.add_unit(mailbox("addressee"))
    await world.hear(an_acknowledgement(world.campaign, addressee))
    await world.hear(ActivityRescheduled(activity=an_activity(world, host, starts_at=moment("09-10 14:00"))))
    rows = await world.fetch(
        "SELECT organization_id FROM notification WHERE occasion = 'activity_rescheduled'"
    )
    assert [row[0] for row in rows] == [host]


async def test_after_days_away_only_the_newest_move_is_told_beside_what_the_host_had_last_heard(
    world: World, mail: MailServer
) -> None:
    host = await world.add_unit(mailbox("a"))
    first = an_activity(world, host, version=2, state="registered", starts_at=moment("09-09 09:30"))
    await world.hear(ActivityRegistered(activity=first))
    second = first.model_copy(update={"version": 3, "starts_at": moment("09-10 09:30")})
    third = first.model_copy(update={"version": 4, "starts_at": moment("09-11 09:30")})
    world.set_clock("09-03 12:00")
    await world.hear(ActivityRescheduled(activity=second), ActivityRescheduled(activity=third))
    await world.hear(ActivityRescheduled(activity=second))
    await world.deliver()
    assert texts_of(mail) == [
        "活动“专题讲座”：时间 2024-09-11 09:30，地点 体育中心（台风）。原定时间 2024-09-09 09:30。"
    ]


async def test_a_move_that_has_not_gone_yet_gives_way_to_the_next_and_keeps_what_had_been_told(
    world: World, mail: MailServer
) -> None:
    world.set_clock("08-30 21:30")
    host = await world.add_unit(mailbox("a"))
    first = an_activity(world, host, version=2, state="registered", starts_at=moment("09-09 09:30"))
    moves = [
        first.model_copy(update={"version": version, "starts_at": moment(f"09-1{version} 09:30")})
        for version in (3, 4)
    ]
    await hear_moves(
        world,
        first,
        ActivityRegistered(activity=first),
        *(ActivityRescheduled(activity=each) for each in moves),
    )
    world.set_clock("08-31 08:00")
    await world.deliver()
    assert texts_of(mail) == [
        "活动“专题讲座”：时间 2024-09-14 09:30，地点 体育中心（台风）。原定时间 2024-09-09 09:30。"
    ]
    assert await given_up(world) == [
        ("activity_rescheduled", "settled before it was sent: there is newer to say")
    ]
    assert sorted(await world.facts()) == ["notification.given_up", "notification.sent"]


async def test_a_move_that_waits_for_a_mail_server_gives_way_to_the_next(
    world: World, mail: MailServer
) -> None:
    host = await world.add_unit(mailbox("a"))
    first = an_activity(world, host, state="registered", starts_at=moment("09-13 09:30"))
    moves = [first, first.model_copy(update={"version": 4, "starts_at": moment("09-14 09:30")})]
    await world.hear(ActivityRescheduled(activity=moves[0]))
    await mail.stop()
    await world.deliver()
    await world.hear(ActivityRescheduled(activity=moves[1]))
    await mail.start()
    await world.let_time_come()
    await world.deliver()
    assert texts_of(mail) == ["活动“专题讲座”：时间 2024-09-14 09:30，地点 体育中心（台风）。"]
    assert await world.states() == {"given_up": 1, "sent": 1}


async def test_a_stream_that_is_heard_again_after_a_year_tells_nothing_old(world: World) -> None:
    host = await world.add_unit(mailbox("a"))
    world.set_clock(ISSUED + timedelta(days=365))
    world.hears = SERVICE.hears
    (assignment,) = await world.owe(host)
    await world.hear(
        ActivityRescheduled(activity=an_activity(world, host, state="registered")),
        SubmissionReceived(submission=a_submission(assignment)),
        AssignmentExtended(assignment=extended(assignment)),
    )
    assert await world.told() == []


async def test_a_new_notice_says_what_it_replaces_and_who_is_not_meant_any_more_hears_of_its_end(
    world: World, mail: MailServer
) -> None:
    stays, leaves = await world.add_unit(mailbox("stays")), await world.add_unit(mailbox("leaves"))
    old = a_notice(world, "通知一", [stays, leaves])
    owed = [
        an_acknowledgement(world.campaign, unit, notice_id=old.id, title=old.title)
        for unit in (stays, leaves)
    ]
    await world.hear(NoticeIssued(notice=old), *owed)
    await world.deliver()
    mail.messages.clear()
    new = a_notice(world, "通知二", [stays], replaces_id=old.id)
    replaced = old.model_copy(update={"version": 3, "replaced_by_id": new.id})
    batch = (
        NoticeIssued(notice=new),
        NoticeReplaced(notice=replaced),
        *(AcknowledgementReplaced(acknowledgement=each.acknowledgement) for each in owed),
        an_acknowledgement(world.campaign, stays, notice_id=new.id, title=new.title),
    )
    await world.hear(*batch)
    await world.hear(*batch)
    await world.deliver()
    told = {str(message["To"]).partition("@")[0]: message for message in mail.messages}
    assert len(mail.messages) == 2
    assert told["stays"]["Subject"] == "【更正通知，请签收】通知二"
    assert "收到通知“通知二”（代替“通知一”，原通知不再执行），请签收。" in told["stays"].get_content()
    assert "通知“通知一”已由“通知二”代替，不再执行" in told["leaves"].get_content()


async def test_a_notice_that_was_replaced_or_acknowledged_before_it_went_is_not_sent(
    world: World, mail: MailServer
) -> None:
    units = [await world.add_unit(mailbox(name)) for name in "ab"]
    owed = [an_acknowledgement(world.campaign, unit) for unit in units]
    await world.hear(*owed)
    await world.hear(
        AcknowledgementReplaced(acknowledgement=owed[0].acknowledgement),
        NoticeAcknowledged(acknowledgement=owed[1].acknowledgement),
    )
    await world.deliver()
    assert mail.messages == []
    assert await world.states() == {"given_up": 2}


async def test_a_receipt_goes_to_the_mailbox_of_the_unit_that_handed_in_once(
    world: World, mail: MailServer
) -> None:
    world.hears = SERVICE.hears
    unit = await world.add_unit(mailbox("a"), {"kind": "webhook", "url": "https://hooks.test/x"})
    silent = await world.add_unit()
    first, second = await world.owe(unit, silent)
    received = await world.hand_in(
        first, version=2, revision=3, receipt_number="R-7", on_time=False, content_sha256="ab" * 32
    )
    await world.hand_in(second)
    await world.hear(SubmissionReceived(submission=received))
    await world.deliver()
    (message,) = mail.messages
    assert message["Subject"] == "【回执·逾期】活动总结"
    assert (
        "第 2 版已于 2024-08-30 10:00 逾期收到，回执编号 R-7，内容 SHA-256 " + "ab" * 32
        in message.get_content()
    )
    assert await world.states() == {"sent": 1}, "no webhook, and no failure where there is no mailbox"


async def test_of_a_submission_the_newest_fact_is_told_and_an_older_one_that_comes_late_is_not(
    world: World, mail: MailServer
) -> None:
    world.hears = SERVICE.hears
    (assignment,) = await world.owe(await world.add_unit(mailbox("a")))
    received = a_submission(assignment)
    accepted = received.model_copy(update={"revision": 2, "state": "accepted"})
    await world.hear(SubmissionReceived(submission=received), SubmissionAccepted(submission=accepted))
    await world.hear(SubmissionReceived(submission=received))
    await world.deliver()
    assert [message["Subject"] for message in mail.messages] == ["【审核通过】活动总结"]


async def test_a_withdrawal_and_a_reopening_say_what_is_owed_and_why(world: World, mail: MailServer) -> None:
    world.hears = SERVICE.hears
    assignments = await world.owe(await world.add_unit(mailbox("a")), await world.add_unit(mailbox("b")))
    withdrawn = a_submission(assignments[0], state="withdrawn", revision=2, withdrawal_reason="误报")
    reopened = a_submission(
        assignments[1], state="returned", revision=3, reasons=[SectionReason(number=1, reason="数据有误")]
    )
    await world.hear(SubmissionWithdrawn(submission=withdrawn), SubmissionReopened(submission=reopened))
    await world.deliver()
    assert sorted(texts_of(mail)) == [
        "“活动总结”已撤回（误报），仍须重新报送。",
        "“活动总结”已重新开放（数据有误），请报送新的版本；此前通过的版本在新版本通过前仍然有效。",
    ]


def extended(assignment: Assignment, version: int = 2, days: int = 4) -> Assignment:
    due_at = DUE + timedelta(days=days)
    extension = Extension(due_at=due_at, reason="台风", granted_at=ISSUED, granted_by=uuid4())
    return assignment.model_copy(update={"version": version, "due_at": due_at, "extension": extension})


async def test_an_extension_says_the_new_moment_the_old_one_and_why(world: World, mail: MailServer) -> None:
    world.hears = SERVICE.hears
    unit = await world.add_unit(mailbox("a"))
    (assignment,) = await world.owe(unit)
    granted = AssignmentExtended(assignment=extended(assignment))
    await world.hear(granted)
    await world.hear(granted)
    await world.deliver()
    assert texts_of(mail) == [
        "单位的“活动总结”已同意延期，截止时间改为 2024-09-20 23:59（原截止时间 2024-09-16 23:59），原因：台风。"
    ]


async def test_a_waiver_takes_the_place_of_an_extension_that_has_not_gone_and_its_end_is_told(
    world: World, mail: MailServer
) -> None:
    world.hears = SERVICE.hears
    (assignment,) = await world.owe(await world.add_unit(mailbox("a")))
    await world.hear(AssignmentExtended(assignment=extended(assignment)))
    waiver = Waiver(reason="未承办活动", granted_at=ISSUED, granted_by=uuid4())
    waived = assignment.model_copy(update={"version": 3, "state": "waived", "waiver": waiver})
    await world.hear(AssignmentWaived(assignment=waived))
    await world.deliver()
    assert texts_of(mail) == ["单位无须再报送“活动总结”（未承办活动）。"]
    back = Unwaiver(reason="免报有误", taken_back_at=ISSUED, taken_back_by=uuid4())
    owed = assignment.model_copy(update={"version": 4, "unwaiver": back})
    await world.hear(AssignmentUnwaived(assignment=owed))
    await world.deliver()
    assert texts_of(mail)[1:] == ["单位仍须报送“活动总结”（免报有误），截止时间为 2024-09-16 23:59。"]


async def test_another_due_moment_is_told_to_those_who_still_owe(world: World, mail: MailServer) -> None:
    world.hears = SERVICE.hears
    late, done = await world.add_unit(mailbox("late")), await world.add_unit(mailbox("done"))
    first, second = await world.owe(late, done)
    await world.hand_in(second)
    await world.deliver()
    mail.messages.clear()
    due_at = DUE + timedelta(days=2)
    await world.hear(
        *(
            AssignmentDueSet(assignment=each.model_copy(update={"version": 2, "due_at": due_at}))
            for each in (first, second)
        )
    )
    await world.deliver()
    assert names(mail.messages) == ["late"]
    assert texts_of(mail) == ["单位的“活动总结”截止时间为 2024-09-18 23:59（原截止时间 2024-09-16 23:59）。"]


async def test_an_assignment_that_is_made_and_dated_in_one_batch_is_told_its_date_alone(
    world: World, mail: MailServer
) -> None:
    world.hears = SERVICE.hears
    made = an_assignment(world.campaign, await world.add_unit(mailbox("a")), due_at=None)
    dated = made.model_copy(update={"version": 2, "due_at": DUE})
    await world.hear(AssignmentMade(assignment=made), AssignmentDueSet(assignment=dated))
    await world.deliver()
    assert texts_of(mail) == ["单位的“活动总结”截止时间为 2024-09-16 23:59。"]


async def test_what_is_planned_has_the_details_that_texts_may_speak_of(world: World) -> None:
    world.hears = SERVICE.hears
    host = await world.add_unit(mailbox("a"))
    (assignment, *_) = made = await world.owe(host, host, host, host, host)
    old, new = a_notice(world, "一", [host]), a_notice(world, "二", [])
    waiver = Waiver(reason="x", granted_at=ISSUED, granted_by=uuid4())
    state = {"state": "registered", "starts_at": DUE}
    await world.hear(
        NoticeIssued(notice=old),
        an_acknowledgement(world.campaign, host),
        NoticeIssued(notice=new),
        NoticeReplaced(notice=old.model_copy(update={"version": 3, "replaced_by_id": new.id})),
        ActivityRescheduled(activity=an_activity(world, host, **state)),
        ActivityPostponed(activity=an_activity(world, host, **state)),
        ActivityCancelled(activity=an_activity(world, host, **state)),
        AssignmentExtended(assignment=extended(assignment)),
        AssignmentWaived(assignment=made[1].model_copy(update={"version": 2, "waiver": waiver})),
        AssignmentUnwaived(assignment=made[2].model_copy(update={"version": 2})),
        AssignmentDueSet(assignment=extended(made[3])),
        SubmissionReceived(submission=a_submission(made[0])),
        SubmissionReturned(submission=a_submission(made[1])),
        SubmissionAccepted(submission=a_submission(made[2])),
        SubmissionWithdrawn(submission=a_submission(made[3])),
        SubmissionReopened(submission=a_submission(made[4])),
    )
    rows = await world.fetch("SELECT DISTINCT occasion, details FROM notification")
    assert len(rows) == 14
    for row in rows:
        assert frozenset(row["details"]) == names_of(row["occasion"]), row["occasion"]


def a_notice(world: World, title: str, addressees: list[UUID], **fields: Any) -> Notice:
    values = {"id": uuid4(), "version": 2, "created_at": ISSUED, "updated_at": ISSUED, "body": "x", **fields}
    return Notice(
        campaign_id=world.campaign,
        title=title,
        addressee_ids=addressees,
        state="issued",
        issued_at=ISSUED,
        **values,
    )
