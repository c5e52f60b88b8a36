"""Processes of ours: their logs, their end, and that none outlives who started it."""

import asyncio
import signal
import stat
import sys
import time
from pathlib import Path

import pytest

from cli.refusal import CannotStart
from cli.servers.ports import check_free, find_free_port
from cli.servers.process import Process
from tests.integration.servers.children import ROOT, lives
from tests.support.waiting import until

STARTS_ANOTHER = """
import sys, time
from pathlib import Path
from cli.servers.process import Process
child = Process.start([sys.executable, "-c", "import time; time.sleep(60)"], log=Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(60)
"""
IGNORES_SIGTERM = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


def start(script: str, log: Path, *arguments: str) -> Process:
    environment = {"PYTHONPATH": str(ROOT)}
    return Process.start([sys.executable, "-c", script, *arguments], log=log, env=environment)


async def test_a_process_ends_when_who_started_it_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "parent.log"
    parent = start(STARTS_ANOTHER, log, str(tmp_path / "child.log"))
    try:
        child = int(await until(lambda: log.read_text().strip()))
        assert lives(child)
    finally:
        parent.kill()
    await until(lambda: not lives(child), seconds=5)


async def test_a_process_that_does_not_listen_is_ended_within_its_time(tmp_path: Path) -> None:
    log = tmp_path / "deaf.log"
    deaf = start(IGNORES_SIGTERM, log)
    await until(lambda: log.read_text() == "deaf\n")
    began = time.monotonic()
    assert await deaf.stop(0.3) == -signal.SIGKILL
    assert 0.3 <= time.monotonic() - began < 20
    assert await deaf.stop(0.3) == -signal.SIGKILL


async def test_a_log_is_for_the_owner_alone_and_is_added_to(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "said.log"
    for word in ("one", "two"):
        assert await start(f"print('{word}')", log).wait() == 0
    assert log.read_text() == "one\ntwo\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


async def test_the_last_words_are_those_of_this_start(tmp_path: Path) -> None:
    log = tmp_path / "said.log"
    log.write_text("FATAL: long ago\n")
    silent = start("", log)
    assert await silent.wait() == 0
    assert silent.last_words() == "it said nothing"
    spoke = start("print('FATAL:  now'); print('LOG:  shut down')", log)
    assert await spoke.wait() == 0
    assert spoke.last_words() == "FATAL:  now"


async def test_a_log_that_cannot_be_written_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match=r"the log .* cannot be written"):
        start("", tmp_path / "file" / "said.log")


async def test_a_port_is_checked_for_being_free_and_for_being_a_port() -> None:
    taken = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        with pytest.raises(CannotStart, match=rf"port {port} on 127.0.0.1, for registry, is in use"):
            check_free(port, "registry")
    check_free(find_free_port(), "registry")
    with pytest.raises(CannotStart, match="is no port; expected 1 to 65535"):
        check_free(70_000, "registry")
