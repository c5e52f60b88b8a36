"""Projections: a file a noun, each keeping the newest state that was heard of each aggregate."""

from services.reporting.projections import (
    acknowledgements,
    activities,
    assignments,
    campaigns,
    deliverables,
    keys,
    organizations,
    submissions,
)

__all__ = [
    "acknowledgements",
    "activities",
    "assignments",
    "campaigns",
    "deliverables",
    "keys",
    "organizations",
    "submissions",
]

TABLES = (
    "organization",
    "campaign",
    "deliverable",
    "assignment",
    "submission",
    "activity",
    "acknowledgement",
)
"""What is made from events alone, and can be made again: `rollcall rebuild reporting`."""
