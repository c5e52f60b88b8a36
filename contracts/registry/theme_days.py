"""ThemeDay 主题日: a date, a name and one or more organisers."""

from datetime import date
from uuid import UUID

from pydantic import ConfigDict, Field

from contracts.envelope import Event
from contracts.shapes import Aggregate, Command, Title


class ThemeDay(Aggregate):
    """`taken_from_id` is the day of the campaign above that this one was taken over from."""

    campaign_id: UUID
    date: date
    name: str
    organiser_ids: list[UUID]
    taken_from_id: UUID | None = None


class SetThemeDay(Command):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "date": "2024-09-13",
                    "name": "金融日",
                    "organiser_ids": [
                        "0191a1f2-7c5e-7a3b-9d4e-5f6071829303",
                        "0191a1f2-7c5e-7a3b-9d4e-5f6071829304",
                    ],
                }
            ]
        }
    )

    date: date
    name: Title
    organiser_ids: list[UUID] = Field(min_length=1, max_length=50)


class ThemeDaySet(Event, type="rollcall.registry.theme_day.set.v1"):
    theme_day: ThemeDay


FACTS = (ThemeDaySet,)
