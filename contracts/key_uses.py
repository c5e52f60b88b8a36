"""KeyUse: when a key last opened a service, told by each service at most once an hour a key."""

from contracts.envelope import Event
from contracts.shapes import Aggregate, Instant


class KeyUse(Aggregate):
    """`id` is the key's own; each service counts the versions that it tells."""

    service: str
    last_used_at: Instant


class SubmissionsKeyUseNoted(Event, type="rollcall.submissions.key_use.noted.v1"):
    key_use: KeyUse


class NotifierKeyUseNoted(Event, type="rollcall.notifier.key_use.noted.v1"):
    key_use: KeyUse


class ReportingKeyUseNoted(Event, type="rollcall.reporting.key_use.noted.v1"):
    key_use: KeyUse


FACTS = (SubmissionsKeyUseNoted, NotifierKeyUseNoted, ReportingKeyUseNoted)
