"""Stored files: each a row of its owner's, looked at by the scanner, named by something or removed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chassis.refusals import Conflict

UNUSED_HOURS = 24
MOST_UNUSED = 200
"""Of one organization: what waits to be named."""


class TooManyUnused(Conflict):
    """So many files wait to be named that no more are taken."""


class BeingScanned(Conflict):
    """The scanner has not looked at it yet."""


class RefusedByScanner(Conflict):
    """The scanner found something in it."""


class StoredFile(Protocol):
    """What a service tells of a file: a pydantic model of its own with these fields, the columns of its row."""

    @property
    def id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def updated_at(self) -> datetime: ...
    @property
    def organization_id(self) -> UUID: ...
    @property
    def filename(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def finding(self) -> str | None: ...
    @classmethod
    def model_validate(cls, obj: Any) -> Any: ...
    def model_dump(self) -> dict[str, Any]: ...
    def model_dump_json(self) -> str: ...


AnyFile = TypeVar("AnyFile", bound=StoredFile)


@dataclass(frozen=True, slots=True)
class Described:
    """What was received, as its row tells of it."""

    filename: str
    media_type: str
    size: int
    sha256: str


def describe(
    file: Described, id: UUID, organization_id: UUID, is_scanned: bool, at: datetime
) -> Mapping[str, Any]:
    """The fields of a new file; with a scanner it waits for its verdict."""
    return {
        "id": id,
        "version": 1,
        "created_at": at,
        "updated_at": at,
        "organization_id": organization_id,
        "filename": file.filename,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "state": "scanning" if is_scanned else "unscanned",
    }


def check_room(unused_count: int) -> None:
    """Nobody fills the storage with files that nothing names."""
    if unused_count >= MOST_UNUSED:
        raise TooManyUnused(
            f"{unused_count} files of yours are not named by anything yet; expected fewer than {MOST_UNUSED}: "
            f"name them, or wait until they are removed after {UNUSED_HOURS} hours"
        )


def judge(file: AnyFile, finding: str | None, at: datetime) -> AnyFile:
    """After the scanner's verdict; `finding` None is clean."""
    return _changed(file, at, state="clean" if finding is None else "refused", finding=finding)


def remove(file: AnyFile, at: datetime) -> AnyFile:
    """Nothing came to name it in time."""
    return _changed(file, at, state="removed", finding=None)


def unused_before(at: datetime) -> datetime:
    """What was stored before this, and is not named, is removed."""
    return at - timedelta(hours=UNUSED_HOURS)


def check_fetchable(file: StoredFile) -> None:
    """Only what the scanner lets pass goes out again."""
    if file.state == "scanning":
        raise BeingScanned("the scanner has not looked at this file yet; come again in a moment")
    if file.state == "refused":
        raise RefusedByScanner(f"the scanner refused this file: {file.finding}")


def _changed(file: AnyFile, at: datetime, **fields: Any) -> AnyFile:
    values = {**file.model_dump(), **fields, "version": file.version + 1, "updated_at": at}
    changed: AnyFile = type(file).model_validate(values)
    return changed
