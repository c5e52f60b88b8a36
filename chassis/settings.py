"""Settings: ROLLCALL_… variables, read once at the start; a bad one stops it with its name and what was expected."""

from typing import Literal, TypeVar

from pydantic import Field, PostgresDsn, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.clock import BadClock, Clock, read_clock

PREFIX = "ROLLCALL_"


class BadSettings(ValueError):
    """One line a variable: its name, what was wrong, what was expected."""


class ServiceSettings(BaseSettings):
    """What every service needs. `role` splits one service over many machines: `serve` is HTTP, `work` the rest."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)

    database_url: PostgresDsn
    nats_url: str = Field(pattern=r"^(nats|tls)://")
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65_535)
    role: Literal["all", "serve", "work"] = "all"
    profile: Literal["local", "production"] = "local"
    clock: str | None = None
    clock_anchor: float | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database_pool_size: int = Field(default=10, ge=2, le=100)
    relay_poll_seconds: float = Field(default=0.05, gt=0, le=10)
    reconcile_seconds: float = Field(default=10.0, gt=0, le=3_600)
    sweep_seconds: float = Field(default=1.0, gt=0, le=60)
    shutdown_seconds: float = Field(default=8.0, gt=0, le=60)

    @field_validator("clock")
    @classmethod
    def _readable_clock(cls, text: str | None) -> str | None:
        try:
            read_clock(text)
        except BadClock as unreadable:
            raise ValueError(str(unreadable)) from None
        return text

    @model_validator(mode="after")
    def _true_time_in_production(self) -> "ServiceSettings":
        if self.profile == "production" and self.clock:
            raise ValueError(
                "ROLLCALL_CLOCK is for demos and tests; expected it unset when ROLLCALL_PROFILE=production"
            )
        return self

    def read_clock(self) -> Clock:
        """The clock that these settings ask for."""
        return read_clock(self.clock, self.clock_anchor)


AnySettings = TypeVar("AnySettings", bound=BaseSettings)


def read_settings(model: type[AnySettings]) -> AnySettings:
    """Read `model` from the environment; BadSettings names each bad variable and says what was expected."""
    try:
        return model()
    except ValidationError as invalid:
        raise BadSettings("\n".join(_say(error) for error in invalid.errors())) from None


def _say(error: object) -> str:
    assert isinstance(error, dict)
    name = PREFIX + "_".join(str(part) for part in error["loc"]).upper() if error["loc"] else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    given = "" if error["type"] == "missing" or not name else f", got {error['input']!r}"
    if any(word in name for word in ("URL", "SECRET", "KEY")) or given in message:
        given = ""
    return f"{name}: {message}{given}" if name else message
