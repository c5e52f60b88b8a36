"""Metrics of deliveries, by kind of channel."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class DeliveryMetrics:
    """`outcome` is sent, failed, given_up, put_off (tried in vain) or postponed (not tried)."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ended = Counter(
            "rollcall_notifier_deliveries_total",
            "What became of tries to deliver",
            ["channel", "outcome"],
            registry=registry,
        )
        self.open_circuits = Gauge(
            "rollcall_notifier_circuits_open_count",
            "Vendors that are left alone because they did not answer",
            ["channel"],
            registry=registry,
        )
