"""Policies: set a campaign's; set a deliverable's own, and give it up again."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import NotFound, check_version
from contracts.notifier.policies import (
    DeliverablePolicy,
    Ladder,
    ReminderPolicy,
    SetDeliverablePolicy,
    SetReminderPolicy,
)
from contracts.shapes import changed
from services.notifier import rules
from services.notifier.directory import store as directory
from services.notifier.policies import store
from services.notifier.reminders import store as reminders
from services.notifier.reminders.handlers import plan_due


async def set_policy(
    database: Database, campaign_id: UUID, command: SetReminderPolicy, expected: int | None, actor: Principal
) -> ReminderPolicy:
    """Replace a campaign's policy: what has come due by the old one still goes out, the new one rules from now on."""
    async with database.transaction() as tx:
        await _close_old(tx, campaign_id, actor)
        present = await store.lock(tx, campaign_id)
        check_version(present.version, expected)
        wanted = ReminderPolicy.model_validate({**present.model_dump(), **command.model_dump()})
        fields = {name: getattr(wanted, name) for name in store.KEPT}
        policy = changed(present, tx.now, **fields)
        await store.save(tx, policy)
        await reminders.look_again(tx, [campaign_id])
    return policy


async def get_deliverable_policy(database: Database, deliverable_id: UUID) -> DeliverablePolicy:
    """A deliverable's own policy, or NotFound."""
    async with database.reading() as connection:
        await directory.find_campaign_of(connection, deliverable_id)
        policy = await store.find_own(connection, deliverable_id)
    if policy is None:
        raise _no_own()
    return policy


async def set_deliverable_policy(
    database: Database,
    deliverable_id: UUID,
    command: SetDeliverablePolicy,
    expected: int | None,
    actor: Principal,
) -> DeliverablePolicy:
    """Give a deliverable a ladder of its own, from now on."""
    async with database.transaction() as tx:
        campaign_id = await directory.find_campaign_of(tx.connection, deliverable_id)
        await _close_old(tx, campaign_id, actor)
        present = await store.lock_own(tx, deliverable_id)
        ladder = Ladder.model_validate(command.model_dump())
        fields = {name: getattr(ladder, name) for name in Ladder.model_fields}
        if present is None:
            policy = DeliverablePolicy(
                id=new_id(),
                version=1,
                created_at=tx.now,
                updated_at=tx.now,
                campaign_id=campaign_id,
                deliverable_id=deliverable_id,
                **fields,
            )
        else:
            check_version(present.version, expected)
            policy = changed(present, tx.now, **fields)
        await store.save_own(tx, policy)
        await reminders.look_again(tx, [campaign_id], deliverable_id)
    return policy


async def drop_deliverable_policy(
    database: Database, deliverable_id: UUID, expected: int | None, actor: Principal
) -> None:
    """Give up a deliverable's own ladder: from now on its campaign's holds again."""
    async with database.transaction() as tx:
        campaign_id = await directory.find_campaign_of(tx.connection, deliverable_id)
        await _close_old(tx, campaign_id, actor)
        if await store.find_own(tx.connection, deliverable_id) is None:
            raise _no_own()
        present = await store.lock_own(tx, deliverable_id)
        assert present is not None
        check_version(present.version, expected)
        await store.save_own(tx, changed(present, tx.now), is_given_up=True)
        await reminders.look_again(tx, [campaign_id], deliverable_id)


async def _close_old(tx: Transaction, campaign_id: UUID, actor: Principal) -> None:
    """See who may, and plan what has come due by the ladders as they stand."""
    campaign = await directory.find_campaign(tx.connection, campaign_id)
    rules.check_may_run(actor, campaign.issuer_id)
    await reminders.wait_to_sweep(tx)
    await plan_due(tx, campaign_id)


def _no_own() -> NotFound:
    return NotFound("this deliverable has no policy of its own; its campaign's holds")
