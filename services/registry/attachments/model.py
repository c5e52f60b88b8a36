"""Attachments: kept, looked at by the scanner, named by a submission or removed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.refusals import Conflict
from contracts.attachments import Attachment
from contracts.shapes import changed

UNUSED_HOURS = 24
MOST_UNUSED = 200
"""Of one organization: ten full submissions that are not handed in yet."""


class TooManyUnused(Conflict):
    """So many files wait to be named that no more are taken."""


class BeingScanned(Conflict):
    """The scanner has not looked at it yet."""


class RefusedByScanner(Conflict):
    """The scanner found something in it."""


@dataclass(frozen=True, slots=True)
class File:
    """What was received, as the attachment tells of it."""

    filename: str
    media_type: str
    size: int
    sha256: str


def store(file: File, id: UUID, organization_id: UUID, is_scanned: bool, at: datetime) -> Attachment:
    """A new attachment; with a scanner it waits for its verdict."""
    return Attachment(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        organization_id=organization_id,
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        state="scanning" if is_scanned else "unscanned",
    )


def check_room(unused_count: int) -> None:
    """Nobody fills the storage with files that nothing names."""
    if unused_count >= MOST_UNUSED:
        raise TooManyUnused(
            f"{unused_count} attachments of yours are not named by anything yet; expected fewer than {MOST_UNUSED}: "
            f"name them, or wait until they are removed after {UNUSED_HOURS} hours"
        )


def judge(attachment: Attachment, finding: str | None, at: datetime) -> Attachment:
    """After the scanner's verdict; `finding` None is clean."""
    return changed(attachment, at, state="clean" if finding is None else "refused", finding=finding)


def remove(attachment: Attachment, at: datetime) -> Attachment:
    """Nothing came to name it in time."""
    return changed(attachment, at, state="removed", finding=None)


def unused_before(at: datetime) -> datetime:
    """What was stored before this, and is not named, is removed."""
    return at - timedelta(hours=UNUSED_HOURS)


def check_fetchable(attachment: Attachment) -> None:
    """Only what the scanner lets pass goes out again."""
    if attachment.state == "scanning":
        raise BeingScanned("the scanner has not looked at this attachment yet; come again in a moment")
    if attachment.state == "refused":
        raise RefusedByScanner(f"the scanner refused this attachment: {attachment.finding}")
