"""Metrics: `rollcall_<service>_<noun>_<unit|total>`, in one registry a process."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RelayMetrics:
    """What the relay does, and what waits for it."""

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        name = f"rollcall_{service}_outbox"
        self.told = Counter(f"{name}_told_total", "Events confirmed by the stream", registry=registry)
        self.failed = Counter(
            f"{name}_failures_total", "Tries that the bus did not confirm", registry=registry
        )
        self.parked = Counter(f"{name}_parked_total", "Events set aside as unpublishable", registry=registry)
        self.waiting = Gauge(f"{name}_waiting_count", "Events not told yet", registry=registry)
        self.parked_present = Gauge(f"{name}_parked_count", "Events set aside at present", registry=registry)
        self.oldest_seconds = Gauge(f"{name}_oldest_seconds", "Age of the oldest not told", registry=registry)
        self.leading = Gauge(
            f"{name}_leading_count", "1 while this process leads the relay", registry=registry
        )


class ConsumerMetrics:
    """What is heard, by stream."""

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        name = f"rollcall_{service}_events"
        by_stream = ["stream"]
        self.heard = Counter(f"{name}_heard_total", "Events taken in", by_stream, registry=registry)
        self.retried = Counter(
            f"{name}_retried_total", "Events put off to be tried again", by_stream, registry=registry
        )
        self.parked = Counter(
            f"{name}_parked_total", "Events set aside with an error", by_stream, registry=registry
        )
        self.parked_present = Gauge(f"{name}_parked_count", "Events set aside at present", registry=registry)
        self.waiting = Gauge(
            f"{name}_waiting_count", "Events in the stream not taken in", by_stream, registry=registry
        )
        self.behind = Gauge(
            f"{name}_behind_seconds", "From told to taken in, the newest batch", by_stream, registry=registry
        )


class HttpMetrics:
    """What is asked over HTTP, by route and status."""

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        name = f"rollcall_{service}_requests"
        labels = ["method", "route", "status"]
        self.answered = Counter(f"{name}_total", "Requests answered", labels, registry=registry)
        self.seconds = Histogram(
            f"{name}_seconds", "Time to answer", ["method", "route"], buckets=SECONDS, registry=registry
        )
        self.denied = Counter(f"{name}_denied_total", "Requests refused with 401 or 403", registry=registry)
        # To find a child by its labels costs more than to count in it.
        self._child = cache(lambda *names: (self.answered.labels(*names), self.seconds.labels(*names[:2])))

    def answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        answered, duration = self._child(method, route, str(status))
        answered.inc()
        duration.observe(seconds)


class SweepMetrics:
    """What is done by the clock."""

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        name = f"rollcall_{service}_sweeps"
        self.run = Counter(f"{name}_total", "Sweeps run", ["sweep"], registry=registry)
        self.failed = Counter(f"{name}_failures_total", "Sweeps that failed", ["sweep"], registry=registry)
        self.last = Gauge(
            f"{name}_last_seconds",
            "When the last one ended well (Unix seconds)",
            ["sweep"],
            registry=registry,
        )


class FileMetrics:
    """Files taken in and given out."""

    def __init__(self, service: str, registry: CollectorRegistry) -> None:
        name = f"rollcall_{service}_files"
        self.received = Counter(f"{name}_received_total", "Files taken in", registry=registry)
        self.received_bytes = Counter(f"{name}_received_bytes_total", "Their bytes", registry=registry)
        self.damaged = Counter(
            f"{name}_damaged_total", "Files that were not what was put into storage", registry=registry
        )
        self.removed = Counter(f"{name}_removed_total", "Contents removed from storage", registry=registry)
        self.scanned = Counter(
            f"{name}_scanned_total", "Verdicts of the scanner", ["verdict"], registry=registry
        )
