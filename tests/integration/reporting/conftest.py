"""A small world in reporting: an office, a district with two towns below it, a deliverable, an annex of three."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.identity import new_id
from contracts.registry.activities import Activity, ActivityRegistered, Host
from contracts.registry.assignments import Assignment, AssignmentMade
from contracts.registry.campaigns import Campaign, CampaignOpened
from contracts.registry.deliverables import Deliverable, DeliverableDefined
from contracts.registry.notices import Acknowledgement, AcknowledgementOwed
from contracts.registry.organizations import Organization, OrganizationRegistered
from contracts.submissions.submissions import Submission, SubmissionReceived
from services.reporting.app import SERVICE
from services.reporting.settings import ReportingSettings
from tests.support.databases import Cluster
from tests.support.service import ServiceUnderTest, serving

START = datetime(2024, 9, 1, 1, tzinfo=UTC)
DUE = datetime(2024, 9, 16, 15, 59, 59, 999999, tzinfo=UTC)
TREE = {"office": None, "district": "office", "north": "district", "south": "district", "stranger": "office"}
ROLES = {"office": "coordinator", "district": "overseer", "north": "reporter", "stranger": "coordinator"}


@dataclass
class Facts:
    """Facts as the owners would tell them; the ids of the world that they speak of."""

    ids: dict[str, UUID] = field(default_factory=lambda: {name: new_id() for name in TREE})
    campaign_id: UUID = field(default_factory=new_id)
    deliverable_id: UUID = field(default_factory=new_id)

    def units(self) -> list[Any]:
        return [
            OrganizationRegistered(
                organization=Organization(
                    **_aggregate(self.ids[name]),
                    name=name,
                    kind="other",
                    parent_id=self.ids[above] if above else None,
                    sort_order=place,
                )
            )
            for place, (name, above) in enumerate(TREE.items())
        ]

    def campaign(self, issuer: str = "office") -> Any:
        campaign = Campaign(
            **_aggregate(self.campaign_id, 1 if issuer == "office" else 2),
            name="活动周",
            theme="主题",
            starts_on=START.date(),
            ends_on=START.date(),
            timezone="Asia/Shanghai",
            issuer_id=self.ids[issuer],
            annex_titles=["重点活动"],
            annex_remarks=["备注：三项。"],
        )
        return CampaignOpened(campaign=campaign)

    def deliverable(self) -> Any:
        deliverable = Deliverable(
            **_aggregate(self.deliverable_id),
            campaign_id=self.campaign_id,
            kind="activity_summary",
            title="活动总结",
            sections=["亮点活动"],
            timezone="Asia/Shanghai",
            owed_by=[self.ids["north"]],
        )
        return DeliverableDefined(deliverable=deliverable)

    def deliverable_changed(self) -> Any:
        changed = self.deliverable().deliverable.model_copy(update={"version": 2, "title": "总结"})
        return DeliverableDefined(deliverable=changed)

    def assignment(self, unit: str, id: UUID | None = None, version: int = 1, **fields: Any) -> Any:
        values = {"due_at": DUE, "state": "owed", **fields}
        assignment = Assignment(
            **_aggregate(id or new_id(), version),
            campaign_id=self.campaign_id,
            deliverable_id=self.deliverable_id,
            organization_id=self.ids[unit],
            kind="activity_summary",
            title="活动总结",
            sections=["亮点活动"],
            due_set_at=START,
            **values,
        )
        return AssignmentMade(assignment=assignment)

    def submission(self, assignment: Any, revision: int = 1, id: UUID | None = None, **fields: Any) -> Any:
        owed: Assignment = assignment.assignment
        values: dict[str, Any] = {"state": "received", "on_time": True, "nil_return": False, **fields}
        submission = Submission(
            **_aggregate(id or new_id()),
            revision=revision,
            campaign_id=self.campaign_id,
            assignment_id=owed.id,
            deliverable_id=owed.deliverable_id,
            organization_id=owed.organization_id,
            sections={"亮点活动": "正文"},
            receipt_number="20240901-00000000",
            received_at=START,
            first_received_at=START,
            content_sha256="0" * 64,
            **values,
        )
        return SubmissionReceived(submission=submission)

    def acknowledgement(self, unit: str, state: str = "owed") -> Any:
        given = START if state == "acknowledged" else None
        acknowledgement = Acknowledgement(
            **_aggregate(new_id()),
            campaign_id=self.campaign_id,
            notice_id=new_id(),
            organization_id=self.ids[unit],
            title="通知",
            state=state,
            acknowledged_at=given,
            acknowledged_by="值班员" if given else None,
        )
        return AcknowledgementOwed(acknowledgement=acknowledgement)

    def activity(self, number: int, category: str, name: str, **fields: Any) -> Any:
        values: dict[str, Any] = {
            "state": "registered",
            "hosts_text": "north、外单位",
            "selection": "key",
            **fields,
        }
        activity = Activity(
            **_aggregate(new_id()),
            campaign_id=self.campaign_id,
            serial_number=number,
            category=category,
            name=name,
            hosts=[Host(organization_id=self.ids["north"]), Host(outside_party="外单位")],
            **values,
        )
        return ActivityRegistered(activity=activity)


@dataclass
class World:
    """`keys` are by name."""

    service: ServiceUnderTest
    facts: Facts
    keys: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, key: str = "office") -> Any:
        """The JSON at a path below the campaign."""
        answer = await self.service.ask(
            "GET", f"/v1/campaigns/{self.facts.campaign_id}/{path}", self.keys[key]
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


def _aggregate(id: UUID, version: int = 1) -> dict[str, Any]:
    return {"id": id, "version": version, "created_at": START, "updated_at": START}


@pytest.fixture
async def world(cluster: Cluster, tmp_path: Path) -> AsyncIterator[World]:
    settings = ReportingSettings(
        database_url="postgres://unused@127.0.0.1/unused",
        nats_url="nats://127.0.0.1",
        role="serve",
        export_folder=tmp_path / "exports",
    )
    async with serving(cluster, SERVICE, settings, START) as service:
        made = World(service, Facts())
        await service.hear(*made.facts.units(), made.facts.campaign(), made.facts.deliverable())
        for name, role in ROLES.items():
            made.keys[name] = await service.let_in(made.facts.ids[name], role)
        for name in ("office", "district", "stranger"):
            made.keys[f"{name} auditor"] = await service.let_in(made.facts.ids[name], "auditor")
        made.keys["ops"] = await service.let_in(made.facts.ids["office"], "ops")
        yield made
