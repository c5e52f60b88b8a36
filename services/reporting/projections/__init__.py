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

__all__ = [
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
