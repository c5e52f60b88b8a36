"""The directory, kept by what registry says."""

from collections.abc import Sequence

from chassis import access
from chassis.consumers import latest
from chassis.database import Transaction
from contracts.registry.campaigns import CampaignOpened
from contracts.registry.keys import KeyIssued
from contracts.registry.organizations import OrganizationRegistered
from services.submissions.directory import store


async def on_organizations(tx: Transaction, events: Sequence[OrganizationRegistered]) -> None:
    """Units registered and changed."""
    await store.keep_organizations(tx.connection, [event.organization for event in latest(events)])


async def on_campaigns(tx: Transaction, events: Sequence[CampaignOpened]) -> None:
    """Campaigns opened and changed."""
    await store.keep_campaigns(tx.connection, [event.campaign for event in latest(events)])


async def on_keys(tx: Transaction, events: Sequence[KeyIssued]) -> None:
    """Keys issued and revoked."""
    copies = [access.copy_of(event.key, event.secret_sha256) for event in latest(events)]
    await access.keep(tx.connection, copies)
