"""Every event there is, and the one place where a type's name becomes its model."""

from collections.abc import Mapping

from contracts import key_uses
from contracts.envelope import Event
from contracts.notifier import notifications
from contracts.registry import (
    activities,
    assignments,
    calendar_days,
    campaigns,
    deliverables,
    editions,
    keys,
    notices,
    organizations,
    theme_days,
)
from contracts.registry import attachments as registry_attachments
from contracts.reporting import exports
from contracts.submissions import attachments as submissions_attachments
from contracts.submissions import incidents, submissions

FACTS: tuple[type[Event], ...] = (
    *organizations.FACTS,
    *keys.FACTS,
    *campaigns.FACTS,
    *theme_days.FACTS,
    *notices.FACTS,
    *notices.ACKNOWLEDGEMENT_FACTS,
    *activities.FACTS,
    *editions.FACTS,
    *deliverables.FACTS,
    *assignments.FACTS,
    *registry_attachments.FACTS,
    *calendar_days.FACTS,
    *submissions.FACTS,
    *submissions_attachments.FACTS,
    *incidents.FACTS,
    *incidents.LIMIT_FACTS,
    *notifications.FACTS,
    *exports.FACTS,
    *key_uses.FACTS,
)
EVENTS: Mapping[str, type[Event]] = {fact.type: fact for fact in FACTS}
