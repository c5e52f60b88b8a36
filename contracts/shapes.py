"""The ground of every contract: strict commands, tolerant facts, and text that is safe to keep."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from contracts.secrecy import refuse_mark

_UNSEEN_LETTERS = r"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_CONTROL_LETTERS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029"
_SURROGATES = r"\ud800-\udfff"
_MARKS = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_UNSEEN = re.compile(f"[{_UNSEEN_LETTERS}]")
_CONTROL = re.compile(f"[{_CONTROL_LETTERS}]")
_SURROGATE = re.compile(f"[{_SURROGATES}]")
# More marks on one letter than any language needs: Unicode's Stream-Safe Text Format (UAX #15) allows 30.
_HEAP = re.compile(f"[{_MARKS}]{{31}}")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_DOUBTFUL = re.compile(f"[{_UNSEEN_LETTERS}{_CONTROL_LETTERS}{_SURROGATES}{_MARKS}]")


def keep_prose(text: str) -> str:
    """Text of several lines, in NFC; refuses control and direction characters and lone surrogates."""
    # Most texts hold nothing that one of the rules is about, and one search tells.
    seen = _check_doubtful(text) if _DOUBTFUL.search(text) else text
    if not seen.strip():
        raise ValueError("is blank; expected at least one letter that can be seen")
    return unicodedata.normalize("NFC", text)


def _check_doubtful(text: str) -> str:
    """What can be seen of it."""
    if _CONTROL.search(text):
        raise ValueError("holds a control character; only tabs and line ends may stand between the letters")
    if _SURROGATE.search(text):
        raise ValueError("holds half of a surrogate pair; expected whole characters in UTF-8")
    if _DIRECTION.search(text):
        raise ValueError("holds a character that turns the direction of the text")
    if _HEAP.search(text):
        raise ValueError("heaps more than 30 marks on one letter; expected letters that can be read")
    return _UNSEEN.sub("", text)


def keep_line(text: str) -> str:
    """Text of one line, otherwise as keep_prose."""
    if "\n" in text or "\r" in text or "\t" in text:
        raise ValueError("holds a tab or a line end; expected one line")
    return keep_prose(text)


FIRST_INSTANT = datetime.min.replace(tzinfo=UTC)
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)
"""PostgreSQL's driver keeps these two as the infinities, which come back without an offset."""


def keep_instant(moment: datetime) -> datetime:
    """The same instant in UTC, as it is kept; refuses what leaves the calendar's years there."""
    try:
        kept = moment.astimezone(UTC)
    except OverflowError:
        kept = FIRST_INSTANT
    if kept in (FIRST_INSTANT, LAST_INSTANT):
        raise ValueError("lies outside the years 1 to 9999 in UTC")
    return kept


Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(keep_line)]
Title = Annotated[Line, AfterValidator(refuse_mark)]
"""A line that names a thing: with a classification mark it is refused."""
Prose = Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(keep_prose)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(keep_prose)]
Instant = AwareDatetime
GivenInstant = Annotated[AwareDatetime, AfterValidator(keep_instant)]
"""An instant in a command: with any offset, kept in UTC."""


class Shape(BaseModel):
    """What is answered and what events carry: unknown fields are passed over, for a contract may grow."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Aggregate(Shape):
    """A thing with an identity. `version` goes one up at each change, and the newer version wins."""

    id: UUID
    version: int = Field(ge=1)
    created_at: Instant
    updated_at: Instant

    @property
    def revision_number(self) -> int:
        """Orders the states of this aggregate on the bus: its version, unless the noun says otherwise."""
        return self.version


AnyAggregate = TypeVar("AnyAggregate", bound=Aggregate)


class Command(BaseModel):
    """What a caller asks for: nothing unknown, nothing coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Change(Command):
    """A PATCH: only the fields that were sent are changed."""

    def sent(self) -> dict[str, Any]:
        """The fields that the caller named, with their new values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def changed(aggregate: AnyAggregate, at: datetime, **fields: Any) -> AnyAggregate:
    """The next version of `aggregate` with these fields, checked again as a whole."""
    values = {name: getattr(aggregate, name) for name in type(aggregate).model_fields}
    values.update(fields, version=aggregate.version + 1, updated_at=at)
    return type(aggregate).model_validate(values)
