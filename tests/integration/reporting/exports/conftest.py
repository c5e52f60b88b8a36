"""The week of 2024 in reporting: its units, activities, days, what was owed, handed in and accepted."""

import csv
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.files.storage import Storage, open_folder
from chassis.identity import new_id
from contracts.attachments import Attachment
from contracts.registry.activities import Activity, ActivityRegistered, Host
from contracts.registry.assignments import Assignment, AssignmentMade
from contracts.registry.campaigns import Campaign, CampaignOpened
from contracts.registry.deliverables import Deliverable, DeliverableDefined
from contracts.registry.organizations import Organization, OrganizationRegistered
from contracts.registry.theme_days import ThemeDay, ThemeDaySet
from contracts.submissions.attachments import AttachmentStored
from contracts.submissions.submissions import Submission, SubmissionAccepted, SubmissionReceived
from services.registry.imports.child import parse
from services.registry.imports.register import read_register
from services.reporting.app import SERVICE
from services.reporting.exports.job import make_next_export
from services.reporting.exports.order import Workshop
from services.reporting.settings import ReportingSettings
from tests.support.databases import Cluster
from tests.support.service import ServiceUnderTest, serving

EXAMPLE = Path(__file__).parents[4] / "examples/suzhou-2024"
BEFORE = datetime(2024, 8, 30, 1, tzinfo=UTC)
NOW = datetime(2024, 9, 18, 2, tzinfo=UTC)
DUE = datetime(2024, 9, 16, 15, 59, 59, 999999, tzinfo=UTC)
SECTIONS = ("特色内容", "创新做法", "亮点活动")


def aggregate(id: UUID | None = None, version: int = 1) -> dict[str, Any]:
    return {"id": id or new_id(), "version": version, "created_at": BEFORE, "updated_at": BEFORE}


@dataclass
class Week:
    """The week as it was told; units by their names. `storage` is where submissions would keep its files."""

    service: ServiceUnderTest
    storage: Storage
    folder: Path
    key: str = ""
    campaign_id: UUID = field(default_factory=new_id)
    plan_id: UUID = field(default_factory=new_id)
    summary_id: UUID = field(default_factory=new_id)
    units: dict[str, UUID] = field(default_factory=dict)
    owed: dict[tuple[UUID, UUID], Assignment] = field(default_factory=dict)

    @property
    def workshop(self) -> Workshop:
        settings = self.service.running.settings
        assert isinstance(settings, ReportingSettings)
        return Workshop(self.service.database, settings, self.storage)

    async def ask_for(self, kind: str, **body: Any) -> Any:
        path = f"/v1/campaigns/{self.campaign_id}/exports"
        return await self.service.ask("POST", path, self.key, json={"kind": kind, **body})

    async def get(self, id: str, part: str = "", **headers: str) -> Any:
        return await self.service.ask("GET", f"/v1/exports/{id}{part}", self.key, headers=headers)

    async def make(self, kind: str) -> Any:
        """The finished export."""
        asked = await self.ask_for(kind)
        assert asked.status_code == 202, asked.text
        assert await make_next_export(self.workshop)
        return (await self.get(asked.json()["id"])).json()

    async def fetch(self, kind: str) -> bytes:
        """The file of an export of this kind."""
        export = await self.make(kind)
        assert export["state"] == "done", export["error"]
        answer = await self.get(export["id"], "/file")
        assert hashlib.sha256(answer.content).hexdigest() == export["sha256"]
        content: bytes = answer.content
        return content

    async def owe(self, unit: str, deliverable_id: UUID, **fields: Any) -> Assignment:
        """An assignment, told."""
        values = {"due_at": DUE if deliverable_id == self.summary_id else None, **fields}
        assignment = Assignment(
            **aggregate(),
            campaign_id=self.campaign_id,
            deliverable_id=deliverable_id,
            organization_id=self.units[unit],
            kind="activity_summary",
            title="活动总结",
            sections=list(SECTIONS),
            due_set_at=BEFORE,
            **values,
        )
        self.owed[assignment.organization_id, deliverable_id] = assignment
        await self.service.hear(AssignmentMade(assignment=assignment))
        return assignment

    def submission(self, unit: str, deliverable_id: UUID | None = None, **fields: Any) -> Submission:
        """What a unit handed in for what it owes."""
        owed = self.owed[self.units[unit], deliverable_id or self.summary_id]
        values: dict[str, Any] = {
            **aggregate(),
            "revision": 1,
            "state": "received",
            "on_time": True,
            "sections": {name: f"{unit}的{name}。" for name in SECTIONS},
            **fields,
        }
        return Submission(
            campaign_id=self.campaign_id,
            assignment_id=owed.id,
            deliverable_id=owed.deliverable_id,
            organization_id=owed.organization_id,
            receipt_number=f"20240916-{owed.id.hex[-8:]}",
            received_at=DUE - timedelta(hours=3),
            first_received_at=DUE - timedelta(hours=3),
            content_sha256="0" * 64,
            **values,
        )

    async def hand_in(self, unit: str, deliverable_id: UUID | None = None, **fields: Any) -> Submission:
        """A submission, told as received."""
        submission = self.submission(unit, deliverable_id, **fields)
        await self.service.hear(SubmissionReceived(submission=submission))
        return submission

    async def accept(self, unit: str, deliverable_id: UUID | None = None, **fields: Any) -> Submission:
        """A submission, told as accepted."""
        values = {"revision": 2, "state": "accepted", "accepted_version": 1, "accepted_at": NOW, **fields}
        submission = self.submission(unit, deliverable_id, **values)
        await self.service.hear(SubmissionAccepted(submission=submission))
        return submission

    async def attach(self, unit: str, filename: str, content: bytes | None, **fields: Any) -> UUID:
        """A file of a unit, told of; its bytes lie in storage unless `content` is None."""
        given = b"nothing" if content is None else content
        sha256 = fields.pop("sha256", hashlib.sha256(given).hexdigest())
        attachment = Attachment(
            **aggregate(),
            organization_id=self.units[unit],
            filename=filename,
            media_type="application/octet-stream",
            size=len(given),
            sha256=sha256,
            **{"state": "clean", **fields},
        )
        if content is not None:
            path = self.folder / f"{new_id().hex}.part"
            path.write_bytes(content)
            await self.storage.keep(path, f"{sha256[:2]}/{sha256}-{new_id().hex}")
        await self.service.hear(AttachmentStored(attachment=attachment))
        return attachment.id


