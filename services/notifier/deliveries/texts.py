"""Texts: what a delivery says, from the templates of the contact's language, one an occasion."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifier.channels.message import Message, Transient
from services.notifier.deliveries.store import Item

TEMPLATES = Path(__file__).parents[1] / "templates"
_environment = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=lambda name: name is not None and ".html." in name,
    trim_blocks=True,
    lstrip_blocks=True,
)


class BrokenText(Exception):
    """A template wrote nothing where something must stand."""


def write_message(delivery_id: UUID, items: Sequence[Item], locale: str, written_at: datetime) -> Message:
    """One message of all items, which are at least one; Transient while it is not known what they speak of."""
    shown = [_show(item) for item in items]
    lines = [_write(f"{locale}/{each['kind']}.txt.jinja", "line", each) for each in shown]
    words = [_write(f"{locale}/{each['kind']}.txt.jinja", "subject", each) for each in shown]
    frame = f"{locale}/message.txt.jinja"
    subject = _write(frame, "subject", _one_line(words[0]), len(shown))
    text = _write(frame, "body", shown[0]["campaign"], lines)
    return Message(delivery_id, _one_line(subject), text + "\n", shown, written_at)


def kind_of(occasion: str, is_own: bool = True) -> str:
    """Which text an occasion takes: a rung before, on or after the due moment, or the fact itself.

    What a unit below owes is told in words of its own.
    """
    if not occasion.startswith("due"):
        return occasion
    days = int(occasion.removeprefix("due"))
    # `due-0` is on the day, `due+1` and on are after it.
    kind = "due_today" if days == 0 else "due_before" if days < 0 else "overdue"
    return kind if is_own else "below_overdue" if days > 0 else "below_due"


def _write(template: str, macro: str, *arguments: Any) -> str:
    written = str(getattr(_environment.get_template(template).module, macro)(*arguments)).strip()
    if not written:
        raise BrokenText(f"{template}: {macro} wrote nothing")
    return written


def _show(item: Item) -> dict[str, Any]:
    if not item.title.strip() or not item.campaign_name.strip() or not item.about_name.strip():
        raise Transient("the campaign, unit or assignment that it speaks of was not heard of yet")
    zone = ZoneInfo(item.timezone)
    return {
        "kind": kind_of(item.occasion, item.is_own),
        "occasion": item.occasion,
        "title": _one_line(item.title),
        "about": _one_line(item.about_name),
        "campaign": _one_line(item.campaign_name),
        "due": None if item.due_at is None else _write_moment(item.due_at, zone),
        "details": {name: _local(name, value, zone) for name, value in item.details.items()},
    }


def _local(name: str, value: Any, zone: ZoneInfo) -> Any:
    """Moments, which jsonb keeps as text and their names tell, in the campaign's zone; other text on one line."""
    if not isinstance(value, str):
        return value
    if name.endswith(("_at", "_by")):
        return _write_moment(datetime.fromisoformat(value), zone)
    return _one_line(value)


def _write_moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
