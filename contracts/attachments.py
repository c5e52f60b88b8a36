"""Attachment 附件: a file that a submission, a notice or an activity names. Its bytes never travel on the bus."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from contracts.shapes import Aggregate, Command, Title

State = Literal["unscanned", "scanning", "clean", "refused", "removed"]


def keep_filename(name: str) -> str:
    """A name without a folder; how a file system takes it is seen to when it is fetched."""
    if "/" in name or "\\" in name:
        raise ValueError("holds a slash; expected the name of a file without its folder")
    if not name.strip(". "):
        raise ValueError("holds dots only; expected the name of a file")
    return name


Filename = Annotated[Title, AfterValidator(keep_filename)]


class Attachment(Aggregate):
    """`media_type` is told by the content. `unscanned`: no scanner is set; `scanning` can be named but not fetched;
    `refused` neither, and `finding` says what the scanner found; `removed`: nothing came to name it in time.
    """

    organization_id: UUID
    filename: str
    media_type: str
    size: int = Field(ge=1)
    sha256: str
    state: State = "unscanned"
    finding: str | None = None


class NameFile(Command):
    filename: Filename
