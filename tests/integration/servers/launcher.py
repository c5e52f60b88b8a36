"""A launcher to be killed: starts both servers over a folder, says where they are, and stays."""

import asyncio
import json
import sys
from pathlib import Path

from cli.refusal import CannotStart
from cli.servers.nats import Nats
from cli.servers.postgres import Postgres


async def main(root: Path) -> None:
    """Say one line of JSON when both answer, or why they do not."""
    postgres = Postgres(root / "postgres", log=root / "logs" / "postgres.log")
    nats = Nats(root / "nats", log=root / "logs" / "nats.log")
    try:
        await asyncio.gather(postgres.start(), nats.start())
    except CannotStart as refusal:
        print(json.dumps({"refusal": str(refusal)}), flush=True)
        return
    assert postgres.process is not None
    assert nats.process is not None
    said = {
        "pids": [postgres.process.pid, nats.process.pid],
        "postgres": postgres.admin_dsn,
        "nats": nats.url("bootstrap"),
    }
    print(json.dumps(said), flush=True)
    await asyncio.Event().wait()


asyncio.run(main(Path(sys.argv[1])))
