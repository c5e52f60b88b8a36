"""The settings of reporting."""

from pathlib import Path

from pydantic import Field

from chassis.settings import ServiceSettings


class ReportingSettings(ServiceSettings):
    """`export_folder` is where finished exports lie until they are fetched."""

    port: int = Field(default=8004, ge=1, le=65_535)
    export_folder: Path = Path(".rollcall/exports")
