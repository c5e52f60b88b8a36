"""Incidents: everybody above is told at once, at night too, before all that waits; and nobody else hears of it."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.notifier.notifications import NO_CAMPAIGN
from contracts.registry.organizations import OrganizationRegistered
from contracts.submissions.incidents import (
    Incident,
    IncidentClosed,
    IncidentFollowedUp,
    IncidentReported,
)
from services.notifier.deliveries import claims
from services.notifier.notifications.incidents import NotHeardOfYet
from tests.integration.notifier.parts import ISSUED, World, an_organization, mailbox, moment, names
from tests.integration.notifier.test_api import Door, door
from tests.support.mail import MailServer

__all__ = ["door"]


def an_incident(unit: UUID, campaign: UUID | None, **fields: Any) -> Incident:
    values = {
        "id": uuid4(),
        "version": 1,
        "created_at": ISSUED,
        "updated_at": ISSUED,
        "severity": "large",
        "state": "open",
        "occurred_at": moment("09-10 22:00"),
        "discovered_at": moment("09-10 22:00"),
        "summary": "门户网站被篡改",
        "receipt_number": "20240910-7F3K9QXD",
        "received_at": moment("09-10 23:30"),
        "hours": 1,
        "report_by": moment("09-10 23:00"),
        "in_time": False,
        **fields,
    }
    return Incident(organization_id=unit, campaign_id=campaign, **values)


async def a_town(world: World) -> tuple[UUID, UUID]:
    """A town below a district, and that district; the office, the district and a neighbour can be reached."""
    district = await world.add_unit(mailbox("district"), name="某区")
    await world.set_channels(world.office, mailbox("office"))
    await world.add_unit(mailbox("neighbour"))
    return await world.add_unit(mailbox("town"), parent=district, name="某镇"), district


@pytest.mark.parametrize("in_campaign", [True, False])
async def test_all_above_are_told_at_once_in_quiet_hours_too(
    world: World, mail: MailServer, in_campaign: bool
) -> None:
    town, _ = await a_town(world)
    world.set_clock("09-10 23:30")
    incident = an_incident(town, world.campaign if in_campaign else None)
    await world.hear(IncidentReported(incident=incident))
    await world.hear(IncidentReported(incident=incident))
    await world.deliver()
    assert names(mail.messages) == ["district", "office"]
    assert mail.messages[0]["Subject"] == "【事件报告·较大】20240910-7F3K9QXD"
    text = mail.messages[0].get_content()
    assert text.splitlines()[0] == ("活动周：" if in_campaign else "某镇：")
    assert "某镇报告一起较大事件（2024-09-10 22:00 发生" in text
    assert "首报超过时限 2024-09-10 23:00" in text
    assert "篡改" not in text


async def test_the_issuer_is_told_also_where_it_stands_above_nobody(world: World) -> None:
    root = uuid4()
    await world.hear(OrganizationRegistered(organization=an_organization(root, name="他处")))
    alone = await world.add_unit(parent=root)
    await world.hear(IncidentReported(incident=an_incident(alone, world.campaign)))
    rows = await world.fetch("SELECT organization_id FROM notification")
    assert {row[0] for row in rows} == {root, world.office}


async def test_what_the_root_reports_itself_is_told_to_itself(world: World) -> None:
    await world.hear(IncidentReported(incident=an_incident(world.office, None)))
    rows = await world.fetch("SELECT organization_id, campaign_id FROM notification")
    assert [tuple(row) for row in rows] == [(world.office, NO_CAMPAIGN)]


async def test_follow_ups_and_the_end_are_told_too_each_once(world: World, mail: MailServer) -> None:
    town, _ = await a_town(world)
    first = an_incident(town, None)
    more = first.model_copy(update={"version": 2})
    end = first.model_copy(update={"version": 3, "state": "closed", "closed_at": ISSUED})
    for _ in range(2):
        await world.hear(
            IncidentReported(incident=first),
            IncidentFollowedUp(incident=more),
            IncidentClosed(incident=end),
        )
    assert sorted(occasion for occasion, *_ in await world.told()) == sorted(
        ["incident_reported", "incident_followed_up", "incident_closed"] * 2
    )
    await world.deliver()
    assert len(mail.messages) == 2


@pytest.mark.parametrize("missing", ["unit", "parent", "campaign"])
async def test_nobody_is_left_out_because_the_register_was_not_heard_yet(world: World, missing: str) -> None:
    unit = {
        "unit": uuid4(),
        "parent": await world.add_unit(parent=uuid4()),
        "campaign": await world.add_unit(),
    }[missing]
    campaign = uuid4() if missing == "campaign" else None
    with pytest.raises(NotHeardOfYet):
        await world.hear(IncidentReported(incident=an_incident(unit, campaign)))
    assert await world.told() == []


async def test_an_incident_goes_before_all_that_waits_and_in_a_message_of_its_own(
    world: World, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = [await world.add_unit(mailbox(f"u{number}")) for number in range(5)]
    await world.set_channels(world.office, mailbox("office"))
    await world.owe(*units, world.office)
    await world.plan("09-06 09:00")
    world.set_clock("09-06 09:05")
    await world.hear(IncidentReported(incident=an_incident(units[0], None)))
    monkeypatch.setattr(claims, "BATCH", 1)
    await world.deliver()
    assert mail.messages[0]["To"] == "office@units.test"
    assert mail.messages[0]["Subject"] == "【事件报告·较大】20240910-7F3K9QXD"
    assert len(mail.to("office@units.test")) == 2


async def test_that_there_is_one_is_shown_to_whom_is_told_and_to_the_issuer_only(
    world: World, door: Door
) -> None:
    town, district = await a_town(world)
    await world.hear(IncidentReported(incident=an_incident(town, world.campaign)))
    await world.hear(IncidentReported(incident=an_incident(town, None)))
    stranger = await world.add_unit()
    for role, organization, count in (
        ("coordinator", world.office, 3),
        ("overseer", district, 2),
        ("reporter", town, 0),
        ("coordinator", stranger, 0),
        ("auditor", stranger, 0),
        ("auditor", world.office, 0),
    ):
        client = await door.admit(role, organization)  # type: ignore[arg-type]
        assert len(await client.items("/v1/notifications")) == count, role


async def test_what_failed_outside_of_a_campaign_is_tried_again_by_whom_was_told(
    world: World, door: Door
) -> None:
    await world.hear(IncidentReported(incident=an_incident(await world.add_unit(), None)))
    office, other = (
        await door.admit("coordinator", world.office),
        await door.admit("coordinator", await world.add_unit()),
    )
    (failed,) = await office.items("/v1/notifications?state=failed")
    assert failed["campaign_id"] == str(NO_CAMPAIGN)
    await world.set_channels(world.office, mailbox("office"))
    path = f"/v1/notifications/{failed['id']}/retry"
    assert (await other.ask("POST", path, {})).status_code == 404
    assert (await office.ask("POST", path, {})).json()["state"] == "planned"
