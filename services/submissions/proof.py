"""What submissions keeps, its own and of others, for `rollcall verify`."""

from chassis.proof import Kept

OWNS = (Kept("submission", "submission", "revision"),)
COPIES = (
    Kept("key", "access_key"),
    Kept("organization", "organization"),
    Kept("campaign", "campaign"),
    Kept("assignment", "assignment"),
)
