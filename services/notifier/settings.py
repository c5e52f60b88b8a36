"""The settings of the notifier."""

from pydantic import Field

from chassis.settings import ServiceSettings


class NotifierSettings(ServiceSettings):
    """Without `smtp_url` no mail can be sent: deliveries wait and say so.

    Nobody is urged twice for one thing within `urge_pause_hours`.
    `webhook_allow_private` lets webhooks point into this machine and its networks, for demos and tests.
    """

    port: int = Field(default=8003, ge=1, le=65_535)
    smtp_url: str | None = Field(default=None, pattern=r"^smtp://[A-Za-z0-9.\-\[\]:]+:[0-9]{1,5}$")
    mail_from: str = Field(default="rollcall@localhost", pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$")
    webhook_allow_private: bool = False
    urge_pause_hours: float = Field(default=24, gt=0, le=720)
