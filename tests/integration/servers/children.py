"""Other processes for the tests: launchers to be killed, and looking at who still lives."""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli.servers.process import Process
from cli.servers.user import User
from tests.support.waiting import until

ROOT = Path(__file__).parents[3]
LAUNCHER = Path(__file__).with_name("launcher.py")


@asynccontextmanager
async def a_launcher(root: Path, user: User | None = None) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    """A launcher over `root`, and what it said when its servers were ready."""
    out = root.with_name(f"{root.name}.{uuid4().hex}.said")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    launcher = Process.start([sys.executable, str(LAUNCHER), str(root)], out, environment, user)
    try:
        yield launcher, json.loads(await until(lambda: _whole_line(out), seconds=30))
    finally:
        launcher.kill()


def lives(pid: int) -> bool:
    """Whether a process still runs; one that nobody has buried yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _whole_line(path: Path) -> str:
    said = path.read_text() if path.exists() else ""
    return said if said.endswith("\n") else ""
