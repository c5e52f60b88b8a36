"""ReminderPolicy: a campaign's ladder of reminders, its quiet hours and what a day off does to a step."""

import re
from datetime import time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from contracts.shapes import Aggregate, Command, Shape

Recipient = Literal["owner", "parent", "coordinator"]
OnDaysOff = Literal["before", "after", "send"]

_CLOCK_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def read_clock_time(value: Any) -> Any:
    """`09:00` as a time; refuses seconds, offsets and 24:00."""
    text = value.isoformat(timespec="auto").removesuffix(":00") if isinstance(value, time) else value
    if not isinstance(text, str) or not re.fullmatch(_CLOCK_TIME, text):
        raise ValueError(f"is {value!s:.40}; expected hours and minutes such as 09:00, 00:00 to 23:59")
    return time.fromisoformat(text)


ClockTime = Annotated[
    time,
    BeforeValidator(read_clock_time),
    PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _CLOCK_TIME, "examples": ["09:00"]}),
]


class ReminderStep(Shape):
    """One rung: so many working days from the due date (before it is negative), at a local clock time.

    `owner` is the unit that owes, `parent` the unit above it; `coordinator` is told by its daily summary, in which
    the debt stands as escalated from then on.
    """

    offset_working_days: int = Field(ge=-30, le=30)
    at: ClockTime
    to: Recipient


class QuietHours(Shape):
    """Nothing is sent from `from` up to, not including, `to`; past midnight when `to` is the earlier."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_alias=True, validate_by_name=True)

    begins: ClockTime = Field(alias="from")
    ends: ClockTime = Field(alias="to")

    @model_validator(mode="after")
    def _leaves_time_to_send(self) -> Self:
        if self.begins == self.ends:
            raise ValueError(
                f"from and to are both {self.begins:%H:%M}; expected two times, or null for none"
            )
        return self

    def covers(self, at: time) -> bool:
        """Whether nothing may be sent when the clock shows `at`."""
        if self.begins < self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


DEFAULT_STEPS = [
    *(ReminderStep(offset_working_days=n, at=time(9), to="owner") for n in (-7, -3, -1, 0, 1)),
    ReminderStep(offset_working_days=3, at=time(9), to="parent"),
]
DEFAULT_SUMMARY_AT = time(8, 30)
DEFAULT_QUIET_HOURS = QuietHours(begins=time(20), ends=time(8))


class Ladder(Shape):
    """The rules of reminding; as they stand here, those of a campaign that set none.

    The unit itself is told 7, 3 and 1 working days before the due date, on it and 1 working day after; 3 after,
    when its own reminders did not help, the unit above it is. `on_days_off` says where a step goes whose day is
    none: to the working day before, to the one after, or nowhere, and it is sent. Counted in working days, only
    the step on the due date itself can be on one.
    """

    steps: list[ReminderStep] = DEFAULT_STEPS
    quiet_hours: QuietHours | None = Field(default_factory=lambda: DEFAULT_QUIET_HOURS)
    on_days_off: OnDaysOff = "before"


class ReminderPolicy(Aggregate, Ladder):
    """`summary_at` is the local clock time of the daily summary to the coordinator and the overseers."""

    campaign_id: UUID
    summary_at: ClockTime = DEFAULT_SUMMARY_AT


class DeliverablePolicy(Aggregate, Ladder):
    """One deliverable's own ladder, in place of its campaign's."""

    campaign_id: UUID
    deliverable_id: UUID


class AskedStep(ReminderStep):
    model_config = ConfigDict(extra="forbid", strict=True)


class AskedQuietHours(QuietHours):
    model_config = ConfigDict(extra="forbid", strict=True)


_EXAMPLE: dict[str, Any] = {
    "steps": [
        {"offset_working_days": -7, "at": "09:00", "to": "owner"},
        {"offset_working_days": 3, "at": "09:00", "to": "parent"},
        {"offset_working_days": 5, "at": "09:00", "to": "coordinator"},
    ],
    "quiet_hours": {"from": "20:00", "to": "08:00"},
    "on_days_off": "before",
}


class SetDeliverablePolicy(Command):
    """Replaces the whole ladder: null quiet hours are none, no steps no reminders."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    steps: list[AskedStep] = Field(max_length=20)
    quiet_hours: AskedQuietHours | None = Field(
        default_factory=lambda: AskedQuietHours(begins=time(20), ends=time(8)),
        description="from 20:00 to 08:00 where it is left out",
    )
    on_days_off: OnDaysOff = "before"

    @model_validator(mode="after")
    def _each_step_once(self) -> Self:
        seen: dict[tuple[int, Recipient], int] = {}
        for number, step in enumerate(self.steps, 1):
            first = seen.setdefault((step.offset_working_days, step.to), number)
            if first != number:
                raise ValueError(
                    f"steps {first} and {number} are both {step.offset_working_days:+d} working days "
                    f"to the {step.to}; expected each once"
                )
        return self


class SetReminderPolicy(SetDeliverablePolicy):
    """Replaces the whole policy: what is left out is as in the default, null quiet hours are none, no steps
    no reminders."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_EXAMPLE, "summary_at": "08:30"}]})

    summary_at: ClockTime = DEFAULT_SUMMARY_AT
