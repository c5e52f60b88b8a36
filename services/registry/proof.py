"""What the registry keeps as its own, for `rollcall verify`."""

from chassis.proof import Kept

OWNS = (
    Kept("organization", "organization"),
    Kept("key", "key"),
    Kept("campaign", "campaign"),
    Kept("theme_day", "theme_day"),
    Kept("notice", "notice"),
    Kept("acknowledgement", "acknowledgement"),
    Kept("deliverable", "deliverable"),
    Kept("assignment", "assignment"),
    Kept("activity", "activity"),
    Kept("edition", "edition"),
    Kept("calendar_day", "calendar_day"),
)
COPIES = (Kept("key", "access_key"),)
