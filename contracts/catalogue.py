"""Every event there is, and the one place where a type's name becomes its model."""

from collections.abc import Mapping

from contracts.envelope import Event
from contracts.notifier import notifications
from contracts.registry import (
    activities,
    assignments,
    calendar_days,
    campaigns,
    deliverables,
    keys,
    notices,
    organizations,
    theme_days,
)
from contracts.reporting import exports
from contracts.submissions import submissions

FACTS: tuple[type[Event], ...] = (
    *organizations.FACTS,
    *keys.FACTS,
    *campaigns.FACTS,
    *theme_days.FACTS,
    *notices.FACTS,
    *notices.ACKNOWLEDGEMENT_FACTS,
    *activities.FACTS,
    *deliverables.FACTS,
    *assignments.FACTS,
    *calendar_days.FACTS,
    *submissions.FACTS,
    *notifications.FACTS,
    *exports.FACTS,
)
EVENTS: Mapping[str, type[Event]] = {fact.type: fact for fact in FACTS}
