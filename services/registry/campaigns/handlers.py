"""Campaigns: open one, change one."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database
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


async def open_campaign(database: Database, command: OpenCampaign, actor: Principal) -> Campaign:
    """Open a campaign of the caller's organization; under a parent, one that is there."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        if command.parent_id is not None:
            await store.find(tx.connection, command.parent_id)
        campaign = model.open_campaign(command, new_id(), actor.organization_id, tx.now)
        await store.insert(tx, campaign)
        await tx.record(CampaignOpened(campaign=campaign), actor)
        return tx.answer(campaign)


async def change_campaign(
    database: Database, id: UUID, command: ChangeCampaign, expected: int, actor: Principal
) -> Campaign:
    """Change the fields that were sent."""
    async with database.transaction() as tx:
        present = await store.lock(tx, id)
        rules.check_may_run(actor, present)
        check_version(present.version, expected)
        campaign = model.change(present, command.sent(), tx.now)
        await store.save(tx, campaign)
        await tx.record(CampaignChanged(campaign=campaign), actor)
    return campaign
