"""Callers of a real process that go in the middle of their request, or before its answer: nobody else is harmed."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from chassis.identity import new_id
from tests.support.databases import Cluster
from tests.support.upload_process import UploadProcess, upload_process
from tests.support.waiting import until

UNIT = UUID(int=1)
CALLERS = 64
OWE = """
    INSERT INTO assignment (id, version, campaign_id, deliverable_id, organization_id, kind, title, sections, state)
    SELECT id, 1, $2, $2, $3, 'activity_summary', '活动总结', '{内容}', 'owed' FROM unnest($1::uuid[]) AS a (id)
"""
OPEN = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""


def a_body(assignment: UUID) -> bytes:
    return json.dumps({"assignment_id": str(assignment), "sections": {"内容": "正文"}}).encode()


async def go_off(service: UploadProcess, assignment: UUID, sent: float) -> None:
    """Send so much of a hand-in, and cut the connection."""
    body = a_body(assignment)
    head = (
        f"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection("127.0.0.1", service.port)
    writer.write(head.encode() + body[: int(len(body) * sent)])
    await writer.drain()
    writer.transport.abort()


@pytest.mark.parametrize("sent", [0.5, 1.0], ids=["in the middle", "before the answer"])
async def test_after_many_are_cut_off_the_next_is_answered_and_no_transaction_stays(
    cluster: Cluster, tmp_path: Path, sent: float
) -> None:
    async with upload_process(cluster, tmp_path) as service:
        database = await asyncpg.connect(service.made.url)
        owed = [new_id() for _ in range(CALLERS + 1)]
        await database.execute(OWE, owed, new_id(), UNIT)
        await asyncio.gather(*(go_off(service, each, sent) for each in owed[1:]))
        async with httpx.AsyncClient(headers=service.headers) as client:
            headers = {"Content-Type": "application/json"}
            url = f"{service.url}/v1/submissions"
            answer = await client.post(url, content=a_body(owed[0]), headers=headers)
        assert answer.status_code == 201

        async def is_at_rest() -> bool:
            return bool(await database.fetchval(OPEN) == 0)

        await until(is_at_rest)
        versions = await database.fetchval("SELECT count(*) FROM submission_version")
        assert await database.fetchval("SELECT count(*) FROM events") == versions
        assert 1 <= versions <= (1 if sent < 1 else CALLERS + 1)
        await database.close()
