"""The directory, kept by what registry says."""

from collections.abc import Sequence

from chassis import access
from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.campaigns import CampaignOpened
from contracts.registry.deliverables import DeliverableDefined
from contracts.registry.keys import KeyIssued
from contracts.registry.organizations import OrganizationRegistered
from services.notifier.directory import store
from services.notifier.policies import store as policies
from services.notifier.reminders import store as reminders


async def on_organizations(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
    """Units registered and changed."""
    rows = [event.organization.model_dump(mode="json") for event in latest(events)]
    await tx.connection.execute(store.KEEP_ORGANIZATIONS, rows)


async def on_campaigns(tx: Transaction, events: Sequence[CampaignOpened]) -> None:
    """Campaigns opened and changed; a new one has the default policy."""
    newest = [event.campaign for event in latest(events)]
    rows = [campaign.model_dump(mode="json") for campaign in newest]
    await tx.connection.execute(store.KEEP_CAMPAIGNS, rows)
    for campaign in newest:
        await policies.ensure(tx, campaign.id)
    await reminders.look_again(tx, [campaign.id for campaign in newest])


async def on_deliverables(tx: Transaction, events: Sequence[DeliverableDefined]) -> None:
    """Deliverables defined, changed, dated and cancelled."""
    rows = [event.deliverable.model_dump(mode="json", exclude={"owed_by"}) for event in latest(events)]
    await tx.connection.execute(store.KEEP_DELIVERABLES, rows)


async def on_keys(tx: Transaction, events: Sequence[KeyIssued]) -> None:
    """Keys issued and revoked."""
    copies = [access.copy_of(event.key, event.secret_sha256) for event in latest(events)]
    await access.keep(tx.connection, copies)
