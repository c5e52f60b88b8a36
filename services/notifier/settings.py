"""The settings of the notifier."""

import re
from functools import cached_property

from pydantic import Field, SecretStr, field_validator

from chassis.sealing import Sealer, read_keys
from chassis.settings import ServiceSettings

BASE = r"^https?://[A-Za-z0-9.\-\[\]:]+$"


class NotifierSettings(ServiceSettings):
    """Without `smtp_url` no mail and without `sms_url` no text message can be sent: deliveries wait and say so.

    Nobody is urged twice for one thing within `urge_pause_hours`.
    `webhook_allow_private` lets webhooks point into this machine and its networks, for demos and tests.
    `wecom_url` and the like are the one host that robots of a kind may be at: the vendor's, or a private installation.
    """

    port: int = Field(default=8003, ge=1, le=65_535)
    secrets_key: SecretStr
    smtp_url: str | None = Field(default=None, pattern=r"^smtp://[A-Za-z0-9.\-\[\]:]+:[0-9]{1,5}$")
    mail_from: str = Field(default="rollcall@localhost", pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$")
    webhook_allow_private: bool = False
    webhook_overlap_hours: float = Field(default=24.0, ge=0, le=720)
    wecom_url: str = Field(default="https://qyapi.weixin.qq.com", pattern=BASE)
    dingtalk_url: str = Field(default="https://oapi.dingtalk.com", pattern=BASE)
    feishu_url: str = Field(default="https://open.feishu.cn", pattern=BASE)
    sms_url: str | None = Field(default=None, pattern=r"^https?://[^\s\\]+$")
    sms_secret: SecretStr | None = None
    give_up_hours: float = Field(default=9.0, gt=0, le=720)
    urge_pause_hours: float = Field(default=24, gt=0, le=720)

    @field_validator("secrets_key")
    @classmethod
    def _readable_keys(cls, keys: SecretStr) -> SecretStr:
        try:
            Sealer(read_keys(keys.get_secret_value()))
        except (ValueError, IndexError):
            raise ValueError(
                "holds no key; expected 32 bytes in URL-safe base64, several parted by commas, the newest first"
            ) from None
        return keys

    @field_validator("sms_secret")
    @classmethod
    def _signing_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not re.fullmatch(
            r"whsec_[A-Za-z0-9+/]{32,88}={0,2}", secret.get_secret_value()
        ):
            raise ValueError("is no secret; expected whsec_ and 24 to 64 bytes in base64")
        return secret

    @cached_property
    def sealer(self) -> Sealer:
        """What seals robot addresses and secrets."""
        return Sealer(read_keys(self.secrets_key.get_secret_value()))
