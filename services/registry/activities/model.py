"""Activities: drafted, changed, rescheduled, selected."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.refusals import Conflict
from contracts.registry.activities import (
    Activity,
    Host,
    NameHost,
    RegisterActivity,
    RescheduleActivity,
    Selection,
)
from contracts.shapes import changed


class SerialNumberTaken(Conflict):
    """Another activity of the campaign has this serial number."""


class Over(Conflict):
    """What is held, reported or cancelled has no other time to come."""


def draft(command: RegisterActivity, id: UUID, campaign_id: UUID, at: datetime) -> Activity:
    """A new activity; its time and place may be to be announced."""
    values = command.model_dump(exclude={"hosts"})
    return Activity(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=campaign_id,
        hosts=name_hosts(command.hosts),
        **values,
    )


def name_hosts(hosts: list[NameHost]) -> list[Host]:
    """The hosts in their order."""
    return [Host(organization_id=each.organization_id, outside_party=each.outside_party) for each in hosts]


def change(activity: Activity, fields: Mapping[str, Any], at: datetime) -> Activity:
    """The activity with these fields."""
    return changed(activity, at, **fields)


def reschedule(activity: Activity, command: RescheduleActivity, at: datetime) -> Activity:
    """Another time, and another place where one is given; a postponed activity is on again."""
    if activity.state in ("held", "reported", "cancelled"):
        raise Over(f"this activity is {activity.state}: it cannot be rescheduled")
    return changed(
        activity,
        at,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        place=command.place or activity.place,
        reason=command.reason,
        state="registered" if activity.state == "postponed" else activity.state,
    )


def select(activity: Activity, selection: Selection, at: datetime) -> Activity:
    """How far the activity has come in the selection; the same again changes nothing."""
    return activity if activity.selection == selection else changed(activity, at, selection=selection)
