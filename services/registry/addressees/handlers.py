"""Addressees: find whom a rule means, and give those who come to fit one later what they owe."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.events import Actor
from chassis.identity import new_id
from contracts.registry.addressees import AddresseePreview, AddresseeRule, AskedRule
from contracts.registry.assignments import AssignmentMade
from contracts.registry.deliverables import DeliverableOwedByAdded
from contracts.registry.notices import AcknowledgementOwed, NoticeAddresseesAdded
from services.registry import rules
from services.registry.acknowledgements import model as acknowledgement_rules
from services.registry.acknowledgements import store as acknowledgements
from services.registry.addressees import model, store
from services.registry.assignments import store as assignments
from services.registry.campaigns import store as campaigns
from services.registry.deliverables import model as deliverable_rules
from services.registry.deliverables import store as deliverables
from services.registry.notices import model as notice_rules
from services.registry.notices import store as notices
from services.registry.organizations import model as organization_rules
from services.registry.organizations import store as organizations
from services.registry.organizations.model import today

SHOWN = 100
"""How many units a preview shows."""


async def preview_addressees(
    database: Database, campaign_id: UUID, asked: AskedRule, actor: Principal
) -> AddresseePreview:
    """Whom a rule would mean at this moment; nothing is kept."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        rules.check_may_run(actor, await campaigns.find(tx.connection, campaign_id))
        rule = await check_rule(tx, "rule", asked)
        meant = await store.read_meant(tx.connection, campaign_id, rule, today(tx.now))
        return AddresseePreview(
            organization_count=len(meant),
            organizations=await store.show(tx.connection, meant[:SHOWN]),
            warnings=model.warn(await store.read_idle(tx.connection, campaign_id, rule, today(tx.now))),
        )


async def check_rule(tx: Transaction, field: str, asked: AskedRule) -> AddresseeRule:
    """The rule as it is kept; refuses ids that are not in the register, each with its place."""
    for place, ids in model.named_ids(asked):
        missing = await organizations.find_missing(tx.connection, ids)
        organization_rules.check_none_missing(f"{field}.{place}", ids, missing)
    return asked.as_kept()


async def find_meant(tx: Transaction, field: str, campaign_id: UUID, rule: AddresseeRule) -> list[UUID]:
    """Whom the rule means at this moment, in the office's order; refused when that is nobody."""
    meant = await store.read_meant(tx.connection, campaign_id, rule, today(tx.now))
    idle = [] if meant else await store.read_idle(tx.connection, campaign_id, rule, today(tx.now))
    model.check_meant(field, meant, model.warn(idle))
    return meant


async def enrol(tx: Transaction, actor: Actor) -> None:
    """Give each unit that a rule names by now, and that owes nothing for it yet, what it owes.

    To be called at the end of every transaction by which a unit may come to fit a rule: registered, opened, moved in
    the tree, of another kind, or host of what was selected. Who leaves a rule keeps what it owes. Again and again
    changes nothing. The lock is held until the transaction ends, so nothing slow may follow.
    """
    await store.lock(tx)
    for joined in await store.read_joined_deliverables(tx.connection, tx.now, today(tx.now)):
        await owe_deliverable(tx, joined.id, joined.organization_ids, actor)
    for joined in await store.read_joined_notices(tx.connection, tx.now, today(tx.now)):
        await _owe_notice(tx, joined.id, joined.organization_ids, actor)


async def owe_deliverable(tx: Transaction, id: UUID, joined: list[UUID], actor: Actor) -> None:
    """Let these units, which do not yet, owe the deliverable too."""
    deliverable = deliverable_rules.add_owed_by(await deliverables.lock(tx, id), joined, tx.now)
    made = deliverable_rules.make_assignments(deliverable, joined, [new_id() for _ in joined], tx.now)
    await deliverables.save(tx, deliverable)
    await assignments.insert(tx, made)
    await tx.record(DeliverableOwedByAdded(deliverable=deliverable), actor)
    await tx.record_all([AssignmentMade(assignment=each) for each in made], actor)


async def _owe_notice(tx: Transaction, id: UUID, joined: list[UUID], actor: Actor) -> None:
    present = await notices.lock(tx, id)
    assert present is not None
    notice = notice_rules.add_addressees(present, joined, tx.now)
    owed = acknowledgement_rules.owe(notice, joined, [new_id() for _ in joined], tx.now)
    await notices.save(tx, notice)
    await acknowledgements.insert(tx, owed)
    await tx.record(NoticeAddresseesAdded(notice=notice), actor)
    await tx.record_all([AcknowledgementOwed(acknowledgement=each) for each in owed], actor)
