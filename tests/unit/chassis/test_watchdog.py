"""The watchdog: a process whose loop stands still ends itself; one that turns is left alone."""

import subprocess
import sys

PROGRAM = """
import asyncio, time
from chassis.watchdog import Watchdog

async def main():
    beating = asyncio.create_task(Watchdog(limit_seconds=2).beat())
    await asyncio.sleep(0)
    {work}
    beating.cancel()

asyncio.run(main())
print("came to its end")
"""


def run(work: str) -> "subprocess.CompletedProcess[str]":
    program = PROGRAM.format(work=work)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30
    )


def test_a_loop_that_stands_still_ends_the_process_with_a_line_that_says_so() -> None:
    ended = run("time.sleep(20)")
    assert (ended.returncode, ended.stdout) == (70, "")
    assert ended.stderr.startswith("the event loop has stood still for")
    assert len(ended.stderr.splitlines()) == 1


def test_a_loop_that_turns_longer_than_the_limit_is_left_alone() -> None:
    ended = run("await asyncio.sleep(4)")
    assert (ended.returncode, ended.stdout) == (0, "came to its end\n")


def test_a_short_halt_is_forgiven() -> None:
    ended = run("time.sleep(0.5); await asyncio.sleep(2.5)")
    assert (ended.returncode, ended.stdout) == (0, "came to its end\n")
