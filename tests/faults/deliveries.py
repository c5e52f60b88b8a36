"""10,000 deliveries under kill -9: none lost; doubled only what was cut off, and that under the same webhook-id."""

import asyncio
import sys
import tempfile
from pathlib import Path

from cli.servers.postgres import Postgres
from services.notifier.deliveries.handlers import AT_ONCE
from tests.support.hooks import open_hook_server
from tests.support.killing import deliver_under_fire
from tests.support.servers import start_cluster

COUNT = 10_000
KILLS = 25


async def play(folder: Path) -> bool:
    """Whether it held; prints what was measured."""
    postgres = Postgres(folder / "postgres", folder / "postgres.log", durable=False)
    cluster = await start_cluster(postgres)
    try:
        made = await cluster.clone("notifier")
        async with open_hook_server() as hooks:
            outcome = await deliver_under_fire(made, hooks, COUNT, KILLS, notifiers=2, lease=5)
    finally:
        await postgres.stop()
    print(
        f"{outcome.count} deliveries by two notifiers, killed {outcome.kills} times, in {outcome.seconds:.0f} s: "
        f"{outcome.lost} lost, {outcome.doubled} doubled (at most {KILLS * AT_ONCE} may be), "
        f"{outcome.strange} of them under another webhook-id"
    )
    return not outcome.lost and not outcome.strange and outcome.doubled <= KILLS * AT_ONCE


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.exit(0 if asyncio.run(play(Path(made))) else 1)
