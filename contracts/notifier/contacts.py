"""Contact: where a unit is told things. Kept by the notifier alone and never said on the bus."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, field_validator

from contracts.shapes import Aggregate, Command, Instant, Line, Shape

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


Mobile = Annotated[str, StringConstraints(pattern=r"^(\+?86)?1[3-9][0-9]{9}$")]
RobotSecret = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
ChannelKind = Literal["email", "webhook", "wecom", "dingtalk", "feishu", "sms"]
OccasionKind = Literal["reminders", "incidents", "activities", "others"]


class RobotChannel(Command):
    """A robot of a group chat, by the address that the vendor gives it; `secret` where its signature is switched on."""

    kind: Literal["wecom", "dingtalk", "feishu"]
    url: Url
    secret: RobotSecret | None = None


class SmsChannel(Command):
    """A mobile number of the mainland, with or without +86."""

    kind: Literal["sms"]
    number: Mobile


ChannelSetting = Annotated[
    EmailChannel | WebhookChannel | RobotChannel | SmsChannel, Field(discriminator="kind")
]


class SetContact(Command):
    """One of a unit's contacts, known by `id` or else by its name there.

    `role` is what it is in the unit (负责人, 联络员, 值班). `hears` are the kinds of occasions that it is told of, null
    for all; of a kind that nobody of the unit hears all are told.
    """

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
                },
                {
                    "organization_id": "0191a1f2-7c5e-7a3b-9d4e-5f6071829302",
                    "name": "值班员",
                    "role": "值班",
                    "hears": ["incidents"],
                    "channels": [
                        {"kind": "sms", "number": "13800001234"},
                        {"kind": "dingtalk", "url": "https://oapi.dingtalk.com/robot/send?access_token=0a1b"},
                    ],
                },
            ]
        }
    )

    organization_id: UUID
    name: Line
    channels: list[ChannelSetting] = Field(max_length=10)
    locale: Locale = "zh-CN"
    id: UUID | None = None
    role: Line | None = None
    hears: list[OccasionKind] | None = Field(default=None, min_length=1, max_length=4)

    @field_validator("channels")
    @classmethod
    def _each_once(cls, channels: list[ChannelSetting]) -> list[ChannelSetting]:
        places = [(each.kind, _place(each)) for each in channels]
        for number, place in enumerate(places):
            if place in places[:number]:
                earlier = places.index(place) + 1
                raise ValueError(f"{earlier} and {number + 1} are the same {place[0]}; expected each once")
        return channels


def _place(channel: ChannelSetting) -> str:
    if isinstance(channel, EmailChannel):
        return channel.address.lower()
    return channel.number[-11:] if isinstance(channel, SmsChannel) else channel.url


class Channel(Shape):
    """A channel as it is shown: a credential without its path, a mobile number to coordinators alone.

    `bounced_at` is when it refused for good; nothing more is sent there until the contact is set anew.
    """

    kind: ChannelKind
    address: str
    channel_number: int
    bounced_at: Instant | None = None
    bounced_reason: str | None = None


class Contact(Aggregate):
    organization_id: UUID
    name: str
    channels: list[Channel]
    locale: Locale
    role: str | None = None
    hears: list[OccasionKind] | None = None


class TestChannel(Command):
    """Of which contact, and which of its channels; without them every channel of the kind is tried."""

    __test__ = False
    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"channel_number": 2}]})

    contact_id: UUID | None = None
    channel_number: int | None = Field(default=None, ge=1, le=10_000)


class Tried(Shape):
    """What became of one test message: `said` is what the other side answered, without any secret."""

    contact_id: UUID
    channel_number: int
    address: str
    outcome: Literal["sent", "refused", "not_now"]
    said: str | None = None


class ChannelTest(Shape):
    """What became of the test messages over one kind of channel."""

    channel: ChannelKind
    tried: list[Tried]
