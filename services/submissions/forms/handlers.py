"""Forms: made for an assignment, and handed in once they are filled in, the same way as any other hand-in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from chassis import idempotency
from chassis.access import Principal
from chassis.database import Database
from chassis.files.uploads import Received
from chassis.tracing import current_traceparent
from contracts.submissions.submissions import Receipt
from services.submissions import rules
from services.submissions.forms import model, store
from services.submissions.forms.document import write_document
from services.submissions.forms.filled import Filled
from services.submissions.forms.model import Form
from services.submissions.forms.workbook import write_workbook
from services.submissions.submissions.intake import Intake

Format = Literal["xlsx", "docx"]
_WRITERS = {"xlsx": write_workbook, "docx": write_document}


@dataclass(frozen=True, slots=True)
class Made:
    """A form as a file."""

    filename: str
    content: bytes


async def make_form(database: Database, assignment_id: UUID, format: Format, actor: Principal) -> Made:
    """The form with what was handed in last and the reasons for which that was returned."""
    form = await _find(database, assignment_id, actor)
    content = await asyncio.to_thread(_WRITERS[format], form)
    unit = form.organization_name or str(form.organization_id)
    return Made(f"{form.title}-{unit}.{format}", content)


async def hand_in_form(
    intake: Intake, filled: Filled, received: Received, attachment_ids: Sequence[str], actor: Principal
) -> Receipt:
    """Hand in what is filled in, for the assignment and upon the version that the form's number names."""
    number = model.find_number(filled)
    form = await _find(intake.database, number.assignment_id, actor)
    model.check_sections(number, form.section_names)
    command = model.write_command(number, form.section_names, filled, attachment_ids)
    return await intake.hand_in(
        command, actor, received.received_at, idempotency.current(), current_traceparent()
    )


async def _find(database: Database, assignment_id: UUID, actor: Principal) -> Form:
    async with database.reading() as connection:
        form = await store.find(connection, assignment_id)
    if form is None:
        raise rules.not_assigned()
    rules.check_may_hand_in(actor, form.organization_id)
    return form
