"""What reporting keeps of others, for `rollcall verify`; it owns nothing that could not be made again."""

from chassis.proof import Kept

COPIES = (
    Kept("key", "access_key"),
    Kept("organization", "organization"),
    Kept("campaign", "campaign"),
    Kept("theme_day", "theme_day"),
    Kept("deliverable", "deliverable"),
    Kept("assignment", "assignment"),
    Kept("activity", "activity"),
    Kept("acknowledgement", "acknowledgement"),
    Kept("submission", "submission", "revision"),
)
