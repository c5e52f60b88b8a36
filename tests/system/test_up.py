"""`rollcall up` as an operator sees it: what it refuses, how it starts and stops, what survives."""

import asyncio
import json
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nats
import psutil
import pytest

from tests.support.installation import Installation, free_port_base
from tests.support.waiting import until
from tests.system.small_campaign import SmallCampaign, open_small_campaign

EXAMPLE = Path(__file__).parents[2] / "examples" / "suzhou-2024"
pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    running = Installation(tmp_path / "data")
    yield running
    running.end()


async def overview(campaign: SmallCampaign) -> dict[str, Any]:
    path = f"/v1/campaigns/{campaign.id}/overview"
    answer: dict[str, Any] = await campaign.installation.ask_until("GET", "reporting", path, 200)
    return answer


async def until_counted(campaign: SmallCampaign, count: int) -> None:
    async def is_counted() -> bool:
        return (await overview(campaign))["actual"] == count  # type: ignore[no-any-return]

    await until(is_counted, seconds=40, every=0.1)


def refusal(*arguments: str, env: dict[str, str] | None = None) -> str:
    """What it says when it refuses: one line, and status 2."""
    done = Installation(Path("unused"), env, port_base=1).run(*arguments)
    assert done.returncode == 2, done
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_bad_setting_is_named_with_what_was_expected(tmp_path: Path) -> None:
    said = refusal("up", "--data", str(tmp_path / "data"), env={"ROLLCALL_CLOCK": "yesterday"})
    assert "ROLLCALL_CLOCK" in said
    assert "2024-08-30T09:00:00+08:00" in said
    assert not (tmp_path / "data").exists()


def test_a_bad_setting_of_one_service_is_named(tmp_path: Path) -> None:
    said = refusal("up", "--data", str(tmp_path / "data"), env={"ROLLCALL_SWEEP_SECONDS": "soon"})
    assert "ROLLCALL_SWEEP_SECONDS" in said
    assert "'soon'" in said
    assert not (tmp_path / "data").exists()


def test_a_busy_port_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    base = free_port_base()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", base + 3))
        taken.listen()
        said = refusal("up", "--data", str(tmp_path / "data"), "--port-base", str(base))
    assert str(base + 3) in said
    assert "--port-base" in said
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_folder_that_cannot_be_written_is_refused() -> None:
    assert "cannot be written" in refusal("up", "--data", "/proc/rollcall")


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refusal("up", "--data", str(tmp_path / "file" / "data"))
    assert "cannot be written" in refusal("up", "--data", str(tmp_path / "file"))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("annex.xlsx", b"\x89PNG\r\n\x1a\n\x00", "expected xlsx or csv"),
        ("annex.xlsx", b"", "the file is empty"),
        ("annex.xlsx", None, "holds no annex.xlsx"),
        ("decisions.yaml", None, "holds no decisions.yaml"),
    ],
)
def test_an_example_without_a_spreadsheet_is_refused_before_anything_is_touched(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    example = tmp_path / "example"
    shutil.copytree(EXAMPLE, example)
    (example / name).unlink()
    if content is not None:
        (example / name).write_bytes(content)
    data = tmp_path / "data"
    assert said in refusal("demo", "--example", str(example), "--data", str(data))
    assert not data.exists()


async def test_it_starts_within_ten_seconds_and_stops_clean_within_ten(installation: Installation) -> None:
    assert await installation.start() < 10
    key = installation.data / "coordinator.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    listening = {
        connection.laddr.ip
        for process in installation.tree
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}
    status, seconds = await installation.stop()
    assert status == 0
    assert seconds < 10
    assert installation.left() == []


async def test_a_second_one_on_the_same_folder_is_refused_and_the_first_goes_on(
    installation: Installation,
) -> None:
    await installation.start()
    said = refusal("up", "--data", str(installation.data), "--port-base", str(free_port_base()))
    assert "another rollcall up" in said
    assert (await installation.ask("GET", "registry", "/ready")).status_code == 200


