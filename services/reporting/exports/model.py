"""What becomes of an export: pure rules over its states."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chassis.refusals import Conflict, Refusal
from contracts.reporting.exports import Export
from contracts.shapes import changed


class NotDone(Conflict):
    """The file is not made yet, or could not be."""


class ExportOver(Conflict):
    """It is finished, so there is nothing to cancel."""


class ExportExpired(Refusal):
    """Its file was kept for its time and is gone; asked for again it is made again."""

    status = 410


class PastNotKept(Conflict):
    """The past that the file is made of is not kept, or not whole."""


def start(export: Export, at: datetime) -> Export:
    """Claimed, from its first row on."""
    return changed(export, at, state="running", progress=0.0, rows=0, row_total=None)


def finish(
    export: Export, rows: int, size: int, sha256: str, filename: str, at: datetime, days: int
) -> Export:
    """Done, and to be fetched for so many days."""
    return changed(
        export,
        at,
        state="done",
        progress=1.0,
        rows=rows,
        row_total=rows,
        size=size,
        sha256=sha256,
        filename=filename,
        url=f"/v1/exports/{export.id}/file",
        expires_at=at + timedelta(days=days),
    )


def fail(export: Export, error: str, at: datetime) -> Export:
    """Failed for good, with its reason."""
    return changed(export, at, state="failed", error=error)


def cancel(export: Export, at: datetime) -> Export:
    """Given up before it was done; again and again."""
    if export.state == "cancelled":
        return export
    if export.state not in ("queued", "running"):
        raise ExportOver(f"the export is {export.state}; expected one that is queued or running")
    return changed(export, at, state="cancelled")


def expire(export: Export, at: datetime) -> Export:
    """Its file is given up."""
    return changed(export, at, state="expired", url=None)


def check_done(export: Export) -> None:
    """Refuse to give out what is not there."""
    if export.state == "expired":
        raise ExportExpired("the export's file is gone; ask for another export")
    if export.state != "done":
        raise NotDone(f"the export is {export.state}{': ' + export.error if export.error else ''}")


def check_keeps_past(kind: str, past_of: Sequence[str] | None) -> None:
    """Never a silent now."""
    if past_of is None:
        raise PastNotKept(
            f"{kind} is made of the files as they are kept now, and those that were removed since are gone; "
            "leave as_of out for the present state"
        )


def check_whole(as_of: datetime, missing: Mapping[str, int]) -> None:
    """What was not kept cannot be told again from here."""
    if missing:
        told = ", ".join(f"{count} of noun {noun}" for noun, count in missing.items())
        raise PastNotKept(
            f"of {as_of.isoformat()} not every state is kept that the file is made of ({told}); "
            "an operator makes the past whole by `rollcall rebuild reporting`"
        )
