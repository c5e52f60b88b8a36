"""Campaigns: their rules."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.refusals import Conflict, Unprocessable
from contracts.registry.campaigns import Campaign, CampaignWarning, OpenCampaign
from contracts.shapes import changed


class TimezoneUnknown(Unprocessable):
    """The zone is not in the IANA database."""


class EndsBeforeItStarts(Unprocessable):
    """A campaign ends on or after the day on which it starts."""


class IssuerNotYours(Unprocessable):
    """A coordinator opens campaigns of the own organization."""


class ParentNotAbove(Unprocessable):
    """A campaign stands under one of an organization that stands above its own issuer."""


class OpenedAlready(Conflict):
    """An organization has one campaign of its own under another."""


def open_campaign(
    command: OpenCampaign, id: UUID, caller: UUID, parent: Campaign | None, at: datetime
) -> Campaign:
    """A new campaign of the caller's organization, under its parent if it has one."""
    if command.issuer_id != caller:
        raise IssuerNotYours("issuer_id is not the organization of your key; expected your own")
    check_timezone(command.timezone)
    opened = Campaign(id=id, version=1, created_at=at, updated_at=at, **command.model_dump())
    return opened.model_copy(update={"warnings": warn(opened, parent)})


def change(campaign: Campaign, fields: Mapping[str, Any], parent: Campaign | None, at: datetime) -> Campaign:
    """The campaign with these fields."""
    result = changed(campaign, at, **fields)
    if result.ends_on < result.starts_on:
        raise EndsBeforeItStarts(f"ends_on {result.ends_on} is before starts_on {result.starts_on}")
    return result.model_copy(update={"warnings": warn(result, parent)})


def check_under(issuer_id: UUID, parent: Campaign, above: Collection[UUID], child: Campaign | None) -> None:
    """`above` are the issuer and those above it, `child` what the issuer has under the parent already."""
    if parent.issuer_id == issuer_id or parent.issuer_id not in above:
        raise ParentNotAbove(
            "parent_id is a campaign of an organization that does not stand above your own; expected one that does"
        )
    if child is not None:
        raise OpenedAlready(f"your organization has {child.name!r} under it already: {child.id}")


def warn(campaign: Campaign, parent: Campaign | None) -> list[CampaignWarning]:
    """What is to be looked at, and stops nothing: days outside of the parent's."""
    if parent is None or (parent.starts_on <= campaign.starts_on and campaign.ends_on <= parent.ends_on):
        return []
    message = (
        f"{campaign.starts_on} to {campaign.ends_on} is not within the days of the campaign above, "
        f"{parent.starts_on} to {parent.ends_on}"
    )
    return [CampaignWarning(code="days_outside_parent", message=message)]


def check_timezone(name: str) -> None:
    """Refuse a name that is no zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise TimezoneUnknown(
            f"timezone {name!r} is not known; expected an IANA name such as Asia/Shanghai"
        ) from None
