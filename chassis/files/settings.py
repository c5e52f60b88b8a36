"""The settings of a service that keeps files."""

import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from chassis.files.kinds import KINDS
from chassis.files.scanner import read_address
from chassis.settings import ServiceSettings

MEGABYTE = 1024 * 1024
MOST_BYTES = 2048 * MEGABYTE


class StorageSettings(ServiceSettings):
    """`storage_url` is `file:<folder>` or `s3://<bucket>/<prefix>`, the latter with endpoint, region and keys of its
    own.
    """

    storage_url: str = Field(default="file:.rollcall/files", min_length=1)
    storage_endpoint: str | None = Field(default=None, pattern=r"^https?://")
    storage_region: str = "us-east-1"
    storage_access_key: str | None = None
    storage_secret_key: SecretStr | None = None

    @field_validator("storage_url")
    @classmethod
    def _is_a_place(cls, url: str) -> str:
        parts = urlsplit(url)
        folder = parts.scheme == "file" and not parts.netloc and parts.path
        bucket = parts.scheme == "s3" and parts.netloc
        if not (folder or bucket) or parts.query or parts.fragment:
            raise ValueError("expected file:<folder> or s3://<bucket>/<prefix>")
        return url

    @model_validator(mode="after")
    def _keys_come_together(self) -> "StorageSettings":
        if (self.storage_access_key is None) != (self.storage_secret_key is None):
            raise ValueError(
                "expected ROLLCALL_STORAGE_ACCESS_KEY and ROLLCALL_STORAGE_SECRET_KEY both or neither"
            )
        return self

    @property
    def storage_folder(self) -> Path | None:
        """The folder that files lie in; None when they lie in a bucket."""
        parts = urlsplit(self.storage_url)
        return Path(unquote(parts.path)).absolute() if parts.scheme == "file" else None


class FileSettings(StorageSettings):
    """Files come in at `storage_incoming` before they go to the storage. `clamd_url` is `tcp://host:port` or
    `unix:<path>`.
    """

    storage_incoming: Path | None = None
    upload_limit_bytes: int = Field(default=50 * MEGABYTE, ge=1, le=MOST_BYTES)
    upload_kinds: Annotated[tuple[str, ...], NoDecode] = tuple(KINDS)
    clamd_url: str | None = None

    @field_validator("upload_kinds", mode="before")
    @classmethod
    def _parted_by_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("upload_kinds")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown or not kinds:
            raise ValueError(f"expected some of {','.join(KINDS)}, parted by commas")
        return kinds

    @field_validator("clamd_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None:
            read_address(url)
        return url

    @property
    def incoming_folder(self) -> Path:
        """Where a file grows until it is whole: on the same file system as the storage's folder."""
        if self.storage_incoming is not None:
            return self.storage_incoming.absolute()
        return (self.storage_folder or Path(tempfile.gettempdir()) / "rollcall") / "incoming"
