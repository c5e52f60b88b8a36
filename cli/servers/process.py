"""A process of ours: with its own log, ended with who started it, stopped within a time."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.refusal import CannotStart
from cli.servers.user import User

LAUNCH = Path(__file__).with_name("launch.py")
LOOK_SECONDS = 0.02
FATAL = re.compile(r"FATAL|PANIC|\[FTL\]|error:|cannot ")


@dataclass
class Process:
    """A running process. It can be waited for from any event loop. `log_start` is where its log begins."""

    popen: "subprocess.Popen[bytes]"
    log: Path
    log_start: int = 0

    @classmethod
    def start(
        cls,
        program: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        user: User | None = None,
        end_signal: signal.Signals = signal.SIGKILL,
        inherits: Sequence[int] = (),
    ) -> "Process":
        """Start `program`; it gets `end_signal` when this process dies. Its output is added to `log`.

        To the kernel, who started it is the calling thread: call this from one that lives as long as the process.
        `inherits` are handles that stay open in it. CannotStart if the log cannot be written.
        """
        who = "-" if user is None else f"{user.uid}:{user.gid}"
        launch = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(end_signal)), who]
        handle = _open_log(log)
        try:
            log_start = os.fstat(handle).st_size
            popen = subprocess.Popen(
                [*launch, *program],
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                env=env,
                pass_fds=inherits,
            )
        finally:
            os.close(handle)
        return cls(popen, log, log_start)

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status; None while it runs."""
        return self.popen.poll()

    async def wait(self) -> int:
        """Its exit status, as soon as it has ended."""
        while (status := self.popen.poll()) is None:
            await asyncio.sleep(LOOK_SECONDS)
        return status

    async def stop(self, seconds: float, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, and make it end after so many seconds; its exit status."""
        if self.popen.poll() is None:
            self.popen.send_signal(by)
        limit = time.monotonic() + seconds
        while (status := self.popen.poll()) is None:
            if time.monotonic() > limit:
                self.popen.kill()
                return self.popen.wait()
            await asyncio.sleep(LOOK_SECONDS)
        return status

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self.popen.kill()
        self.popen.wait()

    def last_words(self) -> str:
        """Why it ended, as its log says it since this start: the last fatal line, else the last one."""
        try:
            with self.log.open("rb") as log:
                log.seek(self.log_start)
                lines = log.read().decode(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        fatal = [line for line in lines if FATAL.search(line)]
        return (fatal or lines or ["it said nothing"])[-1].strip()


def _open_log(log: Path) -> int:
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(
            f"the log {log} cannot be written ({error.strerror}); expected a file that can"
        ) from None
