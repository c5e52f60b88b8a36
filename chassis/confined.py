"""A process of its own for what a stranger's file may do: within memory and time, and told none of our secrets."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_LONGEST_LINE = 256 * 1024 * 1024
Hear = Callable[[bytes], Awaitable[None]]


class TookTooLong(Exception):
    """The process was ended, for it had no answer in time."""


class EndedEarly(Exception):
    """The process ended before its answer did: by a limit, or by a fault of the file or ours."""


async def ask(module: str, written: bytes, hear: Hear, most_seconds: float) -> None:
    """Run `module`, give it `written`, and await `hear` with each line that it answers. TookTooLong after so many
    seconds, EndedEarly when it ends with another status than 0; what `hear` raises ends the process too.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
        env=surroundings(),
    )
    try:
        async with asyncio.timeout(most_seconds):
            await asyncio.gather(_tell(child, written), _listen(child, hear))
            await child.wait()
    except TimeoutError as error:
        raise TookTooLong from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise EndedEarly


def surroundings() -> dict[str, str]:
    """What the child needs to start: none of the service's passwords goes to where strangers' files are read."""
    needed = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
    kept = {name: os.environ[name] for name in needed if name in os.environ}
    path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}


async def _tell(child: asyncio.subprocess.Process, written: bytes) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(written)
        await child.stdin.drain()
        child.stdin.close()
    except ConnectionError:
        return  # it has ended already; its status says why


async def _listen(child: asyncio.subprocess.Process, hear: Hear) -> None:
    """Line by line: a long answer must not keep the loop from others."""
    assert child.stdout is not None
    async for line in child.stdout:
        await hear(line)
