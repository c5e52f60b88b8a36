"""The registry's table of contents."""

from chassis.service import Service, run
from contracts.catalogue import EVENTS
from contracts.streams import DURABLES
from services.registry.access import api as access
from services.registry.access.first import prepare
from services.registry.acknowledgements import api as acknowledgements
from services.registry.activities import api as activities
from services.registry.addressees import api as addressees
from services.registry.assignments import api as assignments
from services.registry.calendar_days import api as calendar_days
from services.registry.campaigns import api as campaigns
from services.registry.deliverables import api as deliverables
from services.registry.imports import api as imports
from services.registry.notices import api as notices
from services.registry.organizations import api as organizations
from services.registry.organizations.store import describe
from services.registry.settings import RegistrySettings
from services.registry.theme_days import api as theme_days

SERVICE = Service(
    name="registry",
    routers=(
        organizations.router,
        access.router,
        campaigns.router,
        theme_days.router,
        addressees.router,
        notices.router,
        acknowledgements.router,
        deliverables.router,
        assignments.router,
        calendar_days.router,
        activities.router,
        imports.router,
    ),
    hears=(),
    durables=tuple(durable for durable in DURABLES if durable.service == "registry"),
    catalogue=EVENTS,
    find_organization=describe,
    prepare=prepare,
)


def main() -> None:
    """Run until told to stop."""
    run(SERVICE, RegistrySettings)
