"""Moves: from which states an activity can be moved and whereto, as one table, and what each move demands. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.refusals import Conflict, Unprocessable
from contracts.registry.activities import (
    Activity,
    HoldActivity,
    Move,
    ReportActivity,
    RescheduleActivity,
    State,
)
from contracts.shapes import changed

MOVES: Mapping[Move, Mapping[State, State | None]] = {
    "register": {"draft": "registered"},
    "confirm": {"registered": "confirmed"},
    "postpone": {"registered": "postponed", "confirmed": "postponed"},
    "reschedule": {
        "draft": "draft",
        "registered": "registered",
        "confirmed": "confirmed",
        "postponed": None,
    },
    "cancel": {
        "draft": "cancelled",
        "registered": "cancelled",
        "confirmed": "cancelled",
        "postponed": "cancelled",
    },
    "hold": {"confirmed": "held"},
    "report": {"held": "reported"},
}
"""By move, the states that it is made from and where it leads; None is back to what was before it was postponed."""


class MoveNotPossible(Conflict):
    """The move does not start from the present state."""


class ConfirmationIncomplete(Conflict):
    """Something is missing that a confirmed activity must have."""


class NotBegunYet(Conflict):
    """What has not begun was not held."""


class TurnoutMissing(Unprocessable):
    """A report says how many came, unless that was told before."""


def possible_moves(state: State) -> list[Move]:
    """The moves that the table has from this state."""
    return [move for move, ways in MOVES.items() if state in ways]


def find_target(activity: Activity, move: Move) -> State:
    """Where the move leads from the present state, or MoveNotPossible."""
    ways = MOVES[move]
    if activity.state not in ways:
        possible = possible_moves(activity.state)
        raise MoveNotPossible(
            f"this activity is {activity.state}, and {move} starts from {', '.join(ways)}; "
            f"possible now: {', '.join(possible) or 'nothing'}",
            state=activity.state,
            possible_moves=possible,
        )
    return ways[activity.state] or activity.state_before or "registered"


def register(activity: Activity, reason: str | None, at: datetime) -> Activity:
    """Before everybody from now on."""
    return _move(activity, "register", reason, at)


def confirm(activity: Activity, reason: str | None, at: datetime) -> Activity:
    """It will take place then and there, and is made safe."""
    confirmed = _move(activity, "confirm", reason, at)
    check_confirmable(confirmed)
    return confirmed


def postpone(activity: Activity, reason: str, at: datetime) -> Activity:
    """Not then; when is to be announced. What it had is kept beside it."""
    return _move(
        activity,
        "postpone",
        reason,
        at,
        state_before=activity.state,
        former_starts_at=activity.starts_at,
        former_ends_at=activity.ends_at,
        starts_at=None,
        ends_at=None,
    )


def reschedule(activity: Activity, command: RescheduleActivity, at: datetime) -> Activity:
    """Another time, and another place where one is given; a postponed activity is again what it was before."""
    return _move(
        activity,
        "reschedule",
        command.reason,
        at,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        place=command.place or activity.place,
        schedule_note=command.schedule_note,
        state_before=None,
        former_starts_at=None,
        former_ends_at=None,
    )


def cancel(activity: Activity, reason: str, at: datetime) -> Activity:
    """Not at all. What it was before stays beside it: who had not heard of a draft hears nothing of its end."""
    before = activity.state_before if activity.state == "postponed" else activity.state
    return _move(activity, "cancel", reason, at, state_before=before)


def hold(activity: Activity, command: HoldActivity, at: datetime) -> Activity:
    """It took place."""
    held = _move(
        activity,
        "hold",
        command.reason,
        at,
        turnout=command.turnout,
        actual_starts_at=command.actual_starts_at,
        actual_ends_at=command.actual_ends_at,
    )
    told = {"starts_at": held.starts_at, "actual_starts_at": held.actual_starts_at}
    told["actual_ends_at"] = held.actual_ends_at
    for name, moment in told.items():
        if moment is not None and moment > at:
            raise NotBegunYet(
                f"{name} is {moment.isoformat()} and it is {at.isoformat()}: it cannot have been held yet"
            )
    return held


def report(activity: Activity, command: ReportActivity, at: datetime) -> Activity:
    """What became of it."""
    turnout = activity.turnout if command.turnout is None else command.turnout
    reported = _move(
        activity,
        "report",
        command.reason,
        at,
        summary=command.summary,
        turnout=turnout,
        links=list(dict.fromkeys(command.links)),
        report_attachment_ids=list(dict.fromkeys(command.attachment_ids)),
    )
    if turnout is None:
        raise TurnoutMissing(
            "turnout was not told with hold and is not here; expected how many came, 0 or more"
        )
    return reported


def check_confirmable(activity: Activity) -> None:
    """Refuse, naming what is missing, what is confirmed (or was, before it was postponed) and may not be."""
    state = activity.state_before if activity.state == "postponed" else activity.state
    if state not in ("confirmed", "held", "reported"):
        return
    if missing := find_missing(activity, with_time=activity.state != "postponed"):
        raise ConfirmationIncomplete(
            f"a confirmed activity needs what is missing here: {', '.join(missing)}", missing=missing
        )


def find_missing(activity: Activity, with_time: bool = True) -> list[str]:
    """The fields that an activity must have to be confirmed and has not."""
    offline, online = activity.mode in ("offline", "both"), activity.mode in ("online", "both")
    needed = {
        "mode": True,
        "starts_at": with_time,
        "place": offline,
        "emergency_plan_id": offline,
        "threat_assessment_id": online,
    }
    return [name for name, is_needed in needed.items() if is_needed and getattr(activity, name) is None]


def _move(activity: Activity, move: Move, reason: str | None, at: datetime, **fields: Any) -> Activity:
    return changed(activity, at, state=find_target(activity, move), reason=reason, **fields)
