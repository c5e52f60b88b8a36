"""What planning does, and how far it is behind the clock."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.notifier.reminders.handlers import Planned


class ReminderMetrics:
    """Of all sweeps of this process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        name = "rollcall_notifier_reminders"
        self.rungs = Counter(f"{name}_rungs_total", "Rungs of due moments planned", registry=registry)
        self.planned = Counter(f"{name}_planned_total", "Notifications planned by rungs", registry=registry)
        self.behind = Gauge(
            f"{name}_behind_seconds",
            "From the moment of a rung to its planning, the newest that was planned",
            registry=registry,
        )

    def note(self, planned: Planned, now: datetime) -> None:
        """Count what a sweep did that has been committed by `now`."""
        self.planned.inc(planned.notification_count)
        if planned.fired_at:
            self.rungs.inc(len(planned.fired_at))
            self.behind.set((now - max(planned.fired_at)).total_seconds())
