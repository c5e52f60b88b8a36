"""The table of contents of the notifier."""

from chassis.consumers import Hears
from chassis.service import Service, run
from contracts.catalogue import EVENTS
from contracts.key_uses import NotifierKeyUseNoted
from contracts.registry import (
    activities,
    assignments,
    calendar_days,
    campaigns,
    deliverables,
    keys,
    notices,
    organizations,
)
from contracts.streams import DURABLES
from contracts.submissions import incidents, submissions
from services.notifier.calendar import consumers as calendar
from services.notifier.contacts import api as contacts
from services.notifier.contacts.sealing import prepare
from services.notifier.directory import consumers as directory
from services.notifier.directory.store import describe
from services.notifier.incidents import consumers as ladder
from services.notifier.notifications import api as notifications
from services.notifier.notifications import consumers as facts
from services.notifier.notifications import incidents as told
from services.notifier.notifications.activities import on_activities
from services.notifier.notifications.notices import on_notices
from services.notifier.owed import consumers as owed
from services.notifier.policies import api as policies
from services.notifier.settings import NotifierSettings
from services.notifier.summaries import api as summaries
from services.notifier.sweeps import make_sweeps
from services.notifier.texts import api as texts
from services.notifier.urges import api as urges

SERVICE = Service(
    name="notifier",
    routers=(
        contacts.router,
        policies.router,
        notifications.router,
        summaries.router,
        texts.router,
        urges.router,
    ),
    hears=(
        Hears(organizations.FACTS, directory.on_organizations),
        Hears(keys.FACTS, directory.on_keys),
        Hears(campaigns.FACTS, directory.on_campaigns),
        Hears(calendar_days.FACTS, calendar.on_calendar_days),
        Hears(deliverables.FACTS, directory.on_deliverables),
        # Before the copy is renewed: what it was is told too.
        Hears(assignments.FACTS, facts.on_assignments),
        Hears(assignments.FACTS, owed.on_assignments),
        Hears(notices.ACKNOWLEDGEMENT_FACTS, owed.on_acknowledgements),
        Hears(submissions.FACTS, owed.on_submissions),
        Hears(
            (
                notices.NoticeIssued,
                notices.NoticeAddresseesAdded,
                notices.NoticeReplaced,
                *notices.ACKNOWLEDGEMENT_FACTS,
            ),
            on_notices,
        ),
        Hears(facts.SPEAKING, facts.on_submissions),
        Hears(activities.FACTS, on_activities),
        Hears(incidents.FACTS, ladder.on_incidents),
        Hears((incidents.IncidentReported,), told.on_incident_reported),
        Hears((incidents.IncidentFollowedUp,), told.on_incident_followed_up),
        Hears((incidents.IncidentClosed,), told.on_incident_closed),
    ),
    durables=tuple(durable for durable in DURABLES if durable.service == "notifier"),
    catalogue=EVENTS,
    find_organization=describe,
    tell_key_use=NotifierKeyUseNoted.model_validate,
    make_sweeps=make_sweeps,
    prepare=prepare,
)


def main() -> None:
    """Run until told to stop."""
    run(SERVICE, NotifierSettings)
