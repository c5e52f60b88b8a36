"""Contact: where a unit is told things. Kept by the notifier alone and never said on the bus."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from contracts.shapes import Aggregate, Command, Line, Shape

Address = Annotated[
    str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$")
]
Url = Annotated[str, StringConstraints(min_length=8, max_length=2_000, pattern=r"^https?://[^\s\\]+$")]
Locale = Literal["zh-CN", "en"]


class EmailChannel(Command):
    kind: Literal["email"]
    address: Address


class WebhookChannel(Command):
    """`secret` signs what is sent, after Standard Webhooks: `whsec_` and 24 to 64 bytes in base64."""

    kind: Literal["webhook"]
    url: Url
    secret: Annotated[str, StringConstraints(pattern=r"^whsec_[A-Za-z0-9+/=]{32,88}$")] | None = None


ChannelSetting = Annotated[EmailChannel | WebhookChannel, Field(discriminator="kind")]


class SetContact(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organization_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829302",
                    "name": "值班室",
                    "channels": [
                        {"kind": "email", "address": "zhiban@example.cn"},
                        {"kind": "webhook", "url": "https://oa.example.cn/hooks/rollcall"},
                    ],
                    "locale": "zh-CN",
                }
            ]
        }
    )

    organization_id: UUID
    name: Line
    channels: list[ChannelSetting] = Field(max_length=10)
    locale: Locale = "zh-CN"


class Channel(Shape):
    """A channel as it is shown: a webhook's address is a credential and shown without its path."""

    kind: Literal["email", "webhook"]
    address: str


class Contact(Aggregate):
    organization_id: UUID
    name: str
    channels: list[Channel]
    locale: Locale
