"""A projection beside the plain way: one transaction for each event that comes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import nats
from prometheus_client import CollectorRegistry

from benchmarks.bench import Row, compare
from benchmarks.stage import Stage, an_organization
from chassis.bus import make_bus
from chassis.clock import Clock
from chassis.connections import connect, open_pool
from chassis.consumers import Consumer, Handler, Hears, latest
from chassis.database import Database, Transaction
from chassis.metrics import ConsumerMetrics
from chassis.publishing import Telling, publish_batch
from chassis.pulling import subscribe
from contracts.catalogue import EVENTS
from contracts.envelope import Event
from contracts.registry import organizations
from contracts.registry.organizations import OrganizationRegistered
from contracts.submissions.submissions import Submission, SubmissionAccepted, SubmissionReceived
from services.reporting.app import SERVICE

TABLE = "CREATE TABLE IF NOT EXISTS benchmark_unit (id uuid PRIMARY KEY, version integer, name text)"
KEEP = """
    INSERT INTO benchmark_unit AS known (id, version, name)
    SELECT id, version, name FROM unnest($1::uuid[], $2::int[], $3::text[]) AS u (id, version, name)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name
     WHERE excluded.version > known.version
"""
CAMPAIGN = UUID(int=7)
AT = datetime(2024, 9, 2, tzinfo=UTC)
# A hundred deliverables, owed by as many units as it takes, in twenty districts.
DEBTS = """
    INSERT INTO assignment (id, version, campaign_id, deliverable_id, organization_id, due_at, state)
    SELECT ('00000000-0000-0000-0001-' || lpad(to_hex(n), 12, '0'))::uuid, 1, $1, md5('d' || n % 100)::uuid,
           md5('u' || n / 100)::uuid, '2024-09-16Z', 'owed'
      FROM generate_series(0, $2::integer - 1) AS n
"""
DEBTS_PAST = """
    INSERT INTO assignment_past (id, version, since, campaign_id, deliverable_id, organization_id, due_at, state)
    SELECT id, version, '2024-09-01Z', campaign_id, deliverable_id, organization_id, due_at, state FROM assignment
"""
PLACEMENTS = """
    INSERT INTO placement (campaign_id, organization_id, since, district_id, unit_kind)
    SELECT DISTINCT campaign_id, organization_id, timestamptz '0001-01-01Z',
           md5(left(organization_id::text, 1))::uuid, 'school'
      FROM assignment
"""


def a_submission(number: int) -> SubmissionReceived:
    """What was handed in for the assignment of that number, of ordinary size."""
    submission = Submission(
        id=UUID(int=(2 << 64) + number),
        version=1,
        revision=1,
        created_at=AT,
        updated_at=AT,
        campaign_id=CAMPAIGN,
        assignment_id=UUID(int=(1 << 48) + number),
        deliverable_id=CAMPAIGN,
        organization_id=CAMPAIGN,
        state="received",
        sections={"特色内容": "内容" * 200},
        receipt_number="20240902-00000000",
        received_at=AT,
        first_received_at=AT,
        on_time=True,
        content_sha256="0" * 64,
    )
    return SubmissionReceived(submission=submission)


@dataclass(frozen=True)
class Case:
    """What is told on which stream, and what takes it in; `empty` are the tables to begin without."""

    name: str
    stream: str
    hears: Sequence[Hears]
    at_last: Handler | None
    make: Callable[[int], Sequence[Event]]
    empty: tuple[str, ...]
    plain_count: int
    count: int

    @property
    def durable(self) -> str:
        """Reporting's own on that stream."""
        return f"reporting-hears-{self.stream}"

    def consumer(self, database: Database, metrics: ConsumerMetrics) -> Consumer:
        """What takes it in, as the service has it."""
        return Consumer(self.stream, self.durable, self.hears, EVENTS, database, metrics, self.at_last)


async def measure(stage: Stage, rounds: int) -> list[Row]:
    """Events a second from the stream into tables, acknowledged after commit; one table, then all that is kept."""
    rows = []
    for case in (TABLE_ONLY, EVERYTHING):
        cases = {
            f"{case.name}: one transaction an event, nats-py": partial(_plain, stage, case),
            f"{case.name}: FastStream batches of 500, one transaction": partial(_batches, stage, case),
        }
        rows += await compare(cases, "events/s", rounds)
    return rows


