"""Forms: what stands on one, and what of a filled-in one is handed in, or why not, by cell."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from unicodedata import normalize
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.refusals import Unprocessable
from contracts.submissions.submissions import SECTIONS_LIMIT, HandIn, SectionReason, State
from services.submissions.forms.filled import Fault, Field, Filled
from services.submissions.forms.number import LAYOUT, FormNumber, digest_of, make_number, read_number
from services.submissions.forms.words import NO, YES


class FormFaulty(Unprocessable):
    """A form that is filled in wrongly: `errors` names each cell, its section, what is wrong and what is expected."""


class FormNumberWrong(Unprocessable):
    """The number of the form (编号) is missing or changed, or there are several."""


class FormOutdated(Unprocessable):
    """The form has a layout or sections that are not asked for any more: it is to be downloaded anew."""


class NamedFile(BaseModel):
    """An attachment of the version that the form was made upon."""

    id: UUID
    filename: str


class Form(BaseModel):
    """All that a form is made of. `version` is that of the hand-in that it is made upon, 0 for none; `reasons` are
    those for which that one was returned.
    """

    model_config = ConfigDict(frozen=True)

    assignment_id: UUID
    organization_id: UUID
    campaign_name: str | None
    title: str
    organization_name: str | None
    issuer_name: str | None
    section_names: list[str]
    due_at: datetime | None
    closes_at: datetime | None
    timezone: str | None
    version: int = 0
    state: State | None = None
    texts: dict[str, str] = {}
    nil_return: bool = False
    reasons: list[SectionReason] = []
    correct_by: datetime | None = None
    attachments: list[NamedFile] = []

    @property
    def number(self) -> FormNumber:
        """What the form carries, so that it is known again."""
        return make_number(self.assignment_id, self.version, self.section_names)


def find_number(filled: Filled) -> FormNumber:
    """The one number that the form carries, in its cell, in the file's properties, or in both."""
    texts = dict.fromkeys([*(text for _, text in filled.numbers), *filled.property_numbers])
    cells = "、".join(cell for cell, _ in filled.numbers) or "the file's properties"
    if not texts:
        raise FormNumberWrong(
            "the form carries no number (编号) any more; download it anew and copy the texts over"
        )
    if len(texts) > 1:
        raise FormNumberWrong(
            f"the form carries several numbers ({'; '.join(texts)}; {cells}): it was put together from several "
            "forms; fill in each by itself"
        )
    (text,) = texts
    number = read_number(text)
    if number is None:
        raise FormNumberWrong(
            f"the number {text} ({cells}) was changed; download the form anew and copy the texts over"
        )
    if number.layout != LAYOUT:
        raise FormOutdated(
            f"the form has layout {number.layout}, expected {LAYOUT}; download it anew and copy the texts over"
        )
    return number


def check_sections(number: FormNumber, asked: Sequence[str]) -> None:
    """A form is for the sections that are asked for now."""
    if number.sections != digest_of(asked):
        raise FormOutdated(
            f"what is asked for has changed since the form was made; expected {'、'.join(asked)}: download it anew",
            sections=list(asked),
        )


def write_command(
    number: FormNumber, asked: Sequence[str], filled: Filled, attachment_ids: Sequence[str]
) -> HandIn:
    """What a filled-in form hands in, checked as any other hand-in; FormFaulty names every fault at its cell."""
    faults = list(filled.faults)
    nil_return = _read_nil_return(filled, faults)
    fields = {normalize("NFC", field.label): field for field in filled.fields}
    faults += _find_unknown(fields, asked)
    faults += _find_missing(fields, asked, filled, nil_return)
    texts = {name: fields[name].text for name in asked if name in fields and fields[name].text}
    ids, said = _read_ids(attachment_ids)
    values: dict[str, Any] = {
        "assignment_id": number.assignment_id,
        "sections": {} if nil_return else texts,
        "attachment_ids": ids,
        "nil_return": nil_return,
        "replaces_version": number.base_version,
    }
    try:
        command = HandIn.model_validate(values)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=False)
        faults += [_fault_of(each["loc"], each["type"], each["msg"], fields) for each in errors]
    if faults or said:
        raise _faulty(faults, said)
    return command


def _read_nil_return(filled: Filled, faults: list[Fault]) -> bool:
    """Whether it is a zero report: then no section has anything in it."""
    if filled.nil_return is None or filled.nil_return.text in ("", NO):
        return False
    if filled.nil_return.text != YES:
        faults.append(
            Fault(
                filled.nil_return.cell, None, "nil_return_unclear", "is neither 是 nor 否", f"{YES} or {NO}"
            )
        )
        return False
    faults += [
        Fault(
            field.cell,
            field.label,
            "nil_return_with_content",
            "is filled in, and the form says that it is a nil return (零报告)",
            "零报告 否, or every section blank",
        )
        for field in filled.fields
        if field.text
    ]
    return True


def _find_unknown(fields: Mapping[str, Field], asked: Sequence[str]) -> list[Fault]:
    return [
        Fault(
            field.cell, name, "section_unknown", "belongs to no section that is asked for", "、".join(asked)
        )
        for name, field in fields.items()
        if name not in asked and field.text
    ]


def _find_missing(
    fields: Mapping[str, Field], asked: Sequence[str], filled: Filled, nil_return: bool
) -> list[Fault]:
    told = {(fault.cell, fault.section) for fault in filled.faults}
    missing = []
    for name in asked:
        field = fields.get(name)
        if field is None:
            said = "has no row in the form any more"
            missing.append(Fault(None, name, "section_missing", said, "the form as it was downloaded"))
        elif not (field.text or nil_return or (field.cell, field.label) in told):
            said = "is blank, or holds nothing that can be seen"
            missing.append(Fault(field.cell, name, "section_missing", said, "text, or 零报告 是"))
    return missing


def _read_ids(texts: Sequence[str]) -> tuple[list[UUID], list[dict[str, Any]]]:
    ids, said = [], []
    for place, text in enumerate(texts):
        try:
            ids.append(UUID(text))
        except ValueError:
            said.append(
                {"field": f"attachment_ids.{place}", "message": f"{text!r} is no id; expected a UUID"}
            )
    return ids, said


def _fault_of(loc: Sequence[str | int], kind: str, message: str, fields: Mapping[str, Field]) -> Fault:
    name = str(loc[1]) if len(loc) > 1 and loc[0] == "sections" else None
    field = None if name is None else fields.get(name)
    cell = None if field is None else field.cell
    said = message.removeprefix("Value error, ")
    if kind == "string_too_long" or "longer than" in said:
        return Fault(cell, name, "too_long", said, f"at most {SECTIONS_LIMIT:,} characters; attach the rest")
    return Fault(cell, name, "invalid", said, "text as it can be typed")


def _faulty(faults: Sequence[Fault], said: Sequence[Mapping[str, Any]]) -> FormFaulty:
    errors = [{"field": _field_of(each), **asdict(each)} for each in faults] + [dict(each) for each in said]
    first = "; ".join(
        f"{each.get('cell') or each['field'] or 'form'}: {each['message']}" for each in errors[:3]
    )
    return FormFaulty(first, errors=errors)


def _field_of(fault: Fault) -> str:
    return "" if fault.section is None else f"sections.{fault.section}"
