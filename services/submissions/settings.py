"""The settings of submissions."""

from pydantic import Field

from chassis.settings import ServiceSettings


class SubmissionsSettings(ServiceSettings):
    """Nothing but what every service needs."""

    port: int = Field(default=8002, ge=1, le=65_535)
