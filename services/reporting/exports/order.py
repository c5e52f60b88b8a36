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
    """`moment` is the one moment by which due dates are judged and which the file shows."""

    campaign: Campaign
    moment: datetime
    database: Database
    settings: ReportingSettings
    storage: Storage
    progress: Progress = field(default_factory=Progress)

    @property
    def campaign_id(self) -> UUID:
        return self.campaign.id

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.campaign.timezone)

    def local(self, moment: datetime) -> datetime:
        """In the campaign's zone."""
        return moment.astimezone(self.zone)


Maker = Callable[[Order, IO[bytes]], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """`title` names the file beside the campaign."""

    extension: str
    media_type: str
    title: str
    make: Maker

    def filename(self, campaign: Campaign) -> str:
        """What the file is called where it is saved."""
        return f"{campaign.name}{self.title}{self.extension}"


@dataclass(frozen=True)
class Workshop:
    """Where exports are made."""

    database: Database
    settings: ReportingSettings
    storage: Storage

    @property
    def folder(self) -> Path:
        return self.settings.export_folder
