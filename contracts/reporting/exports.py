"""Export: a file made of the read models."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, GivenInstant, Instant

ExportKind = Literal["annex_xlsx"]


class Export(Aggregate):
    """`progress` runs from 0 to 1; `url` and `sha256` are there when it is done."""

    campaign_id: UUID
    kind: ExportKind
    as_of: Instant | None = None
    state: Literal["queued", "running", "done", "failed"]
    progress: float = 0.0
    rows: int = 0
    url: str | None = None
    sha256: str | None = None
    error: str | None = None


class RequestExport(Command):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "annex_xlsx", "as_of": "2024-09-16T18:00:00+08:00"}]}
    )

    kind: ExportKind
    as_of: GivenInstant | None = None


class ExportFinished(Event, type="rollcall.reporting.export.finished.v1"):
    export: Export


FACTS = (ExportFinished,)
