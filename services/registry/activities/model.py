"""Activities: drafted, changed, selected, copied into the campaign above, and what is odd about one. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.calendar import WorkingCalendar, local
from chassis.refusals import Conflict, Unprocessable
from contracts.registry.activities import (
    Activity,
    ActivityWarning,
    Host,
    NameHost,
    RegisterActivity,
    Selection,
)
from contracts.registry.campaigns import Campaign
from contracts.shapes import changed
from services.registry.activities.moves import check_confirmable

YEARS = range(2000, 2101)
PLAUSIBLE_TURNOUT = 1_000_000
PLAIN_WEEKEND = "周末"
COPIED = (
    "category",
    "name",
    "hosts",
    "hosts_text",
    "starts_at",
    "ends_at",
    "place",
    "schedule_note",
    "mode",
    "settings",
    "audiences",
    "products",
    "carriers",
)
"""What a nomination takes into the campaign above: what the annex and the calendar need, and no attachment."""


class SerialNumberTaken(Conflict):
    """Another activity of the campaign has this serial number."""


class ScheduleSettled(Conflict):
    """A time or place that stands is moved by `reschedule`, with its reason, and not in passing."""


class EndsBeforeItStarts(Unprocessable):
    """An activity that ends names its start, and ends after it."""


class TimeOutOfReach(Unprocessable):
    """A time that no campaign reaches, most likely a slip of the keyboard."""


class HostNamedTwice(Unprocessable):
    """One host stands twice in the list; the message says where."""


class NotSelectable(Conflict):
    """What is cancelled is not nominated, shortlisted or chosen; the ids are named."""


class NoCampaignAbove(Conflict):
    """The campaign stands below no other: nobody is there to nominate to."""


class NotToBeNominated(Conflict):
    """A draft is not known yet, and what is cancelled will not be."""


def draft(command: RegisterActivity, id: UUID, campaign_id: UUID, at: datetime) -> Activity:
    """A new activity; its time and place may be to be announced."""
    values = command.model_dump(exclude={"hosts", "attachment_ids"})
    return Activity(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=campaign_id,
        hosts=name_hosts(command.hosts),
        attachment_ids=list(dict.fromkeys(command.attachment_ids)),
        **values,
    )


def name_hosts(hosts: Sequence[NameHost], present: Sequence[Host] = ()) -> list[Host]:
    """The hosts in their order, each once; one that is there already keeps the notice's wording."""
    named = [(each.organization_id, each.outside_party) for each in hosts]
    if twice := [nth for nth, name in enumerate(named) if name in named[:nth]]:
        message = "stands above already; expected each host once"
        raise HostNamedTwice(
            f"hosts.{twice[0]} {message}",
            errors=[{"field": f"hosts.{nth}", "message": message} for nth in twice],
        )
    wordings = {(host.organization_id, host.outside_party): host.written_as for host in present}
    return [
        Host(organization_id=id, outside_party=party, written_as=wordings.get((id, party)))
        for id, party in named
    ]


def change(activity: Activity, fields: Mapping[str, Any], at: datetime) -> Activity:
    """The activity with these fields. Other hosts take the place of the imported cell."""
    values = dict(fields)
    _check_schedule(activity, values)
    if "hosts" in values:
        values["hosts"] = name_hosts(values["hosts"], activity.hosts)
        if values["hosts"] != activity.hosts:
            values["hosts_text"] = None
    if "attachment_ids" in values:
        values["attachment_ids"] = list(dict.fromkeys(values["attachment_ids"]))
    if values.get("starts_at") is not None:
        values.setdefault("schedule_note", None)
    result = changed(activity, at, **values)
    if result.ends_at is not None and (result.starts_at is None or result.ends_at < result.starts_at):
        raise EndsBeforeItStarts("ends_at must be after starts_at, which must be given")
    check_confirmable(result)
    return result


