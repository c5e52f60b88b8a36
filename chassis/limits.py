"""What a process may use that reads a stranger's file. It starts for each file, so it imports next to nothing."""

import contextlib
import resource

MOST_MEMORY = 512 * 1024 * 1024


def limit_self(seconds: int, seconds_in_all: int) -> None:
    """Past these the process ends, and with it whatever the file wanted to grow into."""
    limits = (
        (resource.RLIMIT_AS, MOST_MEMORY, MOST_MEMORY),
        (resource.RLIMIT_CPU, seconds, seconds_in_all),
    )
    for limit, most, last in limits:
        # A platform that knows no such limit still has the limits on bytes, cells and wall time.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, last))
