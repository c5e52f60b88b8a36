"""A notifier's world: a database, what it hears, who is told where, and a clock that is set by hand."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from prometheus_client import CollectorRegistry

from chassis.clock import Clock
from chassis.consumers import Consumer, Hears
from chassis.database import Database
from chassis.metrics import ConsumerMetrics
from contracts.catalogue import EVENTS
from contracts.registry.assignments import Assignment, AssignmentMade
from contracts.registry.campaigns import Campaign, CampaignOpened
from contracts.registry.notices import Acknowledgement, AcknowledgementOwed
from contracts.registry.organizations import Organization, OrganizationRegistered
from contracts.submissions.submissions import (
    Submission,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionReturned,
)
from services.notifier.app import SERVICE
from services.notifier.deliveries.handlers import deliver_due
from services.notifier.notifications import consumers as facts
from services.notifier.reminders.handlers import plan_reminders
from services.notifier.settings import NotifierSettings

DUE = datetime.fromisoformat("2024-09-16T23:59:59.999999+08:00")
ISSUED = datetime.fromisoformat("2024-08-30T10:00:00+08:00")

OF_DEBTS = (facts.on_submissions, facts.on_assignments)
BRIEFLY: Sequence[Hears] = (
    *(line for line in SERVICE.hears if line.handler not in OF_DEBTS),
    Hears((SubmissionReturned, SubmissionAccepted), facts.on_submissions),
)
"""All but the receipts and the news of due moments, so that a test of the ladder counts the ladder's own."""


def moment(text: str) -> datetime:
    """`09-06 09:00` in the campaign of 2024."""
    return datetime.fromisoformat(f"2024-{text}:00+08:00")


@dataclass
class World:
    """The notifier of one test. `office` is the parent of every unit and issues the campaign."""

    database: Database
    settings: NotifierSettings
    office: UUID
    campaign: UUID
    hears: Sequence[Hears] = BRIEFLY

    def set_clock(self, at: datetime | str) -> None:
        """Stand at this moment."""
        start = moment(at) if isinstance(at, str) else at
        self.database.clock = Clock(start, 1e-9, time.time())

    async def hear(self, *events: Any) -> None:
        """Take these in, in one batch, as the table of contents says that `hears` is."""
        metrics = ConsumerMetrics("notifier", CollectorRegistry())
        consumer = Consumer("registry", "test", self.hears, EVENTS, self.database, metrics)
        async with self.database.transaction() as tx:
            await consumer.apply(tx, events)

    async def add_unit(
        self, *channels: dict[str, Any], parent: UUID | None = None, name: str = "单位"
    ) -> UUID:
        """A unit of the register that is told things over these channels."""
        id = uuid4()
        await self.hear(
            OrganizationRegistered(
                organization=an_organization(id, parent_id=parent or self.office, name=name)
            )
        )
        if channels:
            await self.set_channels(id, *channels)
        return id

    async def set_channels(self, unit: UUID, *channels: dict[str, Any], locale: str = "zh-CN") -> None:
        """Where a unit is told things from now on."""
        await self.execute("DELETE FROM contact WHERE organization_id = $1", unit)
        await self.execute(
            """
            INSERT INTO contact (id, version, created_at, updated_at, organization_id, name, locale, channels)
            VALUES (uuidv7(), 1, now(), now(), $1, '值班室', $3, $2)
            """,
            unit,
            list(channels),
            locale,
        )

    async def owe(self, *units: UUID, **fields: Any) -> list[Assignment]:
        """Each of these owes a summary from now on."""
        made = [an_assignment(self.campaign, unit, **fields) for unit in units]
        await self.hear(*(AssignmentMade(assignment=each) for each in made))
        return made

    async def hand_in(self, assignment: Assignment, **fields: Any) -> Submission:
        """The unit hands in."""
        submission = a_submission(assignment, updated_at=self.database.clock.now(), **fields)
        await self.hear(SubmissionReceived(submission=submission))
        return submission

    async def plan(self, at: datetime | str | None = None) -> int:
        """One sweep, at this moment."""
        if at is not None:
            self.set_clock(at)
        return (await plan_reminders(self.database)).notification_count

    async def deliver(self, channel: str = "email") -> int:
        """One sweep of deliveries."""
        return await deliver_due(self.database, self.settings, channel)

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows as they are kept."""
        async with self.database.reading() as connection:
            return list(await connection.fetch(statement, *arguments))

    async def execute(self, statement: str, *arguments: Any) -> None:
        """Do something to the rows."""
        async with self.database.reading() as connection:
            await connection.execute(statement, *arguments)

    async def told(self) -> list[tuple[str, str, str]]:
        """Occasion, state and the moment it was planned for, in the campaign's zone, in order."""
        rows = await self.fetch("SELECT occasion, state, planned_for FROM notification ORDER BY id")
        return [(row[0], row[1], f"{row[2].astimezone(DUE.tzinfo):%m-%d %H:%M}") for row in rows]

    async def states(self) -> dict[str, int]:
        """How many notifications are in each state."""
        return dict(await self.fetch("SELECT state, count(*) FROM notification GROUP BY state"))  # type: ignore[arg-type]

    async def facts(self) -> list[str]:
        """What the notifier has said, in order: the last two words of each type."""
        rows = await self.fetch("SELECT type FROM events ORDER BY position")
        return [".".join(row["type"].split(".")[2:4]) for row in rows]

    async def let_time_come(self) -> None:
        """What waits for another try waits no longer."""
        await self.execute("UPDATE delivery SET next_try_at = clock_timestamp() WHERE state = 'waiting'")

    async def let_leases_run_out(self) -> None:
        """Whoever claimed something has been gone for an hour."""
        await self.execute(
            "UPDATE delivery SET claimed_at = clock_timestamp() - interval '1 hour' WHERE state = 'sending'"
        )


