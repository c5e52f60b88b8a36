"""Campaigns: open one, change one."""

from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import check_version
from contracts.registry.campaigns import (
    Campaign,
    CampaignChanged,
    CampaignOpened,
    ChangeCampaign,
    OpenCampaign,
)
from services.registry import rules
from services.registry.campaigns import model, store
from services.registry.organizations import store as organizations


async def open_campaign(database: Database, command: OpenCampaign, actor: Principal) -> Campaign:
    """Open a campaign of the caller's organization; under a parent, one of an organization above it."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        parent = None if command.parent_id is None else await _lock_parent(tx, command.parent_id, actor)
        campaign = model.open_campaign(command, new_id(), actor.organization_id, parent, tx.now)
        await store.insert(tx, campaign)
        await tx.record(CampaignOpened(campaign=campaign), actor)
        return tx.answer(campaign)


async def change_campaign(
    database: Database, id: UUID, command: ChangeCampaign, expected: int, actor: Principal
) -> Campaign:
    """Change the fields that were sent."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        present = await store.lock(tx, id)
        rules.check_may_run(actor, present)
        check_version(present.version, expected)
        parent = await find_parent(tx.connection, present)
        campaign = model.change(present, command.sent(), parent, tx.now)
        await store.save(tx, campaign)
        await tx.record(CampaignChanged(campaign=campaign), actor)
    return campaign


async def find_parent(connection: Connection, campaign: Campaign) -> Campaign | None:
    """The campaign above, if there is one."""
    return None if campaign.parent_id is None else await store.find(connection, campaign.parent_id)


async def _lock_parent(tx: Transaction, parent_id: UUID, actor: Principal) -> Campaign:
    # Held, so that two requests of one district at once do not open two campaigns under it.
    parent = await store.lock(tx, parent_id)
    above = await organizations.read_ancestors(tx.connection, actor.organization_id)
    child = await store.find_child(tx.connection, parent_id, actor.organization_id)
    model.check_under(actor.organization_id, parent, above, child)
    return parent
