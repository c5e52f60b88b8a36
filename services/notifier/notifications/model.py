"""Facts that are told at once: whom, and not in quiet hours."""

from datetime import datetime, timedelta

from chassis.calendar import instant_of, local
from contracts.notifier.policies import Ladder


def allowed_from(now: datetime, ladder: Ladder, zone: str) -> datetime:
    """`now`, or the end of the quiet hours that it falls into."""
    shown = local(now, zone)
    quiet = ladder.quiet_hours
    if quiet is None or not quiet.covers(shown.time()):
        return now
    day = shown.date() + timedelta(days=1) if shown.time() >= quiet.ends else shown.date()
    return instant_of(day, quiet.ends, zone)
