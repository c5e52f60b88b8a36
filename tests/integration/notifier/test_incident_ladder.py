"""Incidents climb at 50, 80 and 100 % of their legal limit: at once, in quiet hours, until a report follows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.submissions.incidents import (
    Incident,
    IncidentClosed,
    IncidentFollowedUp,
    IncidentReport,
    IncidentReported,
)
from services.notifier.incidents.handlers import tell_of_incidents
from services.notifier.texts.occasions import names_of
from tests.integration.notifier.parts import World, moment, names
from tests.integration.notifier.test_incidents import a_town, an_incident
from tests.support.mail import MailServer

FOUND, LIMIT = moment("09-14 22:00"), moment("09-15 02:00")


def clocked(unit: UUID, campaign: UUID | None = None, **fields: Any) -> Incident:
    """Found on the eve of a holiday, in quiet hours; four hours to report, and reported five minutes in."""
    values = {
        "occurred_at": FOUND,
        "discovered_at": FOUND,
        "received_at": FOUND + timedelta(minutes=5),
        "updated_at": FOUND + timedelta(minutes=5),
        "hours": 4,
        "report_by": LIMIT,
        "in_time": True,
        **fields,
    }
    return an_incident(unit, campaign, **values)


def a_report(at: str, kind: Any = "follow_up") -> IncidentReport:
    return IncidentReport(number=1, kind=kind, text="x", receipt_number="R", received_at=moment(at))


async def tell(world: World, at: str) -> int:
    """One sweep at this moment."""
    world.set_clock(at)
    return await tell_of_incidents(world.database)


async def rungs(world: World) -> list[tuple[str, UUID]]:
    """Of the ladder alone: what was planned, and for whom."""
    rows = await world.fetch(
        "SELECT occasion, organization_id FROM notification WHERE starts_with(occasion, 'incident_due') ORDER BY id"
    )
    return [(row[0], row[1]) for row in rows]


async def test_the_unit_then_the_one_above_then_all_above_are_told_each_once(
    world: World, mail: MailServer
) -> None:
    town, district = await a_town(world)
    await world.hear(IncidentReported(incident=clocked(town)))
    for at in ("09-14 23:59", "09-15 00:00", "09-15 00:01", "09-15 01:12", "09-15 02:00", "09-16 12:00"):
        await tell(world, at)
        await tell(world, at)
    assert await rungs(world) == [
        ("incident_due_50", town),
        ("incident_due_80", town),
        ("incident_due_80", district),
        ("incident_due_100", town),
        ("incident_due_100", district),
        ("incident_due_100", world.office),
    ]
    await world.deliver()
    assert names(mail.messages) == ["district", "office", "town"]


async def test_those_above_are_told_as_soon_as_the_register_has_told_of_them(world: World) -> None:
    town, district = await a_town(world)
    await world.hear(IncidentReported(incident=clocked(town)))
    (kept,) = await world.fetch("SELECT body FROM organization WHERE id = $1", district)
    await world.fetch("DELETE FROM organization WHERE id = $1", district)
    await tell(world, "09-15 02:00")
    assert await rungs(world) == [("incident_due_100", town)]
    await world.fetch(
        "INSERT INTO organization (id, version, name, parent_id, body) VALUES ($1, 1, 'district', $2, $3)",
        district,
        world.office,
        kept["body"],
    )
    await tell(world, "09-15 02:01")
    assert sorted(await rungs(world)) == sorted(
        ("incident_due_100", unit) for unit in (town, district, world.office)
    )


async def test_it_goes_out_in_quiet_hours_on_a_day_off(world: World, mail: MailServer) -> None:
    town, _ = await a_town(world)
    await world.hear(IncidentReported(incident=clocked(town)))
    await tell(world, "09-15 00:00")
    await world.deliver()
    (message,) = [each for each in mail.messages if each["To"] == "town@units.test"]
    assert message["Subject"] == "【事件报告时限已过一半·较大】20240910-7F3K9QXD"
    assert "截至 2024-09-15 02:00" in message.get_content()


@pytest.mark.parametrize("kind", ["follow_up", "final"])
async def test_a_report_that_follows_ends_it_and_what_waits_is_dropped(world: World, kind: str) -> None:
    town, _ = await a_town(world)
    incident = clocked(town)
    await world.hear(IncidentReported(incident=incident))
    await tell(world, "09-15 00:00")
    ended = {"state": "closed", "closed_at": moment("09-15 00:30")} if kind == "final" else {}
    after = incident.model_copy(
        update={
            "version": 2,
            "updated_at": moment("09-15 00:30"),
            "reports": [a_report("09-15 00:30", kind)],
            **ended,
        }
    )
    fact = IncidentClosed if kind == "final" else IncidentFollowedUp
    await world.hear(fact(incident=after))
    assert await tell(world, "09-15 02:00") == 0
    rows = await world.fetch("SELECT state, last_error FROM notification WHERE occasion = 'incident_due_50'")
    assert [tuple(row) for row in rows] == [("given_up", "settled before it was sent")]
    assert (await world.facts()).count("notification.given_up") == 1


async def test_a_follow_up_that_brings_another_limit_starts_the_ladder_anew_from_there(world: World) -> None:
    town, _ = await a_town(world)
    general = clocked(town, severity="general", hours=None, report_by=None, in_time=None)
    raised = general.model_copy(
        update={
            "version": 2,
            "updated_at": moment("09-15 00:30"),
            "severity": "major",
            "report_by": LIMIT,
            "reports": [a_report("09-15 00:30")],
        }
    )
    await world.hear(IncidentReported(incident=general), IncidentFollowedUp(incident=raised))
    for at in ("09-15 00:31", "09-15 01:12"):
        await tell(world, at)
    assert [name for name, _ in await rungs(world)] == ["incident_due_80"] * 2
    shorter = raised.model_copy(
        update={
            "version": 3,
            "updated_at": moment("09-15 01:15"),
            "severity": "extraordinary",
            "report_by": moment("09-15 01:30"),
            "reports": [a_report("09-15 00:30"), a_report("09-15 01:15")],
        }
    )
    await world.hear(IncidentFollowedUp(incident=shorter))
    await tell(world, "09-15 01:30")
    assert [name for name, _ in await rungs(world)][2:] == ["incident_due_100"] * 3


async def test_no_clock_no_ladder_and_what_passed_before_the_report_is_not_told(world: World) -> None:
    town, _ = await a_town(world)
    await world.hear(
        IncidentReported(incident=clocked(town, severity="general", report_by=None, in_time=None)),
        IncidentReported(incident=clocked(town, received_at=moment("09-15 03:00"), in_time=False)),
    )
    assert await tell(world, "09-16 12:00") == 0


async def test_after_an_outage_and_a_clock_that_jumps_only_the_newest_rung_is_told(world: World) -> None:
    town, _ = await a_town(world)
    await world.hear(IncidentReported(incident=clocked(town)))
    for at in ("09-15 01:20", "09-15 00:10", "09-15 01:20", "09-15 00:10"):
        await tell(world, at)
    assert {name for name, _ in await rungs(world)} == {"incident_due_80"}


async def test_older_and_repeated_events_change_nothing(world: World) -> None:
    town, _ = await a_town(world)
    first = clocked(town)
    closed = first.model_copy(update={"version": 3, "state": "closed", "closed_at": LIMIT})
    await world.hear(IncidentReported(incident=first))
    await world.hear(IncidentClosed(incident=closed))
    await world.hear(IncidentReported(incident=first))
    assert await tell(world, "09-15 02:00") == 0


async def test_a_unit_without_an_address_holds_up_nobody_above(world: World, mail: MailServer) -> None:
    town, _ = await a_town(world)
    await world.set_channels(town)
    await world.hear(IncidentReported(incident=clocked(town, world.campaign)))
    await tell(world, "09-15 02:00")
    await world.deliver()
    assert names(mail.messages) == ["district", "office"]


async def test_what_has_passed_long_ago_and_is_heard_again_raises_no_alarm(world: World) -> None:
    town, _ = await a_town(world)
    await world.hear(IncidentReported(incident=clocked(town)))
    assert await tell(world, "09-22 02:01") == 1
    assert await rungs(world) == []
    assert await tell(world, "09-22 02:02") == 0


async def test_what_is_kept_of_an_incident_is_what_its_texts_may_speak_of(world: World) -> None:
    town, _ = await a_town(world)
    await world.hear(IncidentReported(incident=clocked(town)))
    for at in ("09-15 00:00", "09-15 01:12", "09-15 02:00"):
        await tell(world, at)
    rows = await world.fetch("SELECT DISTINCT occasion, details FROM notification")
    assert len(rows) == 4
    for row in rows:
        assert frozenset(row["details"]) == names_of(row["occasion"]), row["occasion"]
