"""What the notifier keeps of others, for `rollcall verify`."""

from chassis.proof import Kept

COPIES = (
    Kept("key", "access_key"),
    Kept("organization", "organization"),
    Kept("campaign", "campaign"),
    Kept("calendar_day", "calendar_day"),
    Kept("deliverable", "deliverable"),
    Kept("assignment", "assignment"),
    Kept("acknowledgement", "acknowledgement"),
    Kept("submission", "submission", "revision"),
    Kept("incident", "incident"),
)
