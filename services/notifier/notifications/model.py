"""Facts that are told at once: whom, and not in quiet hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chassis.calendar import instant_of, local
from contracts.notifier.notifications import Notification
from contracts.notifier.policies import Ladder


def allowed_from(now: datetime, ladder: Ladder, zone: str) -> datetime:
    """`now`, or the end of the quiet hours that it falls into."""
    shown = local(now, zone)
    quiet = ladder.quiet_hours
    if quiet is None or not quiet.covers(shown.time()):
        return now
    day = shown.date() + timedelta(days=1) if shown.time() >= quiet.ends else shown.date()
    return instant_of(day, quiet.ends, zone)


def in_zone(notification: Notification, timezone: str | None) -> Notification:
    """The notification with its moments in the campaign's zone; UTC outside of any campaign."""
    zone = ZoneInfo(timezone or "UTC")
    moments = {
        name: moment.astimezone(zone)
        for name in ("planned_for", "sent_at")
        if (moment := getattr(notification, name)) is not None
    }
    return notification.model_copy(update=moments)
