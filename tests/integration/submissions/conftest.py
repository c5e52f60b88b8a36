"""A small world in submissions: an office, a district with a town below it, a stranger, one summary owed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.identity import new_id
from contracts.registry.assignments import Assignment, AssignmentMade
from contracts.registry.campaigns import Campaign, CampaignOpened
from contracts.registry.organizations import Organization, OrganizationRegistered
from services.submissions.app import SERVICE
from services.submissions.settings import SubmissionsSettings
from tests.support.databases import Cluster
from tests.support.service import ServiceUnderTest, serving

START = datetime(2024, 9, 1, 1, tzinfo=UTC)
DUE = datetime(2024, 9, 16, 15, 59, 59, 999999, tzinfo=UTC)
SECTIONS = ["特色内容", "创新做法", "亮点活动"]


@dataclass
class World:
    """`keys` are by name: office, district, town, stranger, auditor, district auditor, other auditor, ops."""

    service: ServiceUnderTest
    ids: dict[str, UUID] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    campaign_id: UUID = field(default_factory=new_id)
    deliverable_id: UUID = field(default_factory=new_id)

    async def assign(self, unit: str, **fields: Any) -> Assignment:
        """An assignment that the unit owes, due on 16 September unless said otherwise."""
        values = {
            "due_at": DUE,
            "kind": "activity_summary",
            "title": "活动总结",
            "sections": SECTIONS,
            "deliverable_id": self.deliverable_id,
            "campaign_id": self.campaign_id,
            **fields,
        }
        assignment = Assignment(
            id=new_id(),
            version=1,
            created_at=START,
            updated_at=START,
            organization_id=self.ids[unit],
            due_set_at=START,
            **values,
        )
        await self.service.hear(AssignmentMade(assignment=assignment))
        return assignment

    async def open_campaign(self, id: UUID, issuer: str) -> None:
        """A campaign of this unit's."""
        campaign = Campaign(
            id=id,
            version=1,
            created_at=START,
            updated_at=START,
            name="活动周",
            theme="主题",
            starts_on=START.date(),
            ends_on=START.date(),
            timezone="Asia/Shanghai",
            issuer_id=self.ids[issuer],
        )
        await self.service.hear(CampaignOpened(campaign=campaign))

    async def post(self, path: str, key: str, body: Any, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.service.ask("POST", path, self.keys[key], json=body, headers=named)

    async def get(self, path: str, key: str) -> httpx.Response:
        return await self.service.ask("GET", path, self.keys[key])

    async def hand_in(
        self, assignment: Assignment, key: str = "town", text: str = "正文", **headers: str
    ) -> httpx.Response:
        body = {"assignment_id": str(assignment.id), "sections": dict.fromkeys(SECTIONS, text)}
        return await self.post("/v1/submissions", key, body, **headers)

    def at(self, moment: datetime) -> None:
        """Let it be this moment."""
        self.service.clock.set(moment)

    def later(self, **by: float) -> datetime:
        """Let so much time pass."""
        moment = self.service.clock.now() + timedelta(**by)
        self.at(moment)
        return moment


def a_unit(id: UUID, name: str, parent_id: UUID | None, version: int = 1) -> Organization:
    return Organization(
        id=id,
        version=version,
        created_at=START,
        updated_at=START,
        name=name,
        kind="other",
        parent_id=parent_id,
    )


@pytest.fixture
async def world(cluster: Cluster) -> AsyncIterator[World]:
    settings = SubmissionsSettings(
        database_url="postgres://unused@127.0.0.1/unused", nats_url="nats://127.0.0.1", role="serve"
    )
    async with serving(cluster, SERVICE, settings, START) as service:
        made = World(service)
        for name, above in (
            ("office", None),
            ("district", "office"),
            ("town", "district"),
            ("stranger", "office"),
        ):
            made.ids[name] = new_id()
            parent = made.ids[above] if above else None
            await service.hear(OrganizationRegistered(organization=a_unit(made.ids[name], name, parent)))
        roles = {"office": "coordinator", "district": "overseer", "town": "reporter", "stranger": "reporter"}
        for name, role in roles.items():
            made.keys[name] = await service.let_in(made.ids[name], role)
        made.keys["auditor"] = await service.let_in(made.ids["office"], "auditor")
        made.keys["district auditor"] = await service.let_in(made.ids["district"], "auditor")
        made.keys["other auditor"] = await service.let_in(made.ids["stranger"], "auditor")
        made.keys["ops"] = await service.let_in(made.ids["office"], "ops")
        made.keys["other office"] = await service.let_in(made.ids["stranger"], "coordinator")
        await made.open_campaign(made.campaign_id, "office")
        yield made
