"""An order: what a kind of export is handed to make its file from, and how it says how far it has come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.database import Database
from chassis.files.storage import Storage
from contracts.registry.campaigns import Campaign
from services.reporting.counters.model import PRESENT
from services.reporting.settings import ReportingSettings


class NotMakeable(Exception):
    """The data as it stands makes no such file; the message says what has to be done first."""


@dataclass
class Progress:
    """Rows that are written, and how many there will be; None until that is known."""

    rows: int = 0
    row_total: int | None = None

    @property
    def share(self) -> float:
        """From 0 to 1; short of it until the file is whole."""
        return 0.0 if not self.row_total else min(0.99, round(self.rows / self.row_total, 3))


@dataclass(frozen=True)
class Order:
    """`moment` is the one moment by which due dates are judged and which the file shows.

    `up_to` bounds the states that it is made of: PRESENT for the newest.
    """

    campaign: Campaign
    moment: datetime
    database: Database
    settings: ReportingSettings
    storage: Storage
    progress: Progress = field(default_factory=Progress)
    up_to: datetime = PRESENT

    @property
    def campaign_id(self) -> UUID:
        return self.campaign.id

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.campaign.timezone)

    def local(self, moment: datetime) -> datetime:
        """In the campaign's zone."""
        return moment.astimezone(self.zone)

    @property
    def stated(self) -> str:
        """The moment in words, in the campaign's zone, to the second where there are any."""
        return say_moment(self.local(self.moment))

    @property
    def stated_past(self) -> str | None:
        """The same for a past moment that was asked for; None for the present."""
        return None if self.up_to == PRESENT else self.stated


def say_moment(at: datetime) -> str:
    """截至 a moment, in the zone that it is in."""
    second = f"{at:%S}秒" if at.second else ""
    return f"截至{at.year}年{at.month}月{at.day}日{at:%H}时{at:%M}分{second}"


Maker = Callable[[Order, IO[bytes]], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """`title` names the file beside the campaign. `past_of` are the nouns whose whole states it is made of, of a past
    moment too; None: it is made of the present only.
    """

    extension: str
    media_type: str
    title: str
    make: Maker
    past_of: tuple[str, ...] | None

    def filename(self, order: Order) -> str:
        """What the file is called where it is saved."""
        moment = f"（{order.stated_past}）" if order.stated_past else ""
        return f"{order.campaign.name}{self.title}{moment}{self.extension}"


@dataclass(frozen=True)
class Workshop:
    """Where exports are made."""

    database: Database
    settings: ReportingSettings
    storage: Storage

    @property
    def folder(self) -> Path:
        return self.settings.export_folder