async def test_receipts_survive_kill_9_of_everything_and_verify_is_clean(installation: Installation) -> None:
    await installation.start()
    campaign = await open_small_campaign(installation)
    receipts: list[dict[str, Any]] = []
    handing_in = asyncio.create_task(_hand_in_for_ever(campaign, receipts))
    await until(lambda: len(receipts) >= 40, seconds=30)
    installation.kill_tree()
    handing_in.cancel()
    await asyncio.gather(handing_in, return_exceptions=True)

    await installation.start()

    assert len(receipts) >= 40
    for receipt in receipts:
        path = f"/v1/receipts/{receipt['receipt_number']}"
        kept = await installation.ask_until("GET", "submissions", path, 200)
        assert kept["content_sha256"] == receipt["content_sha256"]
    await until_counted(campaign, 3)
    verified = installation.run("verify", "--data", str(installation.data))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "nothing differs" in verified.stdout


async def _hand_in_for_ever(campaign: SmallCampaign, receipts: list[dict[str, Any]]) -> None:
    number = 0
    while True:
        for unit in campaign.keys:
            number += 1
            receipts.append(await campaign.hand_in(unit, f"第{number}次", f"key-{number}"))


async def test_a_killed_service_is_started_again(installation: Installation) -> None:
    await installation.start()
    services = [each for each in installation.tree if "services.notifier" in " ".join(each.cmdline())]
    services[0].kill()
    await until(lambda: not services[0].is_running() or services[0].status() == "zombie")
    assert await installation.ask_until("GET", "notifier", "/ready", 200)


async def test_killed_servers_are_started_again_and_nothing_is_lost(installation: Installation) -> None:
    await installation.start()
    campaign = await open_small_campaign(installation)
    for program in ("nats-server", "bin/postgres"):
        servers = [each for each in installation.tree if program in " ".join(each.cmdline())]
        servers[0].kill()
        await campaign.hand_in(next(iter(campaign.keys)), program, program)
        installation.remember_tree()
    await until_counted(campaign, 1)


async def test_deleting_every_stream_while_it_runs_ends_with_the_same_figures(
    installation: Installation,
) -> None:
    await installation.start()
    campaign = await open_small_campaign(installation)
    for number, unit in enumerate(campaign.keys):
        await campaign.hand_in(unit, "正文", f"first-{number}")
    await until_counted(campaign, 3)
    before = await overview(campaign)

    client = await nats.connect(_nats_admin(installation))
    for stream in await client.jetstream().streams_info():
        assert stream.config.name is not None
        await client.jetstream().delete_stream(stream.config.name)
    await client.close()

    unit = next(iter(campaign.keys))
    await campaign.hand_in(unit, "再报", "after")
    await _until_verified(installation)
    assert _steady(await overview(campaign)) == _steady(before)


async def test_deleting_the_bus_folder_while_it_is_stopped_ends_with_the_same_figures(
    installation: Installation,
) -> None:
    await installation.start()
    campaign = await open_small_campaign(installation)
    for number, unit in enumerate(campaign.keys):
        await campaign.hand_in(unit, "正文", f"first-{number}")
    await until_counted(campaign, 3)
    before = await overview(campaign)
    await installation.stop()
    shutil.rmtree(installation.data / "nats")

    await installation.start()

    await _until_verified(installation)
    assert _steady(await overview(campaign)) == _steady(before)


def _nats_admin(installation: Installation) -> str:
    return str(json.loads((installation.data / "addresses.json").read_text())["nats_admin"])


async def _until_verified(installation: Installation) -> None:
    def is_verified() -> bool:
        return installation.run("verify", "--data", str(installation.data)).returncode == 0

    await until(is_verified, seconds=60, every=0.5)


def _steady(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name not in ("as_of", "behind_seconds")}
