"""The registry's settings."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from chassis.files.settings import FileSettings


class RegistrySettings(FileSettings):
    """`first_key` is the coordinator key of the first organization, made on an empty register.

    `name_prefixes` are what the office declares to mean nothing before a unit's name, such as 苏州市,
    parted by commas.
    """

    port: int = Field(default=8001, ge=1, le=65_535)
    storage_url: str = Field(default="file:.rollcall/files/registry", min_length=1)
    office: str = Field(default="主办单位", min_length=1, max_length=300)
    first_key: str | None = Field(default=None, pattern=r"^rc_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$")
    name_prefixes: Annotated[tuple[str, ...], NoDecode] = ()

    @field_validator("name_prefixes", mode="before")
    @classmethod
    def _parted_by_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.replace("，", ",").split(",") if part.strip())
        return value


async def _name_prefixes(request: Request) -> tuple[str, ...]:
    settings = request.app.state.running.settings
    assert isinstance(settings, RegistrySettings)
    return settings.name_prefixes


NamePrefixes = Annotated[tuple[str, ...], Depends(_name_prefixes)]
