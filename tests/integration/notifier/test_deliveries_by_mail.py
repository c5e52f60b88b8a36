"""Mail is recorded before it is tried, sent once, and tried again under the same Message-ID when nobody answered."""

import asyncio
from collections import Counter

from contracts.registry.assignments import AssignmentMade
from contracts.submissions.submissions import SubmissionAccepted
from services.notifier.deliveries.claims import try_to_gather
from tests.integration.notifier.parts import World, a_submission, an_assignment, mailbox, names
from tests.support.mail import MailServer
from tests.support.waiting import until

NEWEST = "SELECT state, attempts, last_error FROM notification ORDER BY id DESC LIMIT 1"


async def test_what_one_unit_is_told_at_one_moment_is_one_mail(world: World, mail: MailServer) -> None:
    units = [await world.add_unit(mailbox(f"u{number}"), name=f"第{number}单位") for number in range(3)]
    await world.set_channels(world.office, mailbox("office"))
    await world.owe(*units)
    await world.plan("09-14 09:00")
    await world.deliver()
    assert names(mail.messages) == ["u0", "u1", "u2"]
    text = mail.messages[0].get_content()
    assert text.startswith("活动周：")
    assert "1. " in text
    assert "2. " in text
    assert "截止时间为 2024-09-16 23:59" in text

    await world.plan("09-20 09:00")
    await world.deliver()
    (to_office,) = mail.to("office@units.test")
    assert to_office["Subject"] == "【下级单位逾期】活动总结 等3项"
    assert all(f"第{number}单位" in to_office.get_content() for number in range(3))
    assert await world.states() == {"sent": 9}
    assert await world.facts() == ["notification.sent"] * 9


async def test_mails_of_one_batch_share_their_connections(world: World, mail: MailServer) -> None:
    await world.owe(*[await world.add_unit(mailbox(f"u{number}")) for number in range(30)])
    await world.plan("09-06 09:00")
    await world.deliver()
    assert len(mail.messages) == 30
    assert mail.connections <= 8


async def test_more_than_a_batch_goes_out_in_one_sweep(world: World, mail: MailServer) -> None:
    await world.owe(*[await world.add_unit(mailbox(f"u{number}")) for number in range(70)])
    await world.plan("09-06 09:00")
    assert await world.deliver() == 70
    assert await world.states() == {"sent": 70}


async def test_two_deliverers_at_once_send_what_one_would(world: World, mail: MailServer) -> None:
    units = [await world.add_unit(mailbox(f"u{number}")) for number in range(40)]
    await world.owe(*units)
    await world.owe(*units)
    await world.plan("09-14 09:00")
    await asyncio.gather(*(world.deliver() for _ in range(4)))
    await world.deliver()
    assert Counter(names(mail.messages)) == {f"u{number}": 1 for number in range(40)}
    assert await world.states() == {"sent": 160}


async def test_while_another_gathers_messages_none_is_made_of_the_rest(
    world: World, mail: MailServer
) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    async with world.database.transaction() as other:
        assert await try_to_gather(other, "email")
        assert await world.deliver() == 0
    assert await world.deliver() == 1


async def test_a_mail_server_that_is_down_loses_nothing(world: World, mail: MailServer) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    await mail.stop()
    await world.deliver()
    state, attempts, error = (await world.fetch(NEWEST))[0]
    assert (state, attempts) == ("sending", 1)
    assert error.startswith("SMTPConnectError")
    assert await world.deliver() == 0, "it waits for its time"
    await mail.start()
    await world.let_time_come()
    await world.deliver()
    assert names(mail.messages) == ["a"]
    assert tuple((await world.fetch(NEWEST))[0]) == ("sent", 2, None)


async def test_without_a_mail_server_mails_wait_and_say_so(world: World) -> None:
    world.settings = world.settings.model_copy(update={"smtp_url": None})
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    await world.deliver()
    state, _, error = (await world.fetch(NEWEST))[0]
    assert (state, error) == ("sending", "no mail server is set; expected ROLLCALL_SMTP_URL")


