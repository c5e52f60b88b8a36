"""Texts: what a delivery says, in the office's own words where it has set them, else in the built-in ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader

from services.notifier.channels.message import Attachment, Frame, Message, Transient
from services.notifier.deliveries.store import Item
from services.notifier.texts import language
from services.notifier.texts.dates import MEDIA_TYPE, find_date, write_calendar
from services.notifier.texts.language import BrokenText
from services.notifier.texts.model import BrokenPart, Failure, Setting, write_own
from services.notifier.texts.occasions import kind_of, names_of

TEMPLATES = Path(__file__).parents[1] / "templates"
SHORT = 200
"""Characters of a subject line: a longer title is cut there, and stands whole in the text."""
_environment = language.make_environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=lambda name: name is not None and ".html." in name,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write_message(
    delivery_id: UUID, items: Sequence[Item], locale: str, written_at: datetime, frame: Frame = "mail"
) -> Message:
    """One message of all items in the built-in words; Transient while it is not known what they speak of."""
    return compose(delivery_id, items, locale, written_at, {}, frame)[0]


def compose(
    delivery_id: UUID,
    items: Sequence[Item],
    locale: str,
    written_at: datetime,
    settings: Mapping[UUID, Setting],
    frame: Frame = "mail",
) -> tuple[Message, list[Failure]]:
    """One message of all items, which are at least one, and the own texts that failed on the way."""
    shown = [show(item) for item in items]
    around = [settings.get(item.notification_id) for item in items]
    failures: list[Failure] = []
    written = [
        _write_item(each, locale, setting, failures) for each, setting in zip(shown, around, strict=True)
    ]
    subject, text, html = write_frame(shown, written, locale, frame)
    dates = [
        date
        for item, setting in zip(items, around, strict=True)
        if setting is not None and (date := find_date(item, setting)) is not None
    ]
    files = (Attachment("dates.ics", MEDIA_TYPE, write_calendar(dates, written_at)),) if dates else ()
    threads = tuple(dict.fromkeys(each.thread_id for each in around if each is not None))
    message = Message(delivery_id, subject, text, shown, written_at, html, files, threads)
    return message, failures


def _write_item(
    shown: Mapping[str, Any], locale: str, setting: Setting | None, failures: list[Failure]
) -> tuple[str, str]:
    if setting is not None and setting.own is not None:
        try:
            return write_own(setting.own, shown)
        except BrokenPart as error:
            failures.append(Failure(setting.own, setting.campaign_id, str(error)))
    template = f"{locale}/{shown['kind']}.txt.jinja"
    return _one_line(_write(template, "subject", shown)), _write(template, "line", shown)


def write_frame(
    shown: Sequence[Mapping[str, Any]], written: Sequence[tuple[str, str]], locale: str, frame: Frame = "mail"
) -> tuple[str, str, str]:
    """Subject, text and HTML of a message that says these subjects and lines, each of one thing."""
    campaign, lines = shown[0]["campaign"], [line for _, line in written]
    subject = _write(f"{locale}/message.txt.jinja", "subject", _cut(written[0][0]), len(written))
    text = _write(f"{locale}/message.txt.jinja", frame, campaign, lines)
    html = _write(f"{locale}/message.html.jinja", "body", campaign, lines)
    return _one_line(subject), text + "\n", html + "\n"


def _write(template: str, macro: str, *arguments: Any) -> str:
    words = language.words_of(template.partition("/")[0])
    module = _environment.get_template(template, globals=words).module
    written = str(getattr(module, macro)(*arguments)).strip()
    if not written:
        raise BrokenText(f"{template}: {macro} wrote nothing")
    return written


def show(item: Item) -> dict[str, Any]:
    """An item as texts see it: moments in the campaign's zone, and none where a detail is not known."""
    if not item.title.strip() or not item.campaign_name.strip() or not item.about_name.strip():
        raise Transient("the campaign, unit or assignment that it speaks of was not heard of yet")
    zone = ZoneInfo(item.timezone)
    kind = kind_of(item.occasion, item.is_own)
    details = {**dict.fromkeys(names_of(kind)), **item.details}
    return {
        "kind": kind,
        "occasion": item.occasion,
        "title": _one_line(item.title),
        "about": _one_line(item.about_name),
        "campaign": _one_line(item.campaign_name),
        "due": None if item.due_at is None else _write_moment(item.due_at, zone),
        "details": {name: _local(name, value, zone) for name, value in details.items()},
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


def _cut(subject: str) -> str:
    return subject if len(subject) <= SHORT else subject[: SHORT - 1] + "…"
