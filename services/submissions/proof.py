"""What submissions keeps, its own and of others, for `rollcall verify`."""

from chassis.proof import Kept

OWNS = (
    Kept("submission", "submission", "revision"),
    Kept("incident", "incident"),
    Kept("incident_limit", "incident_limit"),
)
COPIES = (
    Kept("key", "access_key"),
    Kept("organization", "organization"),
    Kept("campaign", "campaign"),
    Kept("assignment", "assignment"),
    Kept("activity", "activity"),
)
