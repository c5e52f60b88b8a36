"""Incidents: reported with or without a campaign, against a clock, closed by the final report, read by few."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chassis.identity import new_id
from contracts.registry.activities import Activity, ActivityDrafted
from contracts.registry.organizations import OrganizationRegistered
from tests.integration.submissions.conftest import START, World, a_unit

DISCOVERED = START - timedelta(hours=3)


def an_incident(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "campaign_id": str(world.campaign_id),
        "activity_id": None,
        "severity": "large",
        "occurred_at": DISCOVERED.isoformat(),
        "summary": "门户网站被篡改",
        **fields,
    }


async def report(world: World, key: str = "town", **fields: Any) -> dict[str, Any]:
    answer = await world.post("/v1/incidents", key, an_incident(world, **fields))
    return {**answer.json(), "status_code": answer.status_code}


async def follow_up(world: World, id: str, kind: str = "follow_up", key: str = "town", **headers: str) -> Any:
    return await world.post(f"/v1/incidents/{id}/reports", key, {"kind": kind, "text": "已恢复"}, **headers)


async def test_the_first_report_has_a_receipt_that_says_whether_it_came_in_time(world: World) -> None:
    answer = await world.post("/v1/incidents", "town", an_incident(world))
    incident = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert incident["receipt_number"].startswith("20240901-")
    assert (incident["state"], incident["received_at"]) == ("open", "2024-09-01T01:00:00Z")
    assert (incident["hours"], incident["report_by"], incident["in_time"]) == (
        4,
        "2024-09-01T02:00:00Z",
        True,
    )
    assert [kind for kind, *_ in await world.service.events()] == [
        "rollcall.submissions.incident.reported.v1"
    ]


@pytest.mark.parametrize(
    ("fields", "in_time"),
    [
        ({"discovered_at": (START - timedelta(hours=4)).isoformat()}, True),
        ({"discovered_at": (START - timedelta(hours=4, microseconds=1)).isoformat()}, False),
        ({"severity": "general"}, None),
        ({"severity": "major", "discovered_at": START.isoformat()}, True),
        ({"severity": "extraordinary", "occurred_at": (START - timedelta(days=1)).isoformat()}, False),
    ],
)
async def test_from_large_up_a_clock_runs_from_discovery(
    world: World, fields: dict[str, Any], in_time: bool | None
) -> None:
    occurred = (START - timedelta(hours=5)).isoformat()
    incident = await report(world, **{"occurred_at": occurred, **fields})
    assert (incident["status_code"], incident["in_time"]) == (201, in_time)
    assert (incident["report_by"] is None) == (in_time is None)


@pytest.mark.parametrize(
    ("kind", "hours"), [("enterprise", 1), ("department", 2), ("district", 2), ("school", 4), ("other", 4)]
)
async def test_the_clock_is_by_kind_of_unit(world: World, kind: str, hours: int) -> None:
    unit = a_unit(world.ids["town"], "town", world.ids["district"], version=2)
    unit = unit.model_copy(update={"kind": kind})
    await world.service.hear(OrganizationRegistered(organization=unit))
    assert (await report(world))["hours"] == hours


async def test_the_office_corrects_a_limit_and_what_was_reported_keeps_its_clock(world: World) -> None:
    before = await report(world)
    path = "/v1/incident-limits/other"
    refused = await world.service.ask("PUT", path, world.keys["district"], json={"hours": 1})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    stale = await world.service.ask(
        "PUT", path, world.keys["office"], json={"hours": 1}, headers={"If-Match": '"9"'}
    )
    assert stale.status_code == 412
    set_ = await world.service.ask("PUT", path, world.keys["office"], json={"hours": 1})
    assert (set_.json()["hours"], set_.json()["version"]) == (1, 2)
    again = await world.service.ask("PUT", path, world.keys["office"], json={"hours": 1})
    assert again.json() == set_.json()
    assert (await world.get(path, "town")).json()["hours"] == 1
    limits = (await world.get("/v1/incident-limits", "town")).json()["items"]
    assert len(limits) == 10
    assert (await report(world))["in_time"] is False
    shown = (await world.get(f"/v1/incidents/{before['id']}", "town")).json()
    assert (shown["hours"], shown["in_time"]) == (4, True)
    assert len([kind for kind, *_ in await world.service.events() if "incident_limit" in kind]) == 1
    unknown = await world.get("/v1/incident-limits/ministry", "town")
    assert unknown.status_code == 422
    too_long = await world.service.ask("PUT", path, world.keys["office"], json={"hours": 0})
    assert too_long.json()["code"] == "invalid"


async def test_an_incident_is_reported_when_no_campaign_is_running(world: World) -> None:
    incident = await report(world, campaign_id=None)
    assert (incident["status_code"], incident["campaign_id"]) == (201, None)
    assert (await world.get(f"/v1/incidents/{incident['id']}", "office")).status_code == 200


async def test_follow_ups_are_numbered_and_the_final_report_closes(world: World) -> None:
    id = (await report(world))["id"]
    first = await follow_up(world, id)
    assert (first.status_code, first.json()["version"]) == (201, 2)
    stale = await follow_up(world, id, If_Match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    closed = (await follow_up(world, id, "final")).json()
    assert (closed["state"], closed["closed_at"]) == ("closed", "2024-09-01T01:00:00Z")
    assert [(each["number"], each["kind"]) for each in closed["reports"]] == [(1, "follow_up"), (2, "final")]
    assert len({each["receipt_number"] for each in closed["reports"]} | {closed["receipt_number"]}) == 3
    late = await follow_up(world, id)
    assert (late.status_code, late.json()["code"]) == (409, "closed_already")
    assert [kind.split(".")[3] for kind, *_ in await world.service.events()] == [
        "reported",
        "followed_up",
        "closed",
    ]


async def correct(world: World, id: str, severity: str, known_at: datetime | None = None, **by: Any) -> Any:
    """What becomes of the incident by a follow-up that corrects its severity, sent so much later."""
    world.later(**by)
    known = {} if known_at is None else {"discovered_at": known_at.isoformat()}
    body = {"kind": "follow_up", "text": "上调等级", "severity": severity, **known}
    answer = await world.post(f"/v1/incidents/{id}/reports", "town", body)
    return {**answer.json(), "status_code": answer.status_code}


async def test_raising_the_severity_starts_the_clock_anew_from_when_it_was_known(world: World) -> None:
    id = (await report(world, severity="general"))["id"]
    known_at = START + timedelta(hours=5)
    raised = await correct(world, id, "large", known_at, hours=9)
    assert (raised["severity"], raised["graded_at"]) == ("large", "2024-09-01T06:00:00Z")
    assert (raised["report_by"], raised["in_time"]) == ("2024-09-01T10:00:00Z", True)
    (told,) = raised["reports"]
    assert (told["severity_before"], told["severity"]) == ("general", "large")
    assert (told["report_by"], told["in_time"]) == ("2024-09-01T10:00:00Z", True)
    graver = await correct(world, id, "extraordinary", START + timedelta(hours=6), microseconds=1)
    assert (graver["report_by"], graver["in_time"]) == ("2024-09-01T11:00:00Z", True)
    shown = (await world.get(f"/v1/incidents/{id}", "office")).json()
    assert {**shown, "status_code": 201} == graver
    assert [each["in_time"] for each in shown["reports"]] == [True, True]
    recorded = await world.service.recorded("rollcall.submissions.incident.followed_up.v1")
    assert [each["incident"]["report_by"] for each in recorded] == [
        "2024-09-01T10:00:00Z",
        "2024-09-01T11:00:00Z",
    ]


async def test_a_severity_that_was_raised_too_late_is_late_by_the_hours_of_the_unit(world: World) -> None:
    unit = a_unit(world.ids["town"], "town", world.ids["district"], version=2)
    await world.service.hear(
        OrganizationRegistered(organization=unit.model_copy(update={"kind": "enterprise"}))
    )
    id = (await report(world, discovered_at=START.isoformat()))["id"]
    raised = await correct(world, id, "major", START + timedelta(hours=1), hours=2, microseconds=1)
    assert (raised["hours"], raised["report_by"], raised["in_time"]) == (1, "2024-09-01T03:00:00Z", False)


async def test_who_does_not_say_when_it_was_known_has_the_clock_from_discovery(world: World) -> None:
    id = (await report(world, severity="general", occurred_at=START.isoformat()))["id"]
    raised = await correct(world, id, "large", None, hours=5)
    assert (raised["graded_at"], raised["in_time"]) == ("2024-09-01T01:00:00Z", False)


async def test_a_severity_that_is_lowered_keeps_the_clock_that_ran_and_for_general_there_is_none(
    world: World,
) -> None:
    first = await report(world, severity="major")
    lowered = await correct(world, first["id"], "large", None, hours=20)
    assert lowered["severity"] == "large"
    assert (lowered["report_by"], lowered["in_time"]) == (first["report_by"], True)
    same = await correct(world, first["id"], "large", None, hours=1)
    assert (same["report_by"], same["reports"][-1]["severity_before"]) == (first["report_by"], None)
    general = await correct(world, first["id"], "general", None, hours=1)
    assert (general["severity"], general["hours"]) == ("general", None)
    assert (general["report_by"], general["in_time"]) == (None, None)


async def test_every_report_says_which_clock_ran_and_whether_it_was_met(world: World) -> None:
    first = await report(world, discovered_at=(START - timedelta(hours=2)).isoformat())
    assert (first["report_by"], first["in_time"]) == ("2024-09-01T03:00:00Z", True)
    await follow_up(world, first["id"])
    world.later(days=1)
    closed = (await follow_up(world, first["id"], "final")).json()
    assert [(each["severity"], each["report_by"], each["in_time"]) for each in closed["reports"]] == [
        ("large", "2024-09-01T03:00:00Z", True)
    ] * 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"severity": "grave"}, "invalid"),
        ({"discovered_at": START.isoformat()}, "invalid"),
        ({"severity": "major", "discovered_at": "2024-09-01T09:00:00"}, "invalid"),
        ({"severity": "major", "discovered_at": (START + timedelta(hours=1)).isoformat()}, "in_the_future"),
        (
            {"severity": "major", "discovered_at": (DISCOVERED - timedelta(seconds=1)).isoformat()},
            "graded_too_early",
        ),
    ],
)
async def test_a_correction_that_cannot_be_is_refused_and_changes_nothing(
    world: World, fields: dict[str, Any], code: str
) -> None:
    id = (await report(world))["id"]
    body = {"kind": "follow_up", "text": "上调等级", **fields}
    answer = await world.post(f"/v1/incidents/{id}/reports", "town", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await world.get(f"/v1/incidents/{id}", "town")).json()["version"] == 1


async def test_an_incident_names_an_activity_of_its_own_campaign(world: World) -> None:
    here, elsewhere = new_id(), new_id()
    for id, campaign_id in ((here, world.campaign_id), (elsewhere, new_id())):
        activity = Activity(
            id=id,
            version=1,
            created_at=START,
            updated_at=START,
            campaign_id=campaign_id,
            category="论坛",
            name="开幕式",
            hosts=[],
        )
        await world.service.hear(ActivityDrafted(activity=activity))
    for id in (elsewhere, new_id()):
        refused = await report(world, activity_id=str(id))
        assert (refused["status_code"], refused["code"]) == (422, "activity_unknown")
        assert "takes a moment to arrive" in refused["detail"]
    incident = await report(world, activity_id=str(here))
    assert (incident["status_code"], incident["activity_id"]) == (201, str(here))


async def test_the_same_key_reports_once(world: World) -> None:
    first = await world.post("/v1/incidents", "town", an_incident(world), Idempotency_Key="k")
    again = await world.post("/v1/incidents", "town", an_incident(world), Idempotency_Key="k")
    assert again.content == first.content
    one = await follow_up(world, first.json()["id"], Idempotency_Key="f")
    assert (await follow_up(world, first.json()["id"], Idempotency_Key="f")).json() == one.json()
    assert len(await world.service.events()) == 2


@pytest.mark.parametrize(
    ("who", "reads", "follows_up"),
    [
        ("town", 200, 201),
        ("district", 200, 403),
        ("office", 200, 403),
        ("stranger", 404, 404),
        ("other office", 404, 404),
        ("auditor", 404, 404),
        ("ops", 404, 404),
        ("district auditor", 404, 404),
        ("other auditor", 404, 404),
        ("district reporter", 404, 404),
        ("district coordinator", 200, 403),
        ("district ops", 404, 404),
        ("town overseer", 200, 201),
        ("town coordinator", 200, 201),
        ("town auditor", 404, 404),
        ("town ops", 404, 404),
        ("stranger overseer", 404, 404),
        ("office reporter", 404, 404),
        ("office overseer", 200, 403),
    ],
)
async def test_it_is_read_by_the_unit_and_those_above_and_by_nobody_else(
    world: World, who: str, reads: int, follows_up: int
) -> None:
    if who not in world.keys:
        unit, role = who.split()
        world.keys[who] = await world.service.let_in(world.ids[unit], role)
    for campaign_id in (str(world.campaign_id), None):
        id = (await report(world, campaign_id=campaign_id))["id"]
        assert (await world.get(f"/v1/incidents/{id}", who)).status_code == reads
        assert (await follow_up(world, id, key=who)).status_code == follows_up


@pytest.mark.parametrize(
    ("who", "count"), [("town", 1), ("district", 1), ("office", 2), ("stranger", 1), ("other office", 1)]
)
async def test_incidents_are_listed_for_whom_they_concern(world: World, who: str, count: int) -> None:
    await report(world)
    await report(world, "stranger", campaign_id=None, severity="general")
    assert len((await world.get("/v1/incidents", who)).json()["items"]) == count


async def test_incidents_are_listed_by_campaign_severity_unit_and_state(world: World) -> None:
    one = (await report(world))["id"]
    other = (await report(world, "stranger", campaign_id=None, severity="general"))["id"]
    await follow_up(world, one, "final")
    for query, ids in (
        (f"campaign_id={world.campaign_id}", [one]),
        ("severity=general", [other]),
        ("state=closed", [one]),
        (f"organization_id={world.ids['stranger']}", [other]),
        ("limit=1", [one]),
    ):
        items = (await world.get(f"/v1/incidents?{query}", "office")).json()["items"]
        assert [item["id"] for item in items] == ids, query


@pytest.mark.parametrize("who", ["auditor", "ops"])
async def test_who_only_looks_on_neither_lists_nor_reports(world: World, who: str) -> None:
    assert (await world.get("/v1/incidents", who)).json()["code"] == "not_allowed"
    assert (await report(world, who))["code"] == "not_allowed"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"campaign_id": str(uuid4())}, "campaign_unknown"),
        ({"occurred_at": (START + timedelta(minutes=6)).isoformat()}, "in_the_future"),
        (
            {"occurred_at": START.isoformat(), "discovered_at": (START + timedelta(hours=1)).isoformat()},
            "in_the_future",
        ),
        ({"discovered_at": (DISCOVERED - timedelta(hours=1)).isoformat()}, "invalid"),
        ({"occurred_at": "2024-09-01T00:00:00"}, "invalid"),
        ({"occurred_at": "0001-01-01T00:00:00Z"}, "invalid"),
        ({"severity": "较大"}, "invalid"),
        ({"summary": " "}, "invalid"),
        ({"summary": "长" * 10_001}, "invalid"),
        ({"campaign_id": None, "activity_id": str(uuid4())}, "invalid"),
        ({"in_time": True}, "invalid"),
    ],
)
async def test_what_cannot_be_is_refused_by_code_and_leaves_no_row(
    world: World, fields: dict[str, Any], code: str
) -> None:
    answer = await report(world, **fields)
    assert (answer["status_code"], answer["code"]) == (422, code)
    assert await world.service.events() == []


async def test_a_clock_that_is_a_little_ahead_keeps_nobody_from_reporting(world: World) -> None:
    incident = await report(world, occurred_at=(START + timedelta(minutes=4)).isoformat())
    assert (incident["status_code"], incident["in_time"]) == (201, True)


async def test_a_unit_of_another_tree_cannot_name_the_campaign_unless_it_owes_there(world: World) -> None:
    alone = new_id()
    await world.service.hear(OrganizationRegistered(organization=a_unit(alone, "alone", None)))
    world.ids["alone"], world.keys["alone"] = alone, await world.service.let_in(alone, "reporter")
    assert (await report(world, "alone"))["code"] == "campaign_unknown"
    await world.assign("alone")
    incident = await report(world, "alone")
    assert incident["status_code"] == 201
    assert (await world.get(f"/v1/incidents/{incident['id']}", "office")).status_code == 200
