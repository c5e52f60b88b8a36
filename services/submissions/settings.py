"""The settings of submissions."""

from pydantic import Field

from chassis.files.settings import FileSettings


class SubmissionsSettings(FileSettings):
    """What every service needs, and where attachments lie."""

    port: int = Field(default=8002, ge=1, le=65_535)
    storage_url: str = Field(default="file:.rollcall/files/submissions", min_length=1)
