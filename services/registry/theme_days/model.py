"""Theme days: a day of the campaign, with its theme and organisers."""

from datetime import datetime
from uuid import UUID

from chassis.refusals import Unprocessable
from contracts.registry.campaigns import Campaign
from contracts.registry.theme_days import SetThemeDay, ThemeDay


class DayOutsideCampaign(Unprocessable):
    """A theme day lies within the days of its campaign."""


def set_theme_day(command: SetThemeDay, campaign: Campaign, id: UUID, at: datetime) -> ThemeDay:
    """A new theme day of a campaign, with each organiser once."""
    if not campaign.starts_on <= command.date <= campaign.ends_on:
        raise DayOutsideCampaign(
            f"date {command.date} is outside the campaign; expected {campaign.starts_on} to {campaign.ends_on}"
        )
    return ThemeDay(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=campaign.id,
        date=command.date,
        name=command.name,
        organiser_ids=list(dict.fromkeys(command.organiser_ids)),
    )