async def keep(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
    """The projection: newest of each, in one statement."""
    units = [event.organization for event in latest(events)]
    columns = ([u.id for u in units], [u.version for u in units], [u.name for u in units])
    await tx.connection.execute(KEEP, *columns)


def some_submissions(count: int) -> Sequence[Event]:
    """One for each of so many assignments of the world that `_prepare` makes, every fifth accepted already."""
    return [_accepted(a_submission(n)) if n % 5 == 0 else a_submission(n) for n in range(count)]


def _accepted(received: SubmissionReceived) -> SubmissionAccepted:
    submission = received.submission.model_copy(update={"state": "accepted"})
    return SubmissionAccepted(submission=submission)


TABLE_ONLY = Case(
    "a table",
    "registry",
    (Hears(organizations.FACTS, keep),),
    None,
    lambda count: [an_organization() for _ in range(count)],
    ("benchmark_unit",),
    2_000,
    20_000,
)
EVERYTHING = Case(
    "submissions with all that reporting keeps of them",
    "submissions",
    SERVICE.hears,
    SERVICE.at_last,
    some_submissions,
    (
        *("submission", "submission_past", "movement", "counter", "quarter", "matrix_row"),
        *("export_source", "export_source_past", "accepted_version", "change"),
    ),
    1_000,
    10_000,
)


async def _fill(stage: Stage, case: Case, count: int) -> None:
    client = await nats.connect(stage.nats.url(case.stream), inbox_prefix=f"_INBOX_{case.stream}".encode())
    facts = case.make(count)
    for start in range(0, count, 500):
        tellings = [
            Telling(
                fact.type, str(fact.aggregate_id), {"ce-type": fact.type}, fact.model_dump_json().encode()
            )
            for fact in facts[start : start + 500]
        ]
        await publish_batch(client, case.stream, tellings)
    await client.close()


async def _prepare(stage: Stage, case: Case) -> None:
    owner = await connect(stage.databases["reporting"].owner_dsn, "benchmark")
    await owner.execute(TABLE)
    await owner.execute(f"TRUNCATE {', '.join(case.empty)}")
    if case is EVERYTHING:
        await owner.execute("TRUNCATE assignment_past, assignment, placement")
        await owner.execute(DEBTS, CAMPAIGN, case.count)
        await owner.execute(DEBTS_PAST)
        await owner.execute(PLACEMENTS)
        await owner.execute("ANALYZE")
    await owner.close()


async def _plain(stage: Stage, case: Case) -> float:
    await _prepare(stage, case)
    async with stage.jetstream():
        await _fill(stage, case, case.plain_count)
        pool = await open_pool(stage.databases["reporting"].app_dsn, "plain", 1)
        consumer = case.consumer(Database(pool, Clock()), ConsumerMetrics("reporting", CollectorRegistry()))
        client = await nats.connect(stage.nats.url("reporting"), inbox_prefix=b"_INBOX_reporting")
        subscription = await client.jetstream().pull_subscribe_bind(consumer=case.durable, stream=case.stream)
        started, taken = time.perf_counter(), 0
        while taken < case.plain_count:
            for message in await subscription.fetch(100, timeout=5):
                event = consumer.decode(message.subject, message.headers or {}, message.data)
                async with consumer.database.transaction() as tx:
                    await consumer.apply(tx, [event])
                await message.ack()
                taken += 1
        seconds = time.perf_counter() - started
        await client.close()
        await pool.close()
        return case.plain_count / seconds


async def _batches(stage: Stage, case: Case) -> float:
    await _prepare(stage, case)
    async with stage.jetstream():
        await _fill(stage, case, case.count)
        pool = await open_pool(stage.databases["reporting"].app_dsn, "reporting", 4)
        bus = make_bus(stage.nats.url("reporting"), "reporting", lambda: None)
        metrics: Any = ConsumerMetrics("reporting", CollectorRegistry())
        subscribe(bus.broker, case.stream, case.durable, case.consumer(Database(pool, Clock()), metrics).take)
        await bus.connect()
        started = time.perf_counter()
        await bus.broker.start()
        heard = metrics.heard.labels(case.stream)
        while heard._value.get() < case.count:
            await asyncio.sleep(0.005)
        seconds = time.perf_counter() - started
        await bus.close()
        await pool.close()
        return case.count / seconds
