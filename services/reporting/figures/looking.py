"""Whose figures are asked for and of which moment: settled once, before anything is counted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.access import Principal
from chassis.connections import Connection
from chassis.refusals import Unavailable, Unprocessable
from services.reporting import rules
from services.reporting.counters.model import PRESENT
from services.reporting.figures import counts, store
from services.reporting.figures.store import CampaignCopy
from services.reporting.rules import Scope

NOBODY = UUID(int=0)


class AsOfInFuture(Unprocessable):
    """What will be is not known."""


class AsOfBeforeCampaign(Unprocessable):
    """There was nothing to count yet."""


class HistoryNotKept(Unprocessable):
    """The past before this release was not kept; rebuilding the read side out of the log makes it whole."""


class CountersNotFilled(Unavailable):
    """The counters are being filled with what was heard before there were any."""


@dataclass(frozen=True, slots=True)
class Look:
    """`up_to` bounds the facts that count: PRESENT for all. `moment` is what is overdue is judged by.

    Of drafts, those of `host_id` are shown to it even where it does not see them all.
    """

    campaign: CampaignCopy
    scope: Scope
    district_id: UUID | None
    sees_drafts: bool
    host_id: UUID
    up_to: datetime
    moment: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The campaign's."""
        return ZoneInfo(self.campaign.timezone)

    @property
    def is_past(self) -> bool:
        """Whether history is asked rather than the present."""
        return self.up_to != PRESENT

    @property
    def as_of(self) -> datetime:
        """The moment, in the campaign's zone."""
        return self.moment.astimezone(self.zone)


async def look(
    connection: Connection, campaign_id: UUID, actor: Principal, now: datetime, as_of: datetime | None
) -> Look:
    """Settle who sees what of which moment, or refuse."""
    rules.check_may_read(actor)
    campaign = await store.find_campaign(connection, campaign_id)
    scope = rules.scope_of(actor, await store.read_line(connection, campaign.issuer_id))
    await check_as_of(connection, campaign_id, now, as_of)
    up_to = PRESENT if as_of is None else as_of
    return Look(
        campaign=campaign,
        scope=scope,
        district_id=await counts.find_district(connection, scope, campaign.issuer_id, up_to),
        sees_drafts=rules.sees_drafts(actor, campaign.issuer_id),
        host_id=actor.organization_id,
        up_to=up_to,
        moment=now if as_of is None else as_of,
    )


async def look_at_all(
    connection: Connection, campaign_id: UUID, now: datetime, as_of: datetime | None
) -> Look:
    """All of a campaign but the drafts, for a paper that goes upward."""
    campaign = await store.find_campaign(connection, campaign_id)
    await check_as_of(connection, campaign_id, now, as_of)
    return Look(
        campaign=campaign,
        scope=Scope(True, campaign.issuer_id, False),
        district_id=None,
        sees_drafts=False,
        host_id=NOBODY,
        up_to=PRESENT if as_of is None else as_of,
        moment=now if as_of is None else as_of,
    )


async def check_as_of(
    connection: Connection, campaign_id: UUID, now: datetime, as_of: datetime | None
) -> None:
    """Refuse a moment of which the figures are not known; None asks for the present."""
    opened_at, filled_at = await store.read_beginnings(connection, campaign_id)
    if filled_at is None:
        raise CountersNotFilled("the figures are being counted for the first time; come again")
    if as_of is not None:
        _check_moment(as_of, now, opened_at, filled_at)


def _check_moment(as_of: datetime, now: datetime, opened_at: datetime | None, filled_at: datetime) -> None:
    if as_of > now:
        raise AsOfInFuture(
            f"as_of is {as_of.isoformat()}, and it is {now.isoformat()}; expected a past moment"
        )
    if opened_at is not None and as_of < opened_at:
        raise AsOfBeforeCampaign(
            f"as_of is {as_of.isoformat()}; expected a moment since the campaign was opened at {opened_at.isoformat()}"
        )
    if as_of < filled_at:
        raise HistoryNotKept(
            f"as_of is {as_of.isoformat()}, and history is kept since {filled_at.isoformat()}; expected a moment since"
        )
