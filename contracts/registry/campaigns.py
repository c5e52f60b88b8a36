"""Campaign 活动周: a theme, its days and zone, and the organization that issues it."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from contracts.envelope import Event
from contracts.shapes import Aggregate, Change, Command, Line, Shape, Title


class CampaignWarning(Shape):
    """Something to look at that stops nothing."""

    code: str
    message: str


class Campaign(Aggregate):
    """Runs from `starts_on` to `ends_on`, both inclusive, in `timezone` (an IANA name).

    `annex_titles` and `annex_remarks` stand above and below the table of activities, as it was imported;
    `category_order` is the order in which its categories are numbered, empty before the first numbering.
    `parent_id` is the campaign above, of an organization above the issuer.
    """

    name: str
    theme: str
    starts_on: date
    ends_on: date
    timezone: str
    issuer_id: UUID
    parent_id: UUID | None = None
    based_on: list[str] = []
    annex_titles: list[str] = []
    annex_remarks: list[str] = []
    warnings: list[CampaignWarning] = []
    category_order: list[str] = []


class OpenCampaign(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "2024年苏州市网络安全宣传周",
                    "theme": "网络安全为人民，网络安全靠人民",
                    "starts_on": "2024-09-09",
                    "ends_on": "2024-09-15",
                    "timezone": "Asia/Shanghai",
                    "issuer_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829301",
                    "based_on": ["关于开展2024年国家网络安全宣传周的通知"],
                }
            ]
        }
    )

    name: Title
    theme: Title
    starts_on: date
    ends_on: date
    timezone: Line
    issuer_id: UUID
    parent_id: UUID | None = None
    based_on: list[Line] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError(f"ends_on {self.ends_on} is before starts_on {self.starts_on}")
        return self


class ChangeCampaign(Change):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"theme": "网络安全为人民，网络安全靠人民", "ends_on": "2024-09-16"}]}
    )

    name: Title = ""
    theme: Title = ""
    starts_on: date = date.min
    ends_on: date = date.min
    based_on: list[Line] = Field(default=[], max_length=20)


class CampaignOpened(Event, type="rollcall.registry.campaign.opened.v1"):
    campaign: Campaign


class CampaignChanged(Event, type="rollcall.registry.campaign.changed.v1"):
    campaign: Campaign


FACTS = (CampaignOpened, CampaignChanged)
