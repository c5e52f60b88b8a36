"""The table of contents of reporting."""

from chassis.consumers import Hears
from chassis.service import Service, run
from contracts.catalogue import EVENTS
from contracts.key_uses import ReportingKeyUseNoted
from contracts.registry import (
    activities,
    assignments,
    campaigns,
    deliverables,
    keys,
    notices,
    organizations,
    theme_days,
)
from contracts.streams import DURABLES
from contracts.submissions import attachments, submissions
from services.reporting import projections as on
from services.reporting.changes import api as changes
from services.reporting.changes.consumers import on_batch
from services.reporting.changes.handlers import Feed
from services.reporting.counters import api as counters
from services.reporting.exports import api as exports
from services.reporting.exports import copies
from services.reporting.figures import api as figures
from services.reporting.projections.organizations import describe
from services.reporting.settings import ReportingSettings
from services.reporting.snapshots import api as snapshots
from services.reporting.sweeps import make_sweeps

SERVICE = Service(
    name="reporting",
    routers=(figures.router, changes.router, exports.router, snapshots.router, counters.router),
    hears=(
        Hears(organizations.FACTS, on.organizations.on_organizations),
        Hears(keys.FACTS, on.keys.on_keys),
        Hears(campaigns.FACTS, on.campaigns.on_campaigns),
        Hears(deliverables.FACTS, on.deliverables.on_deliverables),
        Hears(assignments.FACTS, on.assignments.on_assignments),
        Hears(activities.FACTS, on.activities.on_activities),
        Hears(theme_days.FACTS, on.theme_days.on_theme_days),
        Hears(notices.ACKNOWLEDGEMENT_FACTS, on.acknowledgements.on_acknowledgements),
        Hears(submissions.FACTS, on.submissions.on_submissions),
        Hears(campaigns.FACTS, copies.historian_of("campaign")),
        Hears(theme_days.FACTS, copies.historian_of("theme_day")),
        Hears(deliverables.FACTS, copies.historian_of("deliverable")),
        Hears(activities.FACTS, copies.historian_of("activity")),
        Hears(submissions.FACTS, copies.historian_of("submission")),
        Hears((submissions.SubmissionAccepted,), copies.on_accepted),
        Hears(attachments.FACTS, copies.keeper_of("attachment")),
    ),
    durables=tuple(durable for durable in DURABLES if durable.service == "reporting"),
    catalogue=EVENTS,
    find_organization=describe,
    tell_key_use=ReportingKeyUseNoted.model_validate,
    make_sweeps=make_sweeps,
    make_parts=lambda database: {"feed": Feed(database)},
    at_last=on_batch,
)


def main() -> None:
    """Run until told to stop."""
    run(SERVICE, ReportingSettings)
