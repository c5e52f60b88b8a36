"""Exports made in a process of its own, so that its memory is theirs: python -m tests.support.export_process."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from chassis.clock import Clock
from chassis.connections import connect, open_pool
from chassis.database import Database
from chassis.files.storage import open_storage
from chassis.identity import new_id
from services.reporting.exports.job import make_next_export
from services.reporting.exports.order import Workshop
from services.reporting.settings import ReportingSettings

MEGABYTE = 1024 * 1024
SEED = """
    WITH made AS (
        INSERT INTO organization (id, version, name, kind, sort_order, body)
        SELECT gen_random_uuid(), 1, '单位' || nth, 'department', nth, '{}' FROM generate_series(1, $2 / 10) AS nth
        RETURNING id, sort_order
    ), owing AS (
        INSERT INTO assignment (id, version, campaign_id, deliverable_id, organization_id, due_at, state)
        SELECT gen_random_uuid(), 1, $1, $3, made.id, now(), 'owed' FROM made, generate_series(1, 10)
        RETURNING id, organization_id
    ), handed AS (
        INSERT INTO export_source (id, noun, version, campaign_id, body)
        SELECT gen_random_uuid(), 'submission', 1, $1, jsonb_build_object(
                   'organization_id', organization_id, 'assignment_id', id, 'deliverable_id', $3::uuid,
                   'state', 'received', 'version', 1, 'nil_return', false, 'on_time', true,
                   'received_at', '2024-09-16T01:00:00Z', 'receipt_number', id, 'attachment_ids', '[]'::jsonb,
                   'sections', jsonb_build_object('特色内容', id || $4::text, '创新做法', $4 || id,
                                                  '亮点活动', id || $4 || id))
          FROM owing
    )
    INSERT INTO submission (id, revision, version, campaign_id, assignment_id, state, on_time, nil_return)
    SELECT gen_random_uuid(), 1, 1, $1, id, 'received', true, false FROM owing
"""
CAMPAIGN = """
    INSERT INTO export_source (id, noun, version, campaign_id, body)
    SELECT ($1::jsonb->>'id')::uuid, 'campaign', 1, ($1::jsonb->>'id')::uuid, $1
"""
DELIVERABLE = """
    INSERT INTO export_source (id, noun, version, campaign_id, body)
    SELECT ($1::jsonb->>'id')::uuid, 'deliverable', 1, ($1::jsonb->>'campaign_id')::uuid, $1
"""
ASK = """
    INSERT INTO export (id, version, created_at, updated_at, campaign_id, kind, state, progress, rows)
    VALUES ($1, 1, now(), now(), $2, $3, 'queued', 0, 0)
"""
FOUND = "SELECT state, rows, size, error FROM export WHERE id = $1"
TEXT = "各单位结合实际开展网络安全宣传，" * 12


@dataclass(frozen=True)
class Made:
    """`peak_bytes` is the most memory that the process ever had."""

    kind: str
    state: str
    rows: int
    size: int
    seconds: float
    peak_bytes: int
    error: str | None


async def seed(dsn: str, row_count: int) -> UUID:
    """A campaign of so many submissions of 600 letters, from a tenth as many units."""
    campaign_id, deliverable_id = new_id(), new_id()
    shared = {"version": 1, "created_at": "2024-09-01T00:00:00Z", "updated_at": "2024-09-01T00:00:00Z"}
    campaign = {
        **shared,
        "id": str(campaign_id),
        "name": "活动周",
        "theme": "主题",
        "starts_on": "2024-09-09",
        "ends_on": "2024-09-15",
        "timezone": "Asia/Shanghai",
        "issuer_id": str(new_id()),
    }
    deliverable = {
        **shared,
        "id": str(deliverable_id),
        "campaign_id": str(campaign_id),
        "kind": "activity_summary",
        "title": "活动总结",
        "sections": ["特色内容", "创新做法", "亮点活动"],
        "timezone": "Asia/Shanghai",
        "owed_by": [],
    }
    connection = await connect(dsn, "seed")
    try:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute(CAMPAIGN, campaign)
        await connection.execute(DELIVERABLE, deliverable)
        await connection.execute(SEED, campaign_id, row_count, deliverable_id, TEXT)
        await connection.execute("ANALYZE export_source, organization, assignment, submission")
    finally:
        await connection.close()
    return campaign_id


async def make(dsn: str, folder: Path, campaign_id: UUID, kind: str) -> Made:
    """One export, in a process of its own."""
    id = new_id()
    connection = await connect(dsn, "seed")
    try:
        await connection.execute(ASK, id, campaign_id, kind)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.support.export_process",
            dsn,
            str(folder),
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        out, _ = await process.communicate()
        told = json.loads(out)
        row = await connection.fetchrow(FOUND, id)
        assert row is not None
        return Made(kind, row["state"], row["rows"], row["size"] or 0, error=row["error"], **told)
    finally:
        await connection.close()


async def _work(dsn: str, folder: Path) -> None:
    settings = ReportingSettings(
        database_url=dsn,
        nats_url="nats://127.0.0.1",
        export_folder=folder / "exports",
        storage_url=f"file:{folder}/files",
    )
    pool = await open_pool(dsn, "reporting", 4)
    workshop = Workshop(Database(pool, Clock()), settings, open_storage(settings))
    start = time.monotonic()
    await make_next_export(workshop)
    seconds = time.monotonic() - start
    pool.terminate()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak_bytes": peak}))


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], Path(sys.argv[2])))
