"""Text: in which words an occasion is told. Kept by the notifier alone and never said on the bus."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, StringConstraints

from contracts.notifier.contacts import Locale
from contracts.secrecy import refuse_mark
from contracts.shapes import Command, Instant, Shape, keep_line, keep_prose

Subject = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    AfterValidator(keep_line),
    AfterValidator(refuse_mark),
]
Body = Annotated[
    str,
    StringConstraints(min_length=1, max_length=5_000),
    AfterValidator(keep_prose),
    AfterValidator(refuse_mark),
]
_EXAMPLE: dict[str, Any] = {
    "subject": "【市网信办】请报送{{ item.title }}",
    "body": "{{ item.about }}：“{{ item.title }}”应于 {{ item.due }} 前报送，请尽快完成。联系电话 0512-00000000。",
}


class SetText(Command):
    """Templates of Jinja2: values of `item`, if, for over a list, and a few filters."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    subject: Subject
    body: Body


class PreviewText(Command):
    """What is left out is as it stands at present."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE, {}]})

    subject: Subject | None = None
    body: Body | None = None


class Text(Shape):
    """`version` 0 is the built-in text, which nobody set; `occasion` is a fact, or a rung by where it stands."""

    organization_id: UUID
    occasion: str
    locale: Locale
    subject: str
    body: str
    is_own: bool
    version: int
    updated_at: Instant | None = None
    set_by: UUID | None = None


class TextPreview(Shape):
    """A mail as the text makes it of an example."""

    occasion: str
    locale: Locale
    subject: str
    text: str
    html: str
