"""Policies: set one."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database
from chassis.refusals import check_version
from contracts.notifier.policies import Ladder, ReminderPolicy, SetReminderPolicy
from contracts.shapes import changed
from services.notifier import rules
from services.notifier.directory import store as directory
from services.notifier.policies import store
from services.notifier.reminders.handlers import plan_due


async def set_policy(
    database: Database, campaign_id: UUID, command: SetReminderPolicy, expected: int | None, actor: Principal
) -> ReminderPolicy:
    """Replace a campaign's policy: what has come due by the old one still goes out, the new one rules from now on."""
    async with database.transaction() as tx:
        campaign = await directory.find_campaign(tx.connection, campaign_id)
        rules.check_may_run(actor, campaign.issuer_id)
        present = await store.lock(tx, campaign_id)
        check_version(present.version, expected)
        await plan_due(tx, campaign_id)
        wanted = Ladder.model_validate(command.model_dump())
        fields = {name: getattr(wanted, name) for name in Ladder.model_fields}
        policy = changed(present, tx.now, **fields)
        await store.save(tx, policy)
    return policy
