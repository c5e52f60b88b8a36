"""Texts: what a delivery says, from the templates of the contact's language."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifier.channels.message import Message
from services.notifier.deliveries.store import Item

TEMPLATES = Path(__file__).parents[1] / "templates"
_environment = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write_message(delivery_id: UUID, items: Sequence[Item], locale: str) -> Message:
    """One message of all items, which are at least one."""
    shown = [_show(item) for item in items]
    context = {"items": shown, "first": shown[0], "campaign": shown[0]["campaign"]}
    subject = _environment.get_template(f"{locale}/subject.txt.jinja").render(context)
    text = _environment.get_template(f"{locale}/body.txt.jinja").render(context)
    return Message(delivery_id, _one_line(subject), text.strip() + "\n", shown)


def kind_of(occasion: str) -> str:
    """Which text an occasion takes: a rung before, on or after the due moment, or the fact itself."""
    if not occasion.startswith("due"):
        return occasion
    days = int(occasion.removeprefix("due"))
    if days < 0:
        return "due_before"
    if days == 0:
        # `due-0` is on the day, `due+1` and on are after it.
        return "due_today"
    return "overdue"


def _show(item: Item) -> dict[str, Any]:
    zone = ZoneInfo(item.timezone)
    details = {name: _local(value, zone) for name, value in item.details.items()}
    return {
        "kind": kind_of(item.occasion),
        "occasion": item.occasion,
        "title": _one_line(item.title),
        "about": _one_line(item.about_name),
        "campaign": _one_line(item.campaign_name),
        "due": None if item.due_at is None else _write(item.due_at.astimezone(zone)),
        "details": details,
    }


def _local(value: Any, zone: ZoneInfo) -> Any:
    """Moments, which jsonb keeps as text, for reading in the campaign's zone."""
    if isinstance(value, str):
        try:
            return _write(datetime.fromisoformat(value).astimezone(zone))
        except ValueError:
            return _one_line(value)
    return value


def _write(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
