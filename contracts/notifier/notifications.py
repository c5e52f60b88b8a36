"""Notification 提醒: what is said to whom, why, over which channel, and what became of it."""

from typing import Literal
from uuid import UUID

from contracts.envelope import Event
from contracts.shapes import Aggregate, Instant, Shape

NO_CAMPAIGN = UUID(int=0)
"""Stands for the campaign of what belongs to none, such as an incident while none is running."""
State = Literal["planned", "sending", "sent", "failed", "given_up"]


class Notification(Aggregate):
    """`organization_id` is who is told, `about_organization_id` who owes.

    `occasion` is a rung of the ladder (due-7 … due+3) or the fact it speaks of (submission_returned).
    `campaign_id` is NO_CAMPAIGN where it speaks of an incident outside of any.
    """

    campaign_id: UUID
    occasion: str
    assignment_id: UUID | None = None
    acknowledgement_id: UUID | None = None
    submission_id: UUID | None = None
    activity_id: UUID | None = None
    organization_id: UUID
    about_organization_id: UUID
    channel: str
    state: State
    planned_for: Instant
    sent_at: Instant | None = None
    attempts: int = 0
    last_error: str | None = None


class Unreachable(Shape):
    """An organization that is owed a message and has no working address."""

    organization_id: UUID
    name: str
    notification_count: int


class NotificationSent(Event, type="rollcall.notifier.notification.sent.v1"):
    notification: Notification


class NotificationGivenUp(Event, type="rollcall.notifier.notification.given_up.v1"):
    notification: Notification


FACTS = (NotificationSent, NotificationGivenUp)
