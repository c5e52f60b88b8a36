"""Urges: say who would be told, or have them told. Who was urged within the set time, by whomever, is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.access import Principal
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import Unprocessable
from contracts.notifier.urges import SendUrge, Urge, UrgeAnswer
from services.notifier import rules
from services.notifier.directory import store as directory
from services.notifier.notifications import store as notifications
from services.notifier.notifications.store import FactToTell
from services.notifier.notifications.telling import allowed
from services.notifier.urges import model, store
from services.notifier.urges.model import Debt, Found

LIMIT = 5_000
"""Debts of one urge: each is named in the answer."""


class TooManyToUrge(Unprocessable):
    """More is owed than one urge may speak of: name the deliverable, or organizations."""


async def send_urge(database: Database, command: SendUrge, every: timedelta, actor: Principal) -> UrgeAnswer:
    """Have whoever still owes told, unless it is a dry run."""
    async with database.transaction() as tx:
        campaign = await directory.find_campaign(tx.connection, command.campaign_id)
        head = rules.check_may_urge(actor, campaign.issuer_id)
        view = View(tx.now, ZoneInfo(campaign.timezone), every)
        found = await _find(tx, command, head, every)
        if command.dry_run:
            return tx.answer(_answer(found, view, dry_run=True))
        id = new_id()
        taken = await store.take(tx, id, found.to_tell, every)
        told = [debt for debt in found.to_tell if debt.assignment_id in taken]
        if len(told) < len(found.to_tell):
            # Somebody urged the others at this very moment: when, is read anew.
            again = await _find(tx, command, head, every)
            found = replace(
                again, left_out=[each for each in again.left_out if each.assignment_id not in taken]
            )
        found = replace(found, to_tell=told)
        if not told:
            return tx.answer(_answer(found, view, dry_run=False))
        urge = _make(id, command, actor, len(told), tx.now)
        await store.insert(tx, urge)
        planned_for = (await _tell(tx, urge, told, taken)).astimezone(view.zone)
        return tx.answer(_answer(found, view, dry_run=False, id=id, planned_for=planned_for))


@dataclass(frozen=True, slots=True)
class View:
    """How an urge sees things: at which moment, in which zone, and how long it leaves a unit in peace."""

    now: datetime
    zone: tzinfo
    every: timedelta


async def _find(tx: Transaction, command: SendUrge, head: UUID | None, every: timedelta) -> Found:
    debts = await store.read_debts(
        tx.connection, command.campaign_id, command.deliverable_id, command.organization_ids, head, LIMIT + 1
    )
    if len(debts) > LIMIT:
        raise TooManyToUrge(
            f"more than {LIMIT} things are owed here; expected a deliverable_id, or organization_ids that owe fewer"
        )
    units = list({debt.organization_id for debt in debts})
    return model.sort(debts, await store.read_channels(tx.connection, units), tx.now, every)


def _make(id: UUID, command: SendUrge, actor: Principal, told_count: int, at: datetime) -> Urge:
    return Urge(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=command.campaign_id,
        deliverable_id=command.deliverable_id,
        organization_id=actor.organization_id,
        urged_by=actor.key_id,
        message=command.message,
        told_count=told_count,
    )


async def _tell(tx: Transaction, urge: Urge, told: Sequence[Debt], taken: Mapping[UUID, int]) -> datetime:
    """Plan what is said, as reminders are: out of quiet hours, and dropped when it is handed in before that."""
    planned_for = await allowed(tx, urge.campaign_id)
    by = await store.read_name(tx.connection, urge.organization_id)
    facts = [
        FactToTell(
            occasion="urged",
            campaign_id=urge.campaign_id,
            about_id=debt.about_id,
            revision=taken[debt.assignment_id],
            organization_id=debt.organization_id,
            about_organization_id=debt.organization_id,
            title=debt.title,
            details={"state": debt.state(tx.now), "by": by, "message": urge.message},
            planned_for=planned_for,
            assignment_id=debt.assignment_id,
            submission_id=debt.submission_id,
            due_at=debt.due_at,
        )
        for debt in told
    ]
    await notifications.plan_facts(tx, facts)
    return planned_for


def _answer(found: Found, view: View, dry_run: bool, **sent: Any) -> UrgeAnswer:
    now, zone = view.now, view.zone
    return UrgeAnswer(
        dry_run=dry_run,
        told=[
            model.show_to_tell(debt, found.channels[debt.organization_id], now, zone)
            for debt in found.to_tell
        ],
        unreachable=[model.show_unreachable(debt, now, zone) for debt in found.unreachable],
        left_out=[model.show_left_out(debt, now, zone, view.every) for debt in found.left_out],
        **sent,
    )
