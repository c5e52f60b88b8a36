"""Projections: a file a noun, each keeping the newest state that was heard of each aggregate, and its past."""

from services.reporting.projections import (
    acknowledgements,
    activities,
    assignments,
    campaigns,
    deliverables,
    keys,
    organizations,
    submissions,
    theme_days,
)

READ_SIDE = (
    "organization",
    "campaign",
    "deliverable",
    "assignment",
    "submission",
    "activity",
    "acknowledgement",
    "theme_day",
    "organization_past",
    "deliverable_past",
    "assignment_past",
    "submission_past",
    "acknowledgement_past",
    "activity_past",
    "placement",
    "cell",
    "movement",
    "counter",
    "checkpoint",
    "quarter",
    "matrix_row",
    "counting",
    "export_source",
    "export_source_past",
    "accepted_version",
)
"""Every table that is made from events alone and can be made again from them; none refers to another, or to any."""
COMPARED = {
    table: "up_to = timestamptz '9999-12-31 00:00:00Z'" if table == "counter" else "true"
    for table in READ_SIDE
    # What is kept for the past depends on when a sweep came by, and cells that count nothing are of facts out of turn.
    if table not in ("checkpoint", "counting", "cell")
}
"""Which rows of these tables are the same whenever they are made from the same events."""

__all__ = [
    "COMPARED",
    "READ_SIDE",
    "acknowledgements",
    "activities",
    "assignments",
    "campaigns",
    "deliverables",
    "keys",
    "organizations",
    "submissions",
    "theme_days",
]