async def test_a_refusal_for_good_is_said_without_the_address_and_holds_up_no_other(
    world: World, mail: MailServer
) -> None:
    mail.refusals["gone@units.test"] = "550 5.1.1 <gone@units.test>: no such user"
    await world.owe(await world.add_unit(mailbox("gone")), await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    await world.deliver()
    assert names(mail.messages) == ["a"]
    (row,) = await world.fetch("SELECT last_error, attempts FROM notification WHERE state = 'failed'")
    assert tuple(row) == ("the mail server refused: 550 5.1.1 <…@…>: no such user", 1)
    assert sorted(await world.facts()) == ["notification.given_up", "notification.sent"]
    bodies = await world.fetch("SELECT convert_from(body, 'UTF8') AS body FROM events")
    assert not any("units.test" in row["body"] for row in bodies)


async def test_a_refusal_for_now_is_tried_again(world: World, mail: MailServer) -> None:
    mail.refusals["full@units.test"] = "452 4.2.2 mailbox full"
    await world.owe(await world.add_unit(mailbox("full")))
    await world.plan("09-06 09:00")
    await world.deliver()
    mail.refusals.clear()
    await world.let_time_come()
    await world.deliver()
    assert names(mail.messages) == ["full"]


async def test_a_mail_whose_answer_was_lost_is_sent_again_as_the_same(world: World, mail: MailServer) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    mail.cut_off = True
    await world.deliver()
    mail.cut_off = False
    await world.let_time_come()
    await world.deliver()
    first, second = mail.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert tuple((await world.fetch(NEWEST))[0]) == ("sent", 2, None)


async def test_a_process_that_dies_between_sending_and_recording_leaves_the_same_mail_to_the_next(
    world: World, mail: MailServer
) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    mail.hold = asyncio.Event()
    dying = asyncio.create_task(world.deliver())
    await until(lambda: mail.messages)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    mail.hold = None
    assert await world.deliver() == 0, "its lease has not run out"
    await world.let_leases_run_out()
    await world.deliver()
    first, second = mail.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert tuple((await world.fetch(NEWEST))[0]) == ("sent", 2, None)


async def test_nothing_is_sent_of_what_was_handed_in_a_second_before(world: World, mail: MailServer) -> None:
    late, done = await world.add_unit(mailbox("late")), await world.add_unit(mailbox("done"))
    _, assignment = await world.owe(late, done)
    await world.plan("09-06 09:00")
    await world.hand_in(assignment)
    await world.deliver()
    assert names(mail.messages) == ["late"]
    (row,) = await world.fetch(
        "SELECT organization_id, last_error FROM notification WHERE state = 'given_up'"
    )
    assert tuple(row) == (done, "settled before it was sent")


async def test_what_is_handed_in_while_the_mail_server_is_down_is_dropped_from_the_mail_that_waits(
    world: World, mail: MailServer
) -> None:
    unit, other = await world.add_unit(mailbox("a")), await world.add_unit(mailbox("b"))
    plan, _, alone = await world.owe(unit, unit, other)
    await world.plan("09-06 09:00")
    await mail.stop()
    await world.deliver()
    await world.hand_in(plan)
    await world.hand_in(alone)
    await mail.start()
    await world.let_time_come()
    assert await world.deliver() == 1
    (message,) = mail.messages
    assert message["To"] == "a@units.test"
    assert "2. " not in message.get_content()
    assert await world.states() == {"sent": 1, "given_up": 2}


async def test_a_deliverer_that_comes_late_does_not_undo_what_the_next_has_sent(
    world: World, mail: MailServer
) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    mail.hold = asyncio.Event()
    slow = asyncio.create_task(world.deliver())
    await until(lambda: mail.messages)
    await world.let_leases_run_out()
    hold, mail.hold = mail.hold, None
    await world.deliver()
    mail.answer = "450 4.0.0 not now"
    hold.set()
    await slow
    assert [row["state"] for row in await world.fetch("SELECT state FROM delivery")] == ["done"]
    assert tuple((await world.fetch(NEWEST))[0]) == ("sent", 2, None)


async def test_it_is_given_up_at_last_and_said(world: World, mail: MailServer) -> None:
    await world.owe(await world.add_unit(mailbox("a")))
    await world.plan("09-06 09:00")
    await mail.stop()
    await world.deliver()
    await world.let_time_come()
    world.settings = world.settings.model_copy(update={"give_up_hours": 1e-9})
    await world.deliver()
    state, attempts, _ = (await world.fetch(NEWEST))[0]
    assert (state, attempts) == ("given_up", 2)
    assert await world.deliver() == 0
    assert await world.facts() == ["notification.given_up"]


async def test_a_message_that_speaks_of_what_was_not_heard_of_yet_waits_for_it(
    world: World, mail: MailServer
) -> None:
    assignment = an_assignment(world.campaign, await world.add_unit(mailbox("a")), title="实施方案")
    await world.hear(SubmissionAccepted(submission=a_submission(assignment, state="accepted", revision=2)))
    await world.deliver()
    assert mail.messages == []
    await world.hear(AssignmentMade(assignment=assignment))
    await world.let_time_come()
    await world.deliver()
    (message,) = mail.messages
    assert message["Subject"] == "【审核通过】实施方案"
