"""Campaigns: their rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.refusals import Unprocessable
from contracts.registry.campaigns import Campaign, OpenCampaign
from contracts.shapes import changed


class TimezoneUnknown(Unprocessable):
    """The zone is not in the IANA database."""


class EndsBeforeItStarts(Unprocessable):
    """A campaign ends on or after the day on which it starts."""


class IssuerNotYours(Unprocessable):
    """A coordinator opens campaigns of the own organization."""


def open_campaign(command: OpenCampaign, id: UUID, caller: UUID, at: datetime) -> Campaign:
    """A new campaign of the caller's organization."""
    if command.issuer_id != caller:
        raise IssuerNotYours("issuer_id is not the organization of your key; expected your own")
    check_timezone(command.timezone)
    return Campaign(id=id, version=1, created_at=at, updated_at=at, **command.model_dump())


def change(campaign: Campaign, fields: Mapping[str, Any], at: datetime) -> Campaign:
    """The campaign with these fields."""
    result = changed(campaign, at, **fields)
    if result.ends_on < result.starts_on:
        raise EndsBeforeItStarts(f"ends_on {result.ends_on} is before starts_on {result.starts_on}")
    return result


def check_timezone(name: str) -> None:
    """Refuse a name that is no zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise TimezoneUnknown(
            f"timezone {name!r} is not known; expected an IANA name such as Asia/Shanghai"
        ) from None
