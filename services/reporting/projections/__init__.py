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

READ_SIDE = (
    "organization",
    "campaign",
    "deliverable",
    "assignment",
    "submission",
    "activity",
    "acknowledgement",
)
"""Every table that is made from events alone and can be made again from them."""
