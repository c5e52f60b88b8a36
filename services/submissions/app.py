"""The table of contents of submissions."""

from chassis.consumers import Hears
from chassis.service import Service, run
from contracts.catalogue import EVENTS
from contracts.key_uses import SubmissionsKeyUseNoted
from contracts.registry import activities, campaigns, keys, organizations
from contracts.registry import assignments as assignment_facts
from contracts.streams import DURABLES
from services.submissions.activities.consumers import on_activities
from services.submissions.assignments import api as assignments
from services.submissions.assignments.consumers import on_assignments
from services.submissions.attachments import api as attachments
from services.submissions.attachments.sweeps import make_sweeps
from services.submissions.directory.consumers import on_campaigns, on_keys, on_organizations
from services.submissions.directory.store import describe
from services.submissions.forms import api as forms
from services.submissions.forms.reading import FormReader
from services.submissions.incident_limits import api as incident_limits
from services.submissions.incidents import api as incidents
from services.submissions.settings import SubmissionsSettings
from services.submissions.submissions import api as submissions
from services.submissions.submissions.intake import Intake

SERVICE = Service(
    name="submissions",
    routers=(
        assignments.router,
        submissions.direct,
        forms.streamed,
        forms.router,
        submissions.router,
        attachments.streamed,
        attachments.router,
        incidents.router,
        incident_limits.router,
    ),
    hears=(
        Hears(organizations.FACTS, on_organizations),
        Hears(keys.FACTS, on_keys),
        Hears(campaigns.FACTS, on_campaigns),
        Hears(assignment_facts.FACTS, on_assignments),
        Hears(activities.FACTS, on_activities),
    ),
    durables=tuple(durable for durable in DURABLES if durable.service == "submissions"),
    catalogue=EVENTS,
    find_organization=describe,
    tell_key_use=SubmissionsKeyUseNoted.model_validate,
    make_sweeps=make_sweeps,
    make_parts=lambda database: {"intake": Intake(database), "form_reader": FormReader()},
)


def main() -> None:
    """Run until told to stop."""
    run(SERVICE, SubmissionsSettings)
