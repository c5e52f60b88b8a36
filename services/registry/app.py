"""The registry's table of contents."""

from chassis.consumers import Hears
from chassis.service import Service, run
from contracts import key_uses
from contracts.catalogue import EVENTS
from contracts.streams import DURABLES
from services.registry.access import api as access
from services.registry.access.consumers import on_key_uses
from services.registry.access.first import prepare
from services.registry.acknowledgements import api as acknowledgements
from services.registry.activities import api as activities
from services.registry.addressees import api as addressees
from services.registry.assignments import api as assignments
from services.registry.attachments import api as attachments
from services.registry.calendar_days import api as calendar_days
from services.registry.campaigns import api as campaigns
from services.registry.clashes import api as clashes
from services.registry.deliverables import api as deliverables
from services.registry.editions import api as editions
from services.registry.exports import api as exports
from services.registry.imports import api as imports
from services.registry.name_decisions import api as name_decisions
from services.registry.notices import api as notices
from services.registry.organizations import api as organizations
from services.registry.organizations.directory import LiveDirectory
from services.registry.organizations.store import describe
from services.registry.selections import api as selections
from services.registry.settings import RegistrySettings
from services.registry.successions import api as successions
from services.registry.sweeps import make_sweeps
from services.registry.take_overs import api as take_overs
from services.registry.theme_days import api as theme_days

SERVICE = Service(
    name="registry",
    routers=(
        exports.router,
        organizations.router,
        successions.router,
        name_decisions.router,
        access.router,
        campaigns.router,
        theme_days.router,
        take_overs.router,
        addressees.router,
        notices.router,
        acknowledgements.router,
        deliverables.router,
        assignments.router,
        calendar_days.router,
        activities.router,
        clashes.router,
        selections.router,
        editions.router,
        imports.router,
        attachments.streamed,
        attachments.router,
    ),
    hears=(Hears(key_uses.FACTS, on_key_uses),),
    durables=tuple(durable for durable in DURABLES if durable.service == "registry"),
    catalogue=EVENTS,
    find_organization=describe,
    prepare=prepare,
    make_sweeps=make_sweeps,
    make_parts=lambda database: {"directory": LiveDirectory(database)},
)


def main() -> None:
    """Run until told to stop."""
    run(SERVICE, RegistrySettings)
