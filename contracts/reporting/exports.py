"""Export: a file made of the read models."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, GivenInstant, Instant

ExportKind = Literal[
    "annex_xlsx",
    "matrix_xlsx",
    "submissions_csv",
    "submissions_xlsx",
    "attachments_zip",
    "summary_docx",
    "summary_pdf",
    "calendar_ics",
    "bulletin_docx",
]
State = Literal["queued", "running", "done", "failed", "cancelled", "expired"]


class Export(Aggregate):
    """`progress` runs from 0 to 1 and `rows` to `row_total`, which is known once it runs; `url` and `sha256` are there
    when it is done. `kind` is one of those that can be asked for; later releases make more. An expired one keeps its
    hash, and its file is gone.
    """

    campaign_id: UUID
    kind: str = Field(examples=["summary_docx"])
    as_of: Instant | None = None
    state: State
    progress: float = 0.0
    rows: int = 0
    url: str | None = None
    sha256: str | None = None
    error: str | None = None
    row_total: int | None = None
    size: int | None = None
    filename: str | None = None
    expires_at: Instant | None = None


class RequestExport(Command):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "summary_docx"}, {"kind": "attachments_zip", "as_of": None}]}
    )

    kind: ExportKind
    as_of: GivenInstant | None = None


class CancelExport(Command):
    """Nothing is to be said."""


class AnnexExport(Aggregate):
    """An export as the first releases told it, which made the annex only."""

    campaign_id: UUID
    kind: Literal["annex_xlsx"]
    as_of: Instant | None = None
    state: Literal["queued", "running", "done", "failed"]
    progress: float = 0.0
    rows: int = 0
    url: str | None = None
    sha256: str | None = None
    error: str | None = None


class AnnexFinished(Event, type="rollcall.reporting.export.finished.v1"):
    """No longer said; the log may hold it."""

    export: AnnexExport


class ExportFinished(Event, type="rollcall.reporting.export.finished.v2"):
    """Done or failed."""

    export: Export


FACTS = (AnnexFinished, ExportFinished)
