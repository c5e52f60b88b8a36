"""The settings of reporting."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from chassis.files.settings import StorageSettings


class ReportingSettings(StorageSettings):
    """`export_folder` is where finished exports lie until they are fetched; `storage_url` is the place where
    submissions keeps its attachments, which is only read. `font_folders` come beside the machine's own fonts.
    """

    port: int = Field(default=8004, ge=1, le=65_535)
    storage_url: str = Field(default="file:.rollcall/files/submissions", min_length=1)
    export_folder: Path = Path(".rollcall/exports")
    exports_at_once: int = Field(default=2, ge=1, le=16)
    export_keep_days: int = Field(default=30, ge=1, le=3_650)
    font_folders: Annotated[tuple[Path, ...], NoDecode] = ()

    @field_validator("font_folders", mode="before")
    @classmethod
    def _parted_by_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("font_folders")
    @classmethod
    def _are_there(cls, folders: tuple[Path, ...]) -> tuple[Path, ...]:
        if missing := [str(folder) for folder in folders if not folder.is_dir()]:
            raise ValueError(
                f"there is no folder {missing[0]}; expected folders with fonts, parted by commas"
            )
        return folders
