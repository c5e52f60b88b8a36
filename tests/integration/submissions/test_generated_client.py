"""A client that was written by a program from the description alone does what a unit and its office do."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.integration.submissions.attaching import PDF
from tests.integration.submissions.conftest import DUE, SECTIONS, START, World
from tests.support.generated_client import GeneratedClient, generate, imported


@dataclass
class Callers:
    """The generated package, and a client of it for each key."""

    made: GeneratedClient
    world: World

    def call(self, who: str, noun: str, verb: str, *args: Any, **kwargs: Any) -> Any:
        """What the operation answers, as the generated function parses it."""
        transport = self.world.service.client._transport
        client = self.made.client.AuthenticatedClient(
            base_url="http://rollcall.test",
            token=self.world.keys[who],
            raise_on_unexpected_status=True,
            httpx_args={"transport": transport},
        )
        return self.made.operation(noun, verb).asyncio(*args, client=client, **kwargs)

    def hand_in(self, owed: Any, text: str, **fields: Any) -> Any:
        """What a unit hands in for an assignment that it was shown."""
        sections = self.made.models.HandInSections.from_dict(dict.fromkeys(owed.sections, text))
        return self.made.models.HandIn(assignment_id=owed.id, sections=sections, **fields)


@pytest.fixture
async def callers(world: World, tmp_path: Path) -> AsyncIterator[Callers]:
    document = (await world.service.ask("GET", "/openapi.json", None)).json()
    folder = tmp_path / "rollcall_submissions"
    assert generate(document, folder) == ""
    with imported(folder) as made:
        yield Callers(made, world)


async def test_a_generated_client_hands_in_is_returned_hands_in_again_and_fetches_its_receipt(
    callers: Callers,
) -> None:
    assignment = await callers.world.assign("town")
    (owed,) = (await callers.call("town", "assignments", "list_assignments")).items
    assert (owed.id, owed.sections, owed.due_at) == (assignment.id, SECTIONS, DUE)

    file = callers.made.types.File(io.BytesIO(PDF), "总结.pdf", "application/pdf")
    body = callers.made.models.StoreAttachmentBody(file=file)
    attachment = await callers.call("town", "attachments", "store_attachment", body=body)
    first = await callers.call(
        "town",
        "submissions",
        "hand_in",
        body=callers.hand_in(owed, "初稿", attachment_ids=[attachment.id]),
        idempotency_key="first",
    )
    assert (first.version, first.on_time, first.state) == (1, True, "received")

    reasons = [callers.made.models.GiveReason(section=SECTIONS[1], reason="请补充数据")]
    returning = callers.made.models.ReturnSubmission(version=1, reasons=reasons, correct_by=DUE)
    returned = await callers.call(
        "office", "submissions", "return_submission", first.id, body=returning, if_match='"1"'
    )
    assert (returned.state, returned.correct_by) == ("returned", DUE)
    assert [(each.number, each.section) for each in returned.reasons] == [(1, SECTIONS[1])]
    (seen,) = (await callers.call("town", "assignments", "list_assignments")).items
    assert (seen.state, seen.correct_by) == ("returned", DUE)

    again = callers.hand_in(owed, "补正稿", attachment_ids=[attachment.id], replaces_version=1)
    second = await callers.call("town", "submissions", "hand_in", body=again)
    assert (second.id, second.version, second.state) == (first.id, 2, "received")

    kept = await callers.call("town", "submissions", "get_receipt", second.receipt_number)
    assert kept == second
    assert (kept.received_at, kept.content_sha256) == (START, second.content_sha256)
    fetched = await callers.call("office", "attachments", "get_attachment_file", attachment.id)
    assert fetched.payload.read() == PDF


async def test_a_generated_client_reads_a_refusal_by_its_code(callers: Callers) -> None:
    await callers.world.assign("town")
    (owed,) = (await callers.call("town", "assignments", "list_assignments")).items
    refused = await callers.call("stranger", "submissions", "hand_in", body=callers.hand_in(owed, "正文"))
    assert isinstance(refused, callers.made.models.Problem)
    assert (refused.status, refused.code) == (404, "not_assigned")
    faulty = await callers.call("town", "submissions", "hand_in", body=callers.hand_in(owed, " "))
    assert faulty.code == "invalid"
    assert [each.field for each in faulty.errors] == [f"sections.{name}" for name in SECTIONS]


async def test_a_generated_client_hands_in_many_by_lines(callers: Callers) -> None:
    assignments = [await callers.world.assign("town") for _ in range(3)]
    shown = (await callers.call("town", "assignments", "list_assignments")).items
    lines = [json.dumps(callers.hand_in(each, "正文").to_dict()) for each in shown]
    body = callers.made.types.File("\n".join(lines).encode())
    answered = await callers.call("town", "submissions", "hand_in_bulk", body=body)
    outcomes = [json.loads(line) for line in answered.payload.read().splitlines()]
    assert [each["status"] for each in outcomes] == [201, 201, 201]
    assert {UUID(each["assignment_id"]) for each in outcomes} == {each.id for each in assignments}


async def test_a_generated_client_reports_an_incident_and_closes_it(callers: Callers) -> None:
    models = callers.made.models
    command = models.ReportIncident(
        severity=models.ReportIncidentSeverity.LARGE, occurred_at=START, summary="网站被篡改"
    )
    incident = await callers.call("town", "incidents", "report_incident", body=command)
    assert (incident.in_time, incident.hours) == (True, 4)
    final = models.AddReport(kind=models.AddReportKind.FINAL, text="已处置完毕")
    closed = await callers.call("town", "incidents", "add_report", incident.id, body=final)
    assert (closed.state, closed.reports[0].kind) == ("closed", "final")


async def test_a_generated_client_asks_who_it_is(callers: Callers) -> None:
    me = await callers.call("town", "operations", "me")
    assert (me.role, me.organization["name"]) == ("reporter", "town")
