"""kill -9 of everything at once: nothing keeps running, and the next start finds all that was confirmed."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import nats
import pytest
from nats.js.api import StreamConfig

from tests.integration.servers.children import a_launcher, lives
from tests.support.waiting import until


async def keep_something(said: dict[str, Any]) -> None:
    """A row and a message, each confirmed."""
    connection = await asyncpg.connect(said["postgres"], ssl=False)
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    await connection.close()
    client = await nats.connect(said["nats"])
    await client.jetstream().add_stream(StreamConfig(name="kept", subjects=["kept"]))
    await client.jetstream().publish("kept", b"7")
    await client.close()


async def find_it(said: dict[str, Any]) -> tuple[object, object]:
    """The row and the message."""
    connection = await asyncpg.connect(said["postgres"], ssl=False)
    row = await connection.fetchval("SELECT number FROM kept")
    await connection.close()
    client = await nats.connect(said["nats"])
    message = await client.jetstream().get_last_msg("kept", "kept")
    await client.close()
    return row, message.data


@pytest.mark.parametrize("killed", ["the launcher", "the whole tree", "the servers first"])
async def test_pitfall_9_a_killed_tree_leaves_no_process_and_starts_again_with_its_data(
    tmp_path: Path, killed: str
) -> None:
    root = tmp_path / "data"
    async with a_launcher(root) as (launcher, said):
        await keep_something(said)
        kill(
            {
                "the launcher": [launcher.pid],
                "the whole tree": [launcher.pid, *said["pids"]],
                "the servers first": [*said["pids"], launcher.pid],
            }[killed]
        )
        async with a_launcher(root.parent / "data") as (_, again):
            assert "refusal" not in again
            await until(lambda: not any(lives(pid) for pid in said["pids"]))
            assert await find_it(again) == (7, b"7")


def kill(pids: Sequence[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


async def test_pitfall_9_servers_end_soon_after_their_launcher(tmp_path: Path) -> None:
    async with a_launcher(tmp_path / "data") as (launcher, said):
        launcher.kill()
        await until(lambda: not any(lives(pid) for pid in said["pids"]), seconds=5)
