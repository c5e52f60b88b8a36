"""Facts wait for the end of quiet hours."""

from datetime import datetime, time

import pytest

from contracts.notifier.policies import Ladder, QuietHours
from services.notifier.notifications.model import allowed_from


@pytest.mark.parametrize(
    ("quiet", "now", "then"),
    [
        (("20:00", "08:00"), "09-06 12:00", "09-06 12:00"),
        (("20:00", "08:00"), "09-06 20:00", "09-07 08:00"),
        (("20:00", "08:00"), "09-07 07:59", "09-07 08:00"),
        (("20:00", "08:00"), "09-07 08:00", "09-07 08:00"),
        (("12:00", "14:00"), "09-06 13:00", "09-06 14:00"),
        (None, "09-06 23:00", "09-06 23:00"),
    ],
)
def test_a_fact_is_told_at_once_or_when_the_quiet_hours_end(
    quiet: tuple[str, str] | None, now: str, then: str
) -> None:
    hours = quiet and QuietHours(begins=time.fromisoformat(quiet[0]), ends=time.fromisoformat(quiet[1]))
    ladder = Ladder(quiet_hours=hours or None)
    at = datetime.fromisoformat(f"2024-{now}+08:00")
    assert allowed_from(at, ladder, "Asia/Shanghai") == datetime.fromisoformat(f"2024-{then}+08:00")
