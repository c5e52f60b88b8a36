"""Acknowledgements: given by the addressee, or recorded by the office on its behalf."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database
from chassis.refusals import NotFound, check_version
from contracts.registry.notices import Acknowledge, Acknowledgement, NoticeAcknowledged, RecordAcknowledgement
from services.registry import rules
from services.registry.acknowledgements import model, store
from services.registry.campaigns import store as campaigns


async def acknowledge_notice(
    database: Database, id: UUID, command: Acknowledge, expected: int | None, actor: Principal
) -> Acknowledgement:
    """Acknowledge with the addressee's own key; the first moment is kept."""
    async with database.transaction() as tx:
        owed = await store.lock(tx, id, actor.organization_id)
        if owed is None:
            raise NotFound("there is no such notice, or it is not addressed to you")
        rules.check_may_acknowledge(actor, owed.organization_id)
        check_version(owed.version, expected)
        given = model.acknowledge(owed, command.acknowledged_by, tx.now)
        if given is not owed:
            await store.save(tx, [given])
            await tx.record(NoticeAcknowledged(acknowledgement=given), actor)
    return given


async def record_acknowledgement(
    database: Database,
    notice_id: UUID,
    organization_id: UUID,
    command: RecordAcknowledgement,
    expected: int | None,
    actor: Principal,
) -> Acknowledgement:
    """Write down what an addressee has acknowledged by other means; the first moment is kept."""
    # The role first: who runs nothing is not to learn who owes what.
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        owed = await store.lock(tx, notice_id, organization_id)
        if owed is None or not rules.runs(actor, await campaigns.find(tx.connection, owed.campaign_id)):
            raise NotFound("there is no such notice of yours, or it is not addressed to that organization")
        check_version(owed.version, expected)
        given = model.record(owed, command, actor, tx.now)
        if given is not owed:
            await store.save(tx, [given])
            await tx.record(NoticeAcknowledged(acknowledgement=given), actor)
    return given
