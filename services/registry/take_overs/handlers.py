"""Take-overs: take parts of the campaign above, and show what was taken and what differs since."""

from dataclasses import dataclass, field
from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import NotFound, check_version
from contracts.registry.assignments import AssignmentMade
from contracts.registry.campaigns import Campaign, CampaignChanged
from contracts.registry.deliverables import Deliverable, DeliverableDefined
from contracts.registry.take_overs import Part, TakenOver, TakeOver, TakeOverView
from contracts.registry.theme_days import ThemeDay, ThemeDaySet
from contracts.shapes import changed
from services.registry import rules
from services.registry.access import keeping
from services.registry.assignments import store as assignments
from services.registry.calendar_days.store import read_calendar
from services.registry.campaigns import store as campaigns
from services.registry.campaigns.handlers import find_parent
from services.registry.deliverables import model as deliverable_model
from services.registry.deliverables import store as deliverables
from services.registry.organizations.handlers import check_known, check_open
from services.registry.take_overs import model, store
from services.registry.take_overs.model import Plan, Taken
from services.registry.theme_days import model as theme_day_model
from services.registry.theme_days import store as theme_days


@dataclass
class Taking:
    """One take-over at work: what was taken before, and what is taken now."""

    tx: Transaction
    actor: Principal
    campaign: Campaign
    before: set[tuple[Part, UUID]]
    taken: list[Taken] = field(default_factory=list)

    def is_new(self, part: Part, above_id: UUID) -> bool:
        """Whether it was not taken before: nothing is taken twice."""
        return (part, above_id) not in self.before

    def take(self, part: Part, above: Campaign | ThemeDay | Deliverable, here_id: UUID) -> None:
        """Remember what it was above."""
        seen = model.snapshot(part, above)
        self.taken.append(Taken(part, above.id, here_id, seen, self.tx.now, self.actor.key_id))


async def take_over(
    database: Database, campaign_id: UUID, command: TakeOver, expected: int | None, actor: Principal
) -> TakenOver:
    """Take what is asked for from the campaign above, but for what was taken before."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        campaign = await campaigns.lock(tx, campaign_id)
        rules.check_may_run(actor, campaign)
        check_version(campaign.version, expected)
        above = await _read_above(tx.connection, campaign)
        before = await store.read_taken(tx.connection, campaign_id)
        taking = Taking(tx, actor, campaign, {(each.part, each.above_id) for each in before})
        result = TakenOver(
            campaign=await _take_fields(taking, command, above.campaign),
            theme_days=await _take_theme_days(taking, command, above),
            deliverables=await _take_deliverables(taking, command, above),
        )
        await store.insert(tx, campaign_id, taking.taken)
        return tx.answer(result)


async def show_take_over(database: Database, campaign_id: UUID, actor: Principal) -> TakeOverView:
    """What the campaign above has, what was taken, and what changed there since."""
    async with database.reading() as connection:
        campaign = await campaigns.find(connection, campaign_id)
        if not rules.sees_all(actor, campaign, await keeping.read_line(connection, campaign)):
            raise NotFound(f"there is no campaign {campaign_id}, or its take-over is not yours to see")
        above, here = await _read_above(connection, campaign), await _read_plan(connection, campaign)
        taken = await store.read_taken(connection, campaign_id)
    items = model.compare(above, here, taken)
    return TakeOverView(campaign_id=campaign_id, parent_id=above.campaign.id, items=items)


async def _read_above(connection: Connection, campaign: Campaign) -> Plan:
    parent = await find_parent(connection, campaign)
    if parent is None:
        raise model.NothingAbove(
            "this campaign stands under none; expected one that was opened with a parent_id"
        )
    return await _read_plan(connection, parent)


async def _read_plan(connection: Connection, campaign: Campaign) -> Plan:
    days = await theme_days.read_all(connection, campaign.id)
    return Plan(campaign, days, await store.read_deliverables(connection, campaign.id))


async def _take_fields(taking: Taking, command: TakeOver, parent: Campaign) -> Campaign:
    asked: dict[Part, bool] = {"theme": command.theme, "based_on": command.based_on}
    parts = [part for part, is_asked in asked.items() if is_asked and taking.is_new(part, parent.id)]
    for part in parts:
        taking.take(part, parent, taking.campaign.id)
    fields = {name: getattr(parent, name) for name in parts}
    if all(getattr(taking.campaign, name) == value for name, value in fields.items()):
        return taking.campaign
    campaign = changed(taking.campaign, taking.tx.now, **fields)
    await campaigns.save(taking.tx, campaign)
    await taking.tx.record(CampaignChanged(campaign=campaign), taking.actor)
    return campaign


async def _take_theme_days(taking: Taking, command: TakeOver, above: Plan) -> list[ThemeDay]:
    tx, made = taking.tx, []
    for day in model.wanted_days(command, above.theme_days):
        if not taking.is_new("theme_day", day.id):
            continue
        wanted = model.set_theme_day(day, command, taking.campaign.issuer_id)
        await check_known(tx, "organisers", wanted.organiser_ids)
        own = theme_day_model.set_theme_day(wanted, taking.campaign, new_id(), tx.now)
        own = own.model_copy(update={"taken_from_id": day.id})
        await theme_days.insert(tx, own)
        await tx.record(ThemeDaySet(theme_day=own), taking.actor)
        taking.take("theme_day", day, own.id)
        made.append(own)
    return made


async def _take_deliverables(taking: Taking, command: TakeOver, above: Plan) -> list[Deliverable]:
    tx, made = taking.tx, []
    calendar = await read_calendar(tx.connection)
    for place, (wanted, theirs) in enumerate(model.wanted_deliverables(command, above.deliverables)):
        if not taking.is_new("deliverable", theirs.id):
            continue
        where = f"deliverables.{place}.owed_by"
        await check_open(tx, where, wanted.owed_by)
        await keeping.check_addressable(tx, taking.campaign, where, wanted.owed_by)
        definition = model.define(wanted, theirs, command.working_days_before, calendar)
        own = deliverable_model.define(
            definition, wanted.owed_by, None, taking.campaign, new_id(), calendar, tx.now
        )
        own = own.model_copy(update={"taken_from_id": theirs.id})
        await deliverables.insert(tx, own)
        await tx.record(DeliverableDefined(deliverable=own), taking.actor)
        owed = deliverable_model.make_assignments(own, own.owed_by, [new_id() for _ in own.owed_by], tx.now)
        await assignments.insert(tx, owed)
        await tx.record_all([AssignmentMade(assignment=each) for each in owed], taking.actor)
        taking.take("deliverable", theirs, own.id)
        made.append(own)
    return made
