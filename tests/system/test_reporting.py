"""Reporting in a whole installation: changes told live, the read side rebuilt, a stream that holds up no stop."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.installation import Installation
from tests.support.waiting import until
from tests.system.small_campaign import open_small_campaign

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    running = Installation(tmp_path / "data")
    yield running
    running.end()


async def test_changes_come_live_and_the_read_side_is_rebuilt_while_it_answers(
    installation: Installation,
) -> None:
    await installation.start()
    campaign = await open_small_campaign(installation)
    address = f"{installation.url('reporting')}/v1/campaigns/{campaign.id}"
    headers = {"Authorization": f"Bearer {installation.key}"}
    async with httpx.AsyncClient(timeout=30, headers=headers) as client:

        async def overview() -> dict[str, Any]:
            figures: dict[str, Any] = (await client.get(f"{address}/overview")).json()
            return {name: figures.get(name) for name in ("expected", "actual", "actual_on_time")}

        await until(lambda: _is(overview, {"expected": 3, "actual": 0, "actual_on_time": 0}))
        async with client.stream("GET", f"{address}/changes") as stream:
            lines = stream.aiter_lines()
            for unit in campaign.keys:
                await campaign.hand_in(unit, "正文", unit)
            heard: list[str] = []
            async for line in lines:
                if line.startswith("data: "):
                    changes = json.loads(line.removeprefix("data: "))["changes"]
                    heard += [each["organization_ids"][0] for each in changes if each["fact"] == "received"]
                if len(heard) == 3:
                    break
            assert heard == list(campaign.keys)
            known = {"expected": 3, "actual": 3, "actual_on_time": 3}
            assert await overview() == known

            for arguments, last in (
                (("--check",), "compared: nothing differs"),
                ((), "reporting answers from the tables that were built"),
            ):
                said = installation.run("rebuild", "reporting", "--data", str(installation.data), *arguments)
                assert said.returncode == 0, said.stdout + said.stderr
                assert said.stdout.splitlines()[-1] == last
                assert await overview() == known
            verified = installation.run("verify", "--data", str(installation.data))
            assert verified.returncode == 0, verified.stdout

            # The stream is still open.
            status, seconds = await installation.stop()
            assert (status, installation.left()) == (0, [])
            assert seconds < 12


async def _is(look: Any, expected: object) -> bool:
    return bool(await look() == expected)
