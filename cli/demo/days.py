"""The demo's days: moments of the campaign, in its zone, and waiting for them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from chassis.clock import Clock

ZONE = ZoneInfo("Asia/Shanghai")
START = "2024-08-28T08:00:00+08:00"
SPEED = 14_400
"""A day in six seconds."""


def moment(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2024 in the campaign's zone."""
    return datetime(2024, month, day, hour, minute, tzinfo=ZONE)


async def wait_for(clock: Clock, at: datetime) -> None:
    """Wait until the clock shows `at`."""
    while (left := (at - clock.now()).total_seconds()) > 0:
        await clock.sleep(min(left, 3_600.0 * 6))
