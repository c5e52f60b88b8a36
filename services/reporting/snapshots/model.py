"""Snapshots: how they are named, written down and compared. Pure."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.reporting.snapshots import FigureChange, PartChange, Snapshot, SnapshotDifference

FIGURES = (
    "expected",
    "actual",
    "actual_on_time",
    "completeness",
    "timeliness",
    "accepted",
    "returned",
    "overdue",
    "waived",
    "nil_returns",
    "acknowledgements_owed",
    "acknowledgements_given",
)


def name_moment(local: datetime) -> str:
    """截至9月16日24时, for the end of that day and for the midnight after it alike; otherwise to the minute."""
    moment = local + timedelta(microseconds=1)
    if (moment.hour, moment.minute) == (0, 0):
        day = moment - timedelta(days=1)
        return f"截至{day.month}月{day.day}日24时"
    minute = f"{moment.minute}分" if moment.minute else ""
    return f"截至{moment.month}月{moment.day}日{moment.hour}时{minute}"


def write_down(content: Mapping[str, Any]) -> tuple[str, str]:
    """The content as the one text that it has, and that text's SHA-256."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


def compare(before: Snapshot, after: Snapshot) -> SnapshotDifference:
    """What is different in `after`."""
    old, new = before.content["overview"], after.content["overview"]
    return SnapshotDifference(
        campaign_id=before.campaign_id,
        from_number=before.number,
        to_number=after.number,
        from_as_of=before.as_of,
        to_as_of=after.as_of,
        figures=_changes(old, new),
        deliverables=_parts(old["deliverables"], new["deliverables"], "deliverable_id", "title"),
        districts=_parts(old["districts"], new["districts"], "organization_id", "name"),
    )


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[FigureChange]:
    return [
        FigureChange(figure=name, before=old.get(name), after=new.get(name))
        for name in FIGURES
        if old.get(name) != new.get(name)
    ]


def _parts(old: list[dict[str, Any]], new: list[dict[str, Any]], id: str, name: str) -> list[PartChange]:
    before, after = {part[id]: part for part in old}, {part[id]: part for part in new}
    parts = []
    for key in dict.fromkeys([*before, *after]):
        changes = _changes(before.get(key, {}), after.get(key, {}))
        if changes:
            called = (after.get(key) or before[key])[name]
            parts.append(PartChange(id=key and UUID(key), name=called, changes=changes))
    return parts
