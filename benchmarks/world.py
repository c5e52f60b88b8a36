"""A running installation with units that owe something, for benchmarks that go in by HTTP."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg

from chassis import access
from chassis.access import AccessKey
from chassis.identity import new_id
from cli.servers.ports import find_free_port
from cli.up.command import make_supervisor
from cli.up.folder import occupy
from cli.up.supervisor import Supervisor

SECTIONS = ["特色内容", "创新做法", "亮点活动"]
TEXT = "各单位结合实际开展网络安全宣传，" * 12
SEED_ASSIGNMENTS = """
    INSERT INTO assignment (id, version, campaign_id, deliverable_id, organization_id, kind, title, sections, due_at,
                            closes_at, state)
    SELECT id, 1, $2, $3, $4, 'activity_summary', '活动总结', $5, NULL, NULL, 'owed' FROM unnest($1::uuid[]) AS a (id)
"""
SEED_PROJECTION = """
    INSERT INTO assignment (id, version, campaign_id, deliverable_id, organization_id, due_at, state)
    SELECT id, 1, $2, $3, $4, NULL, 'owed' FROM unnest($1::uuid[]) AS a (id)
"""


@dataclass
class World:
    """`coordinator` is the office's own key; `key` may hand in for every one of `assignments`, of which each benchmark
    takes its own.
    """

    supervisor: Supervisor
    key: str
    coordinator: str
    assignments: list[UUID]

    def take(self, count: int) -> list[UUID]:
        """Assignments that nobody has handed in for yet."""
        taken, self.assignments = self.assignments[:count], self.assignments[count:]
        assert len(taken) == count
        return taken

    def dsn(self, service: str) -> str:
        """A service's database, as its runtime user."""
        return self.supervisor.addresses.databases[service]


def a_body(assignment: UUID) -> Mapping[str, object]:
    """A submission of about 1.7 KB."""
    return {"assignment_id": str(assignment), "sections": dict.fromkeys(SECTIONS, TEXT)}


@asynccontextmanager
async def open_world(assignment_count: int) -> AsyncIterator[World]:
    """Start everything as `rollcall up` does, and seed copies by SQL: what is measured begins behind them."""
    base = find_free_port()
    ports = {
        service: base + 1 + place
        for place, service in enumerate(("registry", "submissions", "notifier", "reporting"))
    }
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root,
        occupy(Path(root) / "data") as folder,
    ):
        supervisor = make_supervisor(folder, ports, None)
        try:
            await supervisor.start()
            yield await _seed(supervisor, assignment_count)
        finally:
            await supervisor.stop()


async def _seed(supervisor: Supervisor, count: int) -> World:
    ids = [new_id() for _ in range(count)]
    campaign, deliverable, unit = new_id(), new_id(), new_id()
    secret, key_id = access.make_secret(), new_id()
    submissions = await asyncpg.connect(supervisor.addresses.databases["submissions"])
    await submissions.execute(SEED_ASSIGNMENTS, ids, campaign, deliverable, unit, SECTIONS)
    key = AccessKey(key_id, unit, "reporter", access.hash_secret(secret), None, None, 1)
    await access.keep(submissions, [key])
    await submissions.close()
    reporting = await asyncpg.connect(supervisor.addresses.databases["reporting"])
    await reporting.execute(SEED_PROJECTION, ids, campaign, deliverable, unit)
    await reporting.close()
    coordinator = supervisor.folder.coordinator_key.read_text().strip()
    return World(supervisor, access.write_key(key_id, secret), coordinator, ids)
