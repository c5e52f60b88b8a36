"""Keys in a whole installation: made and taken back by the command, known and refused by every service in time."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.streams import SERVICES
from tests.support.installation import Installation
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    running = Installation(tmp_path / "data")
    yield running
    running.end()


async def seconds_until(installation: Installation, service: str, key: str, status: int) -> float:
    """How long it takes until the service, asked again and again, answers this key so."""
    started = time.monotonic()

    async def is_so() -> bool:
        return (await installation.ask("GET", service, "/v1/parked", key)).status_code == status

    await until(is_so, seconds=10, every=0.02)
    return time.monotonic() - started


async def test_a_key_is_made_used_and_taken_back_everywhere_within_two_seconds(
    installation: Installation,
) -> None:
    await installation.start()

    def command(*arguments: str) -> tuple[int, list[str]]:
        done = installation.run("keys", "--data", str(installation.data), *arguments)
        return done.returncode, (done.stdout or done.stderr).strip().splitlines()

    async def time_all(key: str, status: int) -> list[float]:
        waits = [seconds_until(installation, service, key, status) for service in SERVICES]
        return list(await asyncio.gather(*waits))

    office = (await installation.ask_until("GET", "registry", "/v1/me", 200))["organization"]["id"]
    status, (key,) = command("make", "--organization", office, "--role", "ops", "--label", "值班室")
    assert status == 0
    assert max(await time_all(key, 200)) < 2

    id = (await installation.ask("GET", "submissions", "/v1/me", key)).json()["key_id"]
    revoked = (await installation.ask("DELETE", "registry", f"/v1/keys/{id}")).status_code
    assert revoked == 204
    assert max(await time_all(key, 401)) < 2
    status, lines = command("list", "--role", "ops", "--state", "revoked")
    assert (status, [line.split()[0] for line in lines]) == (0, [id])
    assert key.split("_", 2)[2] not in lines[0]

    status, (said,) = command("revoke", office)
    assert (status, "404" in said) == (2, True)

    status, (other,) = command("make", "--organization", office, "--role", "ops", "--label", "轮换")
    other_id = (await installation.ask_until("GET", "registry", "/v1/me", 200, other))["key_id"]
    status, (new,) = command("rotate", other_id, "--overlap-seconds", "0")
    assert status == 0
    assert max(await time_all(other, 401)) < 2
    await time_all(new, 200)
    new_id = (await installation.ask("GET", "registry", "/v1/me", new)).json()["key_id"]
    assert command("revoke", new_id) == (0, [f"{new_id} is revoked"])


async def test_the_last_use_on_another_service_is_shown_by_registry(installation: Installation) -> None:
    await installation.start()
    office = (await installation.ask_until("GET", "registry", "/v1/me", 200))["organization"]["id"]
    body = {"organization_id": office, "role": "reporter", "label": "平台"}
    made = await installation.ask_until("POST", "registry", "/v1/keys", 201, json=body)
    began = datetime.now(UTC)
    await installation.ask_until("GET", "submissions", "/v1/me", 200, made["key"])

    async def last_use() -> str | None:
        shown = (await installation.ask("GET", "registry", f"/v1/keys/{made['id']}")).json()
        return str(shown["last_used_at"]) if shown["last_used_at"] else None

    used = datetime.fromisoformat(await until(last_use, seconds=30, every=0.2))
    assert began <= used <= datetime.now(UTC)
