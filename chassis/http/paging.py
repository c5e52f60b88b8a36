"""Paging: lists in pages, by an opaque cursor that names the last row seen."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel

from chassis.refusals import Unprocessable

Item = TypeVar("Item")
CursorValue = str | int


class BadCursor(Unprocessable):
    """The cursor is not one that was handed out."""


class Page(BaseModel, Generic[Item]):
    """One page; `next_cursor` is None on the last."""

    items: list[Item]
    next_cursor: str | None = None


class PageRequest(BaseModel):
    """Where to go on and how many; `after` is None at the start."""

    after: list[CursorValue] | None
    limit: int

    def values(self, *kinds: type[CursorValue]) -> list[CursorValue] | None:
        """The cursor's values, which must be of these kinds; None at the start."""
        if self.after is None:
            return None
        fits = len(self.after) == len(kinds) and all(
            type(value) is kind for value, kind in zip(self.after, kinds, strict=True)
        )
        if not fits:
            raise BadCursor("this cursor belongs to another list; expected the next_cursor of this one")
        return self.after

    def after_id(self) -> UUID:
        """Where a list that is ordered by id goes on."""
        after = self.values(str)
        return read_id(after[0]) if after else UUID(int=0)


def read_id(value: CursorValue) -> UUID:
    """An id out of a cursor."""
    try:
        return UUID(str(value))
    except ValueError:
        raise BadCursor("this cursor belongs to another list; expected the next_cursor of this one") from None


def read_number(value: CursorValue) -> int:
    """A number out of a cursor, of 32 bits as the database keeps it."""
    if isinstance(value, str) or not -(2**31) <= value < 2**31:
        raise BadCursor("this cursor belongs to another list; expected the next_cursor of this one")
    return value


def read_day(value: CursorValue) -> date:
    """A day out of a cursor, which holds it as its ordinal."""
    try:
        return date.fromordinal(int(value))
    except (ValueError, OverflowError):
        raise BadCursor("this cursor belongs to another list; expected the next_cursor of this one") from None


def write_cursor(*values: CursorValue) -> str:
    """An opaque cursor that holds these values."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> list[CursorValue]:
    """The values of a cursor; BadCursor when it is none of ours."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    sound = isinstance(values, list) and all(type(v) in (str, int) and _fits(v) for v in values)
    if not sound:
        raise BadCursor("cursor cannot be read; expected the next_cursor of the page before")
    assert isinstance(values, list)
    return values


def _fits(value: CursorValue) -> bool:
    return "\x00" not in value if isinstance(value, str) else abs(value) < 2**63


def cut(
    rows: Sequence[Item], request: PageRequest, key: Callable[[Item], tuple[CursorValue, ...]]
) -> Page[Item]:
    """A page out of `rows`, of which one more than the limit was read; `key` is what the list is ordered by."""
    items = list(rows[: request.limit])
    more = len(rows) > request.limit
    return Page(items=items, next_cursor=write_cursor(*key(items[-1])) if more else None)


async def _page(
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> PageRequest:
    return PageRequest(after=None if cursor is None else read_cursor(cursor), limit=limit)


Paging = Annotated[PageRequest, Depends(_page)]
