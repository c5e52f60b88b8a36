"""Metrics of the counters: their drifts, and the figures of the campaigns that run, in a bounded number of series."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge

from chassis.connections import Connection

LIMIT = 200
"""Deliverables that are shown, of the campaigns that run; five series each."""

FIGURES = """
    SELECT cell.campaign_id, cell.deliverable_id, sum(owed) AS owed, sum(actual) AS received,
           sum(actual_on_time) AS on_time, coalesce(sum(owed) FILTER (WHERE due_at < $1), 0) AS overdue,
           sum(acknowledgements_owed - acknowledgements_given) AS unacknowledged
      FROM campaign
      JOIN counter ON counter.campaign_id = campaign.id AND up_to = timestamptz '9999-12-31 00:00:00Z'
      JOIN cell ON cell.id = counter.cell_id
     WHERE coalesce(campaign.ends_on, $1::date) >= $1::date - 60
     GROUP BY cell.campaign_id, cell.deliverable_id ORDER BY campaign_id DESC, deliverable_id
"""


class CounterMetrics:
    """What the checks of the counters find."""

    def __init__(self, registry: CollectorRegistry) -> None:
        name = "rollcall_reporting_counters"
        self.drifted = Counter(
            f"{name}_drifted_total", "Counts that were not what the rows come to", registry=registry
        )
        self.checked = Gauge(
            f"{name}_checked_seconds", "When all were last checked (Unix seconds)", registry=registry
        )


class FigureMetrics:
    """The figures by campaign and deliverable; of acknowledgements the deliverable is empty."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["campaign", "deliverable"]
        told = {
            "owed": "Assignments with nothing handed in",
            "received": "Assignments with something handed in",
            "on_time": "Those handed in on time",
            "overdue": "Assignments with nothing handed in after their due moment",
            "unacknowledged": "Notices that are not acknowledged",
        }
        self.gauges = {
            name: Gauge(f"rollcall_reporting_figures_{name}_count", text, labels, registry=registry)
            for name, text in told.items()
        }
        self.left_out = Gauge(
            "rollcall_reporting_figures_left_out_count",
            "Deliverables of running campaigns past the limit, which have no series",
            registry=registry,
        )

    def show(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put these in the place of what was shown."""
        for gauge in self.gauges.values():
            gauge.clear()
        for row in rows[:LIMIT]:
            labels = (str(row["campaign_id"]), str(row["deliverable_id"] or ""))
            if row["deliverable_id"] is None:
                self.gauges["unacknowledged"].labels(*labels).set(row["unacknowledged"])
                continue
            for name in ("owed", "received", "on_time", "overdue"):
                self.gauges[name].labels(*labels).set(row[name])
        self.left_out.set(max(0, len(rows) - LIMIT))


async def read_figures(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """The figures of campaigns that run, or ended in the last sixty days; the newest first."""
    return [dict(row) for row in await connection.fetch(FIGURES, now)]
