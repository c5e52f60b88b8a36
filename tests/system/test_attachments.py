"""Attachments in a whole installation: where they lie, that they survive, that nobody stumbles over their events."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.files import a_pdf
from tests.support.installation import Installation
from tests.system.small_campaign import SECTIONS, open_small_campaign

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    running = Installation(tmp_path / "data")
    yield running
    running.end()


async def test_an_attachment_survives_kill_9_of_everything_and_verify_is_clean(
    installation: Installation,
) -> None:
    await installation.start()
    campaign = await open_small_campaign(installation, unit_count=1)
    unit, key = next(iter(campaign.keys.items()))
    content = a_pdf(size=2_000_000)
    made = {}
    for service, who in (("submissions", key), ("registry", installation.key)):
        files = {"file": ("总结.pdf", content, "application/pdf")}
        made[service] = await installation.ask_until(
            "POST", service, "/v1/attachments", 201, who, files=files
        )
        folder = installation.data / "files" / service
        kept = [path for path in folder.rglob("*") if path.is_file()]
        assert [path.name.partition("-")[0] for path in kept] == [hashlib.sha256(content).hexdigest()]
        assert folder.stat().st_mode & 0o077 == 0
    body = {
        "assignment_id": campaign.assignments[unit],
        "sections": dict.fromkeys(SECTIONS, "正文"),
        "attachment_ids": [made["submissions"]["id"]],
    }
    await installation.ask_until("POST", "submissions", "/v1/submissions", 201, key, json=body)
    installation.kill_tree()

    await installation.start()

    path = f"/v1/attachments/{made['submissions']['id']}/file"
    assert (await installation.ask("GET", "submissions", path)).content == content
    # The campaign's coordinator sees the unit's; nobody but the office sees what nothing names yet.
    path = f"/v1/attachments/{made['registry']['id']}/file"
    assert (await installation.ask("GET", "registry", path)).content == content
    assert (await installation.ask("GET", "registry", path, key)).status_code == 404
    overview = f"/v1/campaigns/{campaign.id}/overview"
    while (await installation.ask_until("GET", "reporting", overview, 200))["actual"] != 1:
        pass
    for service in ("notifier", "reporting"):
        assert (await installation.ask_until("GET", service, "/v1/parked", 200))["items"] == []
    verified = installation.run("verify", "--data", str(installation.data))
    assert verified.returncode == 0, verified.stdout + verified.stderr