def mailbox(name: str) -> dict[str, Any]:
    """An e-mail channel."""
    return {"kind": "email", "address": f"{name}@units.test"}


def an_organization(id: UUID, version: int = 1, **fields: Any) -> Organization:
    values = {"name": "单位", "kind": "department", "created_at": ISSUED, "updated_at": ISSUED, **fields}
    return Organization(id=id, version=version, **values)


def a_campaign(id: UUID, issuer: UUID) -> Campaign:
    return Campaign(
        id=id,
        version=1,
        created_at=ISSUED,
        updated_at=ISSUED,
        name="活动周",
        theme="主题",
        starts_on=DUE.date() - timedelta(days=7),
        ends_on=DUE.date(),
        timezone="Asia/Shanghai",
        issuer_id=issuer,
    )


def an_assignment(campaign: UUID, unit: UUID, **fields: Any) -> Assignment:
    values = {
        "id": uuid4(),
        "version": 1,
        "created_at": ISSUED,
        "updated_at": ISSUED,
        "deliverable_id": uuid4(),
        "kind": "activity_summary",
        "title": "活动总结",
        "sections": [],
        "due_at": DUE,
        "due_set_at": ISSUED,
        **fields,
    }
    return Assignment(campaign_id=campaign, organization_id=unit, **values)


def an_acknowledgement(campaign: UUID, unit: UUID, **fields: Any) -> AcknowledgementOwed:
    values = {
        "id": uuid4(),
        "version": 1,
        "created_at": ISSUED,
        "updated_at": ISSUED,
        "notice_id": uuid4(),
        "title": "通知",
        "state": "owed",
        **fields,
    }
    return AcknowledgementOwed(
        acknowledgement=Acknowledgement(campaign_id=campaign, organization_id=unit, **values)
    )


def a_submission(assignment: Assignment, **fields: Any) -> Submission:
    values = {
        "id": uuid4(),
        "version": 1,
        "revision": 1,
        "created_at": ISSUED,
        "updated_at": ISSUED,
        "state": "received",
        "sections": {},
        "receipt_number": "R-1",
        "received_at": ISSUED,
        "on_time": True,
        "content_sha256": "0" * 64,
        "first_received_at": ISSUED,
        **fields,
    }
    return Submission(
        campaign_id=assignment.campaign_id,
        assignment_id=assignment.id,
        deliverable_id=assignment.deliverable_id,
        organization_id=assignment.organization_id,
        **values,
    )


async def open_world(database: Database, settings: NotifierSettings) -> World:
    """An office that has opened its campaign, on the day that the notice goes out."""
    world = World(database, settings, uuid4(), uuid4())
    world.set_clock(ISSUED)
    office = an_organization(world.office, name="主办单位", kind="office")
    await world.hear(
        OrganizationRegistered(organization=office),
        CampaignOpened(campaign=a_campaign(world.campaign, world.office)),
    )
    return world


def names(messages: Sequence[Any]) -> list[str]:
    """Whom mails are for, in order of the alphabet."""
    return sorted(str(message["To"]).partition("@")[0] for message in messages)
