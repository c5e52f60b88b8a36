"""Selections: choose many activities at once, number the chosen."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database, Transaction
from contracts.registry.activities import Activity, ActivityChanged, ActivitySelected
from contracts.registry.campaigns import CampaignChanged
from contracts.registry.selections import (
    NumberActivities,
    NumbersGiven,
    SelectActivities,
    SelectionFilter,
    SelectionMade,
)
from contracts.shapes import changed
from services.registry import rules
from services.registry.activities import listing
from services.registry.activities import store as activities
from services.registry.activities.listing import Filters, Viewer
from services.registry.addressees.handlers import enrol
from services.registry.campaigns import store as campaigns
from services.registry.selections import model, store


async def select_activities(
    database: Database, campaign_id: UUID, command: SelectActivities, actor: Principal
) -> SelectionMade:
    """Choose many activities, or take them back: all, or none where one that was named cannot be."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        rules.check_may_run(actor, await campaigns.find(tx.connection, campaign_id))
        if command.filter is not None:
            found = await _find(tx, campaign_id, command.filter, actor)
        else:
            wanted = list(command.activity_ids or ())
            locked = await activities.lock_these(tx, wanted)
            found = [each for each in locked if each.campaign_id == campaign_id]
            model.check_all_found(wanted, found)
            model.check_all_selectable(wanted, found, command.selection)
        selected, left_out = model.select_all(found, command.selection, tx.now)
        if not command.dry_run:
            await activities.save(tx, selected)
            await tx.record_all([ActivitySelected(activity=each) for each in selected], actor)
            await enrol(tx, actor)
        return tx.answer(
            SelectionMade(
                selection=command.selection,
                dry_run=command.dry_run,
                matched_count=len(found),
                changed_count=len(selected),
                unchanged_count=len(found) - len(selected) - len(left_out),
                changed_ids=[each.id for each in selected],
                left_out_ids=left_out,
            )
        )


async def number_activities(
    database: Database, campaign_id: UUID, command: NumberActivities, actor: Principal
) -> NumbersGiven:
    """Give the key activities their numbers anew, without a gap, and keep the order of categories."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        campaign = await campaigns.lock(tx, campaign_id)
        rules.check_may_run(actor, campaign)
        found = await activities.lock_these(tx, await store.find_numbered(tx.connection, campaign_id))
        order = model.order_categories(command.categories, campaign.category_order, found)
        hosts = {each.hosts[0].organization_id for each in found if each.hosts}
        places = await store.read_places(tx.connection, [id for id in hosts if id is not None])
        numbered = model.number(found, order, places, tx.now)
        # Two steps, for a number is free only once whoever has it has let it go.
        await activities.let_numbers_go(tx, [each.id for each in numbered])
        await activities.save(tx, numbered)
        await tx.record_all([ActivityChanged(activity=each) for each in numbered], actor)
        if order != campaign.category_order:
            campaign = changed(campaign, tx.now, category_order=order)
            await campaigns.save(tx, campaign)
            await tx.record(CampaignChanged(campaign=campaign), actor)
        return tx.answer(
            NumbersGiven(
                category_order=order,
                numbered_count=sum(map(model.is_numbered, found)),
                changed_count=len(numbered),
                changed_ids=[each.id for each in numbered],
            )
        )


async def _find(
    tx: Transaction, campaign_id: UUID, asked: SelectionFilter, actor: Principal
) -> list[Activity]:
    filters = Filters(**asked.model_dump())
    viewer = Viewer(runs=True, organization_id=actor.organization_id)
    ids = await listing.find_ids(
        tx.connection, campaign_id, listing.START, model.FOUND_MOST + 1, viewer, filters
    )
    if len(ids) > model.FOUND_MOST:
        raise model.TooManyFound(
            f"the filter finds more than {model.FOUND_MOST} activities; expected one that finds fewer"
        )
    return await activities.lock_these(tx, ids)