def _check_schedule(activity: Activity, fields: Mapping[str, Any]) -> None:
    """Free in a draft, and on the register while it is to be announced."""
    for name in ("starts_at", "ends_at", "place"):
        open_yet = (activity.place if name == "place" else activity.starts_at) is None
        is_free = activity.state == "draft" or (activity.state == "registered" and open_yet)
        if not is_free and name in fields and fields[name] != getattr(activity, name):
            raise ScheduleSettled(
                f"{name} of an activity that is {activity.state} is not changed in passing; "
                f"expected POST /v1/activities/{activity.id}/reschedule with a reason",
                field=name,
            )


def select(activity: Activity, selection: Selection | None, at: datetime) -> Activity:
    """How far the activity has come in the selection; the same again changes nothing."""
    if activity.selection == selection:
        return activity
    if not is_selectable(activity, selection):
        raise NotSelectable(
            "this activity is cancelled: it can only be taken back (null)", activity_ids=[str(activity.id)]
        )
    return changed(activity, at, selection=selection)


def is_selectable(activity: Activity, selection: Selection | None) -> bool:
    """Whether it may come this far in the selection."""
    return selection is None or activity.state != "cancelled"


def is_hidden(activity: Activity) -> bool:
    """Whether it never came onto the register: a draft, or one that was given up as a draft."""
    return activity.state == "draft" or (activity.state == "cancelled" and activity.state_before == "draft")


def check_nominable(activity: Activity, parent_id: UUID | None) -> UUID:
    """The campaign above that it can be nominated to."""
    if parent_id is None:
        raise NoCampaignAbove("this activity's campaign stands below no other; expected one with a parent_id")
    if activity.state in ("draft", "cancelled"):
        raise NotToBeNominated(
            f"this activity is {activity.state}; expected one that is registered or has come further",
            state=activity.state,
        )
    return parent_id


def nominate(activity: Activity, id: UUID, parent_id: UUID, at: datetime) -> Activity:
    """The copy in the campaign above: on its register, and nominated."""
    return Activity(
        id=id,
        version=1,
        created_at=at,
        updated_at=at,
        campaign_id=parent_id,
        state="registered",
        selection="nominated",
        nominated_from_id=activity.id,
        **{name: getattr(activity, name) for name in COPIED},
    )


def nominate_again(copy: Activity, activity: Activity, at: datetime) -> Activity:
    """The copy as the activity is now, while it is only nominated; later it is the campaign's above alone."""
    fields = {name: getattr(activity, name) for name in COPIED}
    is_open = copy.state == "registered" and copy.selection == "nominated"
    if not is_open or all(getattr(copy, name) == value for name, value in fields.items()):
        return copy
    return changed(copy, at, **fields)


def judge(activity: Activity, campaign: Campaign, calendar: WorkingCalendar) -> Activity:
    """The activity with its warnings: what is odd about it and taken all the same."""
    warnings = [*_odd_day(activity, campaign, calendar), *_odd_turnout(activity)]
    return activity.model_copy(update={"warnings": warnings})


def _odd_day(activity: Activity, campaign: Campaign, calendar: WorkingCalendar) -> list[ActivityWarning]:
    for moment in (activity.starts_at, activity.ends_at):
        if moment is not None and moment.year not in YEARS:
            raise TimeOutOfReach(
                f"{moment.isoformat()} is out of reach; expected a moment from {YEARS[0]} to {YEARS[-1]}"
            )
    if activity.starts_at is None:
        return []
    day, warnings = local(activity.starts_at, campaign.timezone).date(), list[ActivityWarning]()
    if not campaign.starts_on <= day <= campaign.ends_on:
        message = f"starts on {day}; the campaign runs from {campaign.starts_on} to {campaign.ends_on}"
        warnings.append(ActivityWarning(code="starts_outside_campaign", message=message))
    if not calendar.is_working_day(day):
        name = calendar.holiday_name(day) or PLAIN_WEEKEND
        message = f"starts on {day}, a day off ({name})"
        warnings.append(ActivityWarning(code="starts_on_day_off", message=message))
    return warnings


def _odd_turnout(activity: Activity) -> list[ActivityWarning]:
    if activity.turnout is None or activity.turnout <= PLAUSIBLE_TURNOUT:
        return []
    message = f"turnout is {activity.turnout}, more than {PLAUSIBLE_TURNOUT}: is that a slip of the keyboard?"
    return [ActivityWarning(code="turnout_implausible", message=message)]
