"""Name decisions: what a text may be decided to mean, and when it is to be decided again."""

from dataclasses import dataclass
from uuid import UUID

from chassis.refusals import Conflict
from contracts.registry.name_decisions import DecideName, NameDecision


class TextIsName(Conflict):
    """The text is the name or an alias of an open organization: it means that one, and nothing is to be decided."""


class DecidedAlready(Conflict):
    """A text means one thing: what it was decided to mean is undone first."""


@dataclass(frozen=True)
class OutsideParty:
    name: str


Verdict = UUID | OutsideParty


def verdict_of(command: DecideName) -> Verdict:
    """What the text is to mean."""
    if command.organization_id is not None:
        return command.organization_id
    assert command.outside_party is not None  # the contract's own check: one of the two is there
    return OutsideParty(command.outside_party)


def check_not_a_name(text: str, bearer_id: UUID | None) -> None:
    """A name resolves by itself, and a decision on it would never be asked."""
    if bearer_id is not None:
        raise TextIsName(
            f"{text!r} is the name or an alias of {bearer_id}; expected a text that no unit bears"
        )


def check_undecided(present: NameDecision | None) -> None:
    """Refuse while another decision on the text is in force."""
    if present is not None and present.in_force:
        means = present.organization_id or present.outside_party
        raise DecidedAlready(
            f"{present.text!r} was decided at {present.decided_at.isoformat()} to mean {means}; undo that first",
            decision_id=str(present.id),
        )
