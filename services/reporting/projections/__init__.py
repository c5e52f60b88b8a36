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
)
"""Every table that is made from events alone and can be made again from them; none refers to another, or to any."""
COMPARED = {
    **dict.fromkeys(READ_SIDE, "true"),
    # The present; what is kept beside it for the past depends on when a sweep came by, and so do the next two.
    "counter": "up_to = timestamptz '9999-12-31 00:00:00Z'",
    "checkpoint": "false",
    "counting": "false",
    # What no count stands in any more was a cell of facts that came out of turn.
    "cell": "false",
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
