"""What of an event is told live, and to whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.access import Principal
from contracts.envelope import Event
from contracts.registry.activities import Activity
from contracts.registry.campaigns import Campaign


@dataclass(frozen=True, slots=True)
class HeardChange:
    """A row of the table; `is_draft`: told to the campaign's issuer and to its hosts alone."""

    campaign_id: UUID
    noun: str
    fact: str
    id: UUID
    version: int
    organization_ids: list[UUID]
    is_draft: bool
    heard_at: datetime
    position: int = 0


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Who looks: `units` are those that it sees, None for all; `sees_drafts` is the issuer's."""

    principal: Principal
    units: Collection[UUID] | None
    sees_drafts: bool


def read_change(event: Event, now: datetime) -> HeardChange | None:
    """The change that an event brings to a campaign; None when it belongs to none."""
    aggregate = event.aggregate
    campaign_id = aggregate.id if isinstance(aggregate, Campaign) else getattr(aggregate, "campaign_id", None)
    if campaign_id is None:
        return None
    _, _, noun, fact, _ = event.type.split(".")
    is_draft = False
    concerned = [getattr(aggregate, "organization_id", None)]
    if isinstance(aggregate, Activity):
        is_draft = "draft" in (aggregate.state, aggregate.state_before)
        concerned = [host.organization_id for host in aggregate.hosts]
    return HeardChange(
        campaign_id,
        noun,
        fact,
        event.aggregate_id,
        event.aggregate_version,
        [id for id in concerned if id is not None],
        is_draft,
        now,
    )


def is_told(change: HeardChange, onlooker: Onlooker) -> bool:
    """Whether the onlooker is told of the change: the same line that the figures are drawn along."""
    if change.is_draft and not onlooker.sees_drafts:
        return onlooker.principal.organization_id in change.organization_ids
    if onlooker.units is None or change.noun == "activity" or not change.organization_ids:
        return True
    return any(id in onlooker.units for id in change.organization_ids)
