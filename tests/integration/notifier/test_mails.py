"""A mail as it leaves the house: text and HTML, conversations, dates, and headers that nobody can add to."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from icalendar import Calendar

from contracts.registry.assignments import AssignmentExtended
from contracts.submissions.submissions import SubmissionReturned
from services.notifier.app import SERVICE
from tests.integration.notifier.parts import DUE, World, a_submission, mailbox
from tests.support.mail import Mail, MailServer


def entries(mail: Mail) -> list[Any]:
    content = mail.files["dates.ics"]
    return list(Calendar.from_ical(content).walk("VEVENT"))


def head(id: UUID) -> str:
    return f"<thread.{id}@localhost>"


async def test_a_mail_is_text_with_the_same_in_html_beside_it(world: World, mail: MailServer) -> None:
    unit = await world.add_unit(mailbox("a"), name="甲<b>单位</b>")
    await world.owe(unit, unit, title="A & B")
    await world.plan("09-06 09:00")
    await world.deliver()
    (message,) = mail.messages
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert "甲<b>单位</b>的“A & B”应于 2024-09-16 23:59 前报送" in message.get_content()
    assert message.html.count("甲&lt;b&gt;单位&lt;/b&gt;的“A &amp; B”应于 2024-09-16 23:59 前报送") == 2
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] is None, "nobody can leave what is official"


async def test_what_is_said_of_one_assignment_is_one_conversation_whose_date_moves_with_it(
    world: World, mail: MailServer
) -> None:
    world.hears = SERVICE.hears
    unit = await world.add_unit(mailbox("a"))
    (assignment,) = await world.owe(unit)
    await world.plan("09-06 09:00")
    await world.deliver()
    due_at = DUE + timedelta(days=4)
    moved = assignment.model_copy(update={"version": 2, "due_at": due_at})
    await world.hear(AssignmentExtended(assignment=moved))
    await world.deliver()
    returned = a_submission(assignment, state="returned", revision=2, returned_at=DUE, correct_by=due_at)
    await world.hear(SubmissionReturned(submission=returned))
    await world.deliver()
    assert {(each["References"], each["In-Reply-To"]) for each in mail.messages} == {
        (head(assignment.id), head(assignment.id))
    }
    assert len({each["Message-ID"] for each in mail.messages}) == 3
    first, second, third = (entries(each)[0] for each in mail.messages)
    assert str(first["UID"]) == str(second["UID"]) == f"{assignment.id}@rollcall"
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (1, 2)
    assert second.decoded("DTSTART") == due_at.replace(microsecond=0)
    assert str(third["UID"]) == f"{returned.id}@rollcall"


async def test_a_mail_of_several_things_answers_each_and_continues_none(
    world: World, mail: MailServer
) -> None:
    unit = await world.add_unit(mailbox("a"))
    assignments = await world.owe(unit, unit)
    await world.plan("09-06 09:00")
    await world.deliver()
    (message,) = mail.messages
    assert sorted(str(message["In-Reply-To"]).split()) == sorted(head(each.id) for each in assignments)
    assert message["References"] is None
    assert len(entries(message)) == 2


async def test_the_unit_above_gets_no_entry_of_what_is_due_below(world: World, mail: MailServer) -> None:
    await world.set_channels(world.office, mailbox("office"))
    await world.owe(await world.add_unit())
    await world.plan("09-20 09:00")
    await world.deliver()
    assert [each.files for each in mail.to("office@units.test")] == [{}]


async def test_a_line_end_in_a_title_adds_no_header_and_no_recipient(world: World, mail: MailServer) -> None:
    unit = await world.add_unit(mailbox("a"))
    hostile = "x\r\nBcc: spy@evil.test\r\n\r\n<b>body</b>"
    await world.owe(unit, title=hostile)
    await world.plan("09-06 09:00")
    await world.deliver()
    (message,) = mail.messages
    assert message["Bcc"] is None
    assert message["Subject"] == "【待报提醒】x Bcc: spy@evil.test <b>body</b>"
    assert mail.messages == mail.to("a@units.test")
    assert "\nBcc" not in message.as_string()


async def test_addresses_and_subjects_in_other_letters_arrive(world: World, mail: MailServer) -> None:
    mail.takes_utf8 = True
    names = ("值班@units.test", "a@例子.cn", "值班@例子.cn")
    for address in names:
        await world.owe(await world.add_unit({"kind": "email", "address": address}), title="总结 Söhne 𠮷")
    await world.plan("09-06 09:00")
    await world.deliver()
    assert sorted(str(each["To"]) for each in mail.messages) == [
        "a@xn--fsqu00a.cn",
        "值班@units.test",
        "值班@xn--fsqu00a.cn",
    ]
    assert {str(each["Subject"]) for each in mail.messages} == {"【待报提醒】总结 Söhne 𠮷"}


async def test_a_name_in_other_letters_is_refused_for_good_by_a_server_that_knows_none(
    world: World, mail: MailServer
) -> None:
    await world.owe(await world.add_unit({"kind": "email", "address": "值班@units.test"}))
    await world.plan("09-06 09:00")
    await world.deliver()
    (row,) = await world.fetch("SELECT state, last_error FROM notification")
    assert row["state"] == "failed"
    assert row["last_error"].startswith("the mail server cannot take this address")
