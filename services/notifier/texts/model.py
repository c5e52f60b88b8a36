"""Texts: an office's own, what stands around the thing that is told, and what to do when one is broken. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.notifier.texts import language
from services.notifier.texts.language import BODY_LIMIT, SUBJECT_LIMIT, BrokenText


@dataclass(frozen=True, slots=True)
class OwnText:
    """An office's own text of one occasion in one language."""

    id: UUID
    version: int
    organization_id: UUID
    occasion: str
    locale: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around one thing that is told: its own text if there is one, its conversation, its date.

    Its date is known by `about_id`, and `sequence` grows whenever that moves.
    """

    campaign_id: UUID
    thread_id: UUID
    about_id: UUID
    sequence: int
    own: OwnText | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An own text that could not be written, where, and why."""

    own: OwnText
    campaign_id: UUID
    error: str


class BrokenPart(Exception):
    """A part of a text, subject or body, that is broken."""

    def __init__(self, part: str, error: BrokenText) -> None:
        super().__init__(f"{part}, {error}")
        self.part = part
        self.error = error


def write_own(own: OwnText, shown: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of one thing in an office's own words; BrokenPart where they fail."""
    return (
        " ".join(_write("subject", own.subject, own, shown, SUBJECT_LIMIT).split()),
        _write("body", own.body, own, shown, BODY_LIMIT),
    )


def _write(part: str, source: str, own: OwnText, shown: Mapping[str, Any], limit: int) -> str:
    try:
        return language.write(source, own.occasion, shown, own.locale, limit)
    except BrokenText as error:
        raise BrokenPart(part, error) from error
