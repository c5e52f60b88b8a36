"""Editions: the rows as they are frozen, their hash, and what is another in a later one. Pure."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from chassis.refusals import Conflict, NotFound, Unprocessable
from contracts.registry.activities import Activity
from contracts.registry.editions import (
    ChangedRow,
    Edition,
    EditionDifference,
    EditionReference,
    EditionRow,
    IssueEdition,
    MovedRow,
    RowChange,
)

MOST_ROWS = 10_000
COMPARED: tuple[Literal["category", "name", "hosts_text"], ...] = ("category", "name", "hosts_text")


class NothingChosen(Conflict):
    """There is no key activity to stand in an edition."""


class DraftsChosen(Conflict):
    """A key activity is still a draft, which is nobody's to print; the ids are named."""


class EditionTooLarge(Conflict):
    """More key activities than an annex can hold."""


class EditionNotNamed(Unprocessable):
    """What stands for an edition is neither an id nor a number."""


def check_printable(chosen: Sequence[Activity]) -> None:
    """Refuse what is no annex."""
    if not chosen:
        raise NothingChosen("no activity is selected as key; expected at least one")
    if len(chosen) > MOST_ROWS:
        raise EditionTooLarge(f"{len(chosen)} activities are key; expected at most {MOST_ROWS}")
    if drafts := [str(each.id) for each in chosen if each.state == "draft"]:
        raise DraftsChosen(
            f"{len(drafts)} key activities are drafts; register them first, or take them back",
            activity_ids=drafts,
        )


def hash_rows(rows: Sequence[EditionRow]) -> str:
    """SHA-256 in hex over the rows as canonical JSON; anybody can compute it from what is answered."""
    values = [row.model_dump(mode="json") for row in rows]
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def issue(
    command: IssueEdition,
    id: UUID,
    campaign_id: UUID,
    number: int,
    rows: Sequence[EditionRow],
    at: datetime,
) -> Edition:
    """The next edition, of these rows."""
    return Edition(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=campaign_id,
        number=number,
        title=command.title,
        note=command.note,
        activity_count=len(rows),
        rows_sha256=hash_rows(rows),
    )


def read_reference(text: str) -> UUID | int:
    """An edition as a caller names it: by id or by number."""
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    try:
        return UUID(text)
    except ValueError:
        raise EditionNotNamed(
            f"from is {text!r}; expected an edition's id or its number, such as 1"
        ) from None


def check_same_campaign(edition: Edition, other: Edition) -> None:
    """Editions of two campaigns have nothing to compare."""
    if edition.campaign_id != other.campaign_id:
        raise NotFound(f"there is no edition {other.id} of this campaign")


def compare(
    before: Edition | None, old: Sequence[EditionRow], after: Edition, new: Sequence[EditionRow]
) -> EditionDifference:
    """Row by row, matched by activity: whatever its number and name have become, it is the same one."""
    standing = {row.activity_id: row for row in old}
    present = {row.activity_id for row in new}
    pairs = [(standing[row.activity_id], row) for row in new if row.activity_id in standing]
    changed = [_changed(one, other) for one, other in pairs if _changes(one, other)]
    moved = [
        _moved(one, other)
        for one, other in pairs
        if not _changes(one, other) and one.serial_number != other.serial_number
    ]
    return EditionDifference(
        from_edition=None if before is None else EditionReference(id=before.id, number=before.number),
        to_edition=EditionReference(id=after.id, number=after.number),
        added=[row for row in new if row.activity_id not in standing],
        removed=[row for row in old if row.activity_id not in present],
        changed=changed,
        moved=moved,
        unchanged_count=len(pairs) - len(changed) - len(moved),
    )


def _changes(one: EditionRow, other: EditionRow) -> list[RowChange]:
    return [
        RowChange(field=name, before=getattr(one, name), after=getattr(other, name))
        for name in COMPARED
        if getattr(one, name) != getattr(other, name)
    ]


def _changed(one: EditionRow, other: EditionRow) -> ChangedRow:
    return ChangedRow(
        activity_id=other.activity_id,
        name=other.name,
        serial_number_before=one.serial_number,
        serial_number_after=other.serial_number,
        changes=_changes(one, other),
    )


def _moved(one: EditionRow, other: EditionRow) -> MovedRow:
    return MovedRow(
        activity_id=other.activity_id,
        name=other.name,
        serial_number_before=one.serial_number,
        serial_number_after=other.serial_number,
    )