async def tell(week: Week) -> None:
    """All that registry says of the week."""
    facts: list[Any] = []
    with (EXAMPLE / "organizations.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            week.units[row["name"]] = id = new_id()
            facts.append(
                OrganizationRegistered(
                    organization=Organization(
                        **aggregate(id),
                        name=row["name"],
                        short_name=row["short_name"] or None,
                        kind=row["kind"],
                        parent_id=week.units.get(row["parent"]),
                        sort_order=int(row["sort_order"]),
                    )
                )
            )
    await week.service.hear(*facts, *_campaign(week), *_days(week), *_deliverables(week), *_activities(week))


def _campaign(week: Week) -> list[Any]:
    register = read_register(parse((EXAMPLE / "annex.xlsx").read_bytes(), "activities"))
    campaign = Campaign(
        **aggregate(week.campaign_id),
        name="2024年苏州市网络安全宣传周",
        theme="网络安全为人民，网络安全靠人民",
        starts_on=date(2024, 9, 9),
        ends_on=date(2024, 9, 15),
        timezone="Asia/Shanghai",
        issuer_id=next(iter(week.units.values())),
        based_on=["2024年国家网络安全宣传周活动实施方案"],
        annex_titles=list(register.titles),
        annex_remarks=list(register.remarks),
    )
    return [CampaignOpened(campaign=campaign)]


def _days(week: Week) -> list[Any]:
    names = list(week.units)
    told = [
        ("校园日", 10),
        ("电信日", 11),
        ("法治日", 12),
        ("金融日", 13),
        ("青少年日", 14),
        ("个人信息保护日", 15),
    ]
    return [
        ThemeDaySet(
            theme_day=ThemeDay(
                **aggregate(),
                campaign_id=week.campaign_id,
                date=date(2024, 9, day),
                name=name,
                organiser_ids=[week.units[names[day]], week.units[names[day + 1]]],
            )
        )
        for name, day in told
    ]


def _deliverables(week: Week) -> list[Any]:
    shared = {"campaign_id": week.campaign_id, "timezone": "Asia/Shanghai", "owed_by": []}
    plan = Deliverable(
        **aggregate(week.plan_id), kind="plan", title="实施方案", sections=["实施方案"], **shared
    )
    summary = Deliverable(
        **aggregate(week.summary_id),
        kind="activity_summary",
        title="活动总结",
        sections=list(SECTIONS),
        due_on=date(2024, 9, 16),
        due_at=DUE,
        **shared,
    )
    return [DeliverableDefined(deliverable=plan), DeliverableDefined(deliverable=summary)]


def _activities(week: Week) -> list[Any]:
    register = read_register(parse((EXAMPLE / "annex.xlsx").read_bytes(), "activities"))
    facts = []
    for nth, row in enumerate(register.rows):
        starts_at = datetime(2024, 9, 9 + nth % 7, 1, 30, tzinfo=UTC) if nth % 3 else None
        activity = Activity(
            **aggregate(),
            campaign_id=week.campaign_id,
            serial_number=row.serial_number,
            category=row.category or "",
            name=row.name,
            hosts=[Host(outside_party=row.hosts_text)],
            hosts_text=row.hosts_text,
            selection="key",
            state="held" if nth % 2 else "registered",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2) if starts_at else None,
            place="苏州国际博览中心" if starts_at else None,
            settings=[("社区", "农村", "企业", "机关", "校园", "军营", "家庭")[nth % 7]],
            audiences=["老年人"] if nth % 5 == 0 else [],
            products=["H5"] if nth % 4 == 0 else [],
            carriers=["网站", "电视"] if nth % 6 == 0 else [],
            turnout=120 if nth % 2 else None,
        )
        facts.append(ActivityRegistered(activity=activity))
    return facts


@pytest.fixture
async def week(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Week]:
    settings = ReportingSettings(
        database_url="postgres://unused@127.0.0.1/unused",
        nats_url="nats://127.0.0.1",
        role="serve",
        export_folder=tmp_path / "exports",
        storage_url=f"file:{tmp_path}/files",
    )
    async with serving(cluster, SERVICE, settings, NOW) as service:
        made = Week(service, open_folder(tmp_path / "files"), tmp_path)
        await tell(made)
        made.key = await service.let_in(next(iter(made.units.values())), "coordinator")
        yield made
