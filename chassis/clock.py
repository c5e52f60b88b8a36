"""The one place that reads the time: the machine's clock, or a chosen start that may run faster."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class BadClock(ValueError):
    """The clock setting cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Shows `start` at the real moment `anchor` (Unix seconds) and runs `speed` times as fast."""

    start: datetime | None = None
    speed: float = 1.0
    anchor: float = 0.0

    def now(self) -> datetime:
        """The present instant, in UTC."""
        if self.start is None:
            return datetime.now(UTC)
        return self.start + timedelta(seconds=(time.time() - self.anchor) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of this clock."""
        await asyncio.sleep(seconds / self.speed)


def read_clock(text: str | None, anchor: float | None = None) -> Clock:
    """Read `2024-08-30T09:00:00+08:00` or the same with `@3600`; None is the machine's clock.

    `anchor` is the real moment (Unix seconds) at which the clock shows its start: now, unless several
    processes are to agree.
    """
    if not text:
        return Clock()
    refusal = BadClock(
        f"expected a moment with its offset, such as 2024-08-30T09:00:00+08:00@3600, got {text!r}"
    )
    moment, _, speed = text.partition("@")
    try:
        start, factor = datetime.fromisoformat(moment), float(speed or 1)
    except ValueError:
        raise refusal from None
    if start.tzinfo is None or not 0 < factor <= 1_000_000:
        raise refusal
    return Clock(start.astimezone(UTC), factor, time.time() if anchor is None else anchor)
