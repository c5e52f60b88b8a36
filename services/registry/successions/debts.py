"""Debts in a succession: what is open goes over to the successors, once each; what is past stays. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.identity import new_id
from contracts.registry.assignments import (
    Assignment,
    AssignmentMade,
    AssignmentMoved,
    AssignmentWaived,
    Waiver,
)
from contracts.registry.notices import (
    Acknowledgement,
    AcknowledgementMoved,
    AcknowledgementOwed,
    AcknowledgementReplaced,
)
from contracts.shapes import changed

AssignmentFact = AssignmentMade | AssignmentMoved | AssignmentWaived
AcknowledgementFact = AcknowledgementOwed | AcknowledgementMoved | AcknowledgementReplaced


@dataclass
class Handover:
    """What is saved, what is made, and the facts of both in their order."""

    saved_assignments: list[Assignment] = field(default_factory=list)
    made_assignments: list[Assignment] = field(default_factory=list)
    saved_acknowledgements: list[Acknowledgement] = field(default_factory=list)
    made_acknowledgements: list[Acknowledgement] = field(default_factory=list)
    facts: list[AssignmentFact | AcknowledgementFact] = field(default_factory=list)

    def move(self, debt: Assignment, heir_id: UUID, at: datetime) -> None:
        """Owed by the successor from now on; its due moment and its past reminders stay."""
        self._save(AssignmentMoved(assignment=changed(debt, at, organization_id=heir_id)))

    def let_off(self, debt: Assignment, reason: str, by: UUID, at: datetime) -> None:
        """Owed no longer, for the successor owes the same."""
        waiver = Waiver(reason=reason, granted_at=at, granted_by=by)
        self._save(AssignmentWaived(assignment=changed(debt, at, state="waived", waiver=waiver)))

    def owe_again(self, waived: Assignment, debt: Assignment, at: datetime) -> None:
        """The successor was let off its own: that one takes up what comes over, for it has one a deliverable."""
        terms = {"due_at": debt.due_at, "closes_at": debt.closes_at, "extension": debt.extension}
        owed = changed(waived, at, state="owed", waiver=None, due_set_at=at, **terms)
        self._save(AssignmentMoved(assignment=owed))

    def owe_too(self, debt: Assignment, heir_id: UUID, at: datetime) -> None:
        """A further successor owes the same by the same moment."""
        fields = {
            "id": new_id(),
            "organization_id": heir_id,
            "version": 1,
            "created_at": at,
            "updated_at": at,
        }
        made = debt.model_copy(update={**fields, "due_set_at": at})
        self.made_assignments.append(made)
        self.facts.append(AssignmentMade(assignment=made))

    def _save(self, fact: AssignmentMoved | AssignmentWaived) -> None:
        self.saved_assignments.append(fact.assignment)
        self.facts.append(fact)

    def move_acknowledgement(self, debt: Acknowledgement, heir_id: UUID, at: datetime) -> None:
        """The successor acknowledges in its place."""
        moved = changed(debt, at, organization_id=heir_id)
        self.saved_acknowledgements.append(moved)
        self.facts.append(AcknowledgementMoved(acknowledgement=moved))

    def replace_acknowledgement(self, debt: Acknowledgement, at: datetime) -> None:
        """The successor has the same notice of its own."""
        replaced = changed(debt, at, state="replaced")
        self.saved_acknowledgements.append(replaced)
        self.facts.append(AcknowledgementReplaced(acknowledgement=replaced))

    def acknowledge_too(self, debt: Acknowledgement, heir_id: UUID, at: datetime) -> None:
        """A further successor owes the same acknowledgement."""
        fields = {
            "id": new_id(),
            "organization_id": heir_id,
            "version": 1,
            "created_at": at,
            "updated_at": at,
        }
        made = debt.model_copy(update=fields)
        self.made_acknowledgements.append(made)
        self.facts.append(AcknowledgementOwed(acknowledgement=made))


def is_open(debt: Assignment | Acknowledgement, at: datetime) -> bool:
    """Owed, and not past its due moment: what was due before is the past of the unit that owed it."""
    return debt.state == "owed" and (debt.due_at is None or debt.due_at > at)


def hand_over(
    owed: Mapping[UUID, Sequence[Assignment]],
    from_id: UUID,
    heir_ids: Sequence[UUID],
    reason: str,
    by: UUID,
    at: datetime,
    handover: Handover,
) -> None:
    """`owed` holds everything that each of them owes or owed. The first heir takes over, the others owe beside it.

    Afterwards every heir owes once each deliverable that was open, and `from_id` none of them.
    """
    for debt in owed.get(from_id, ()):
        if not is_open(debt, at):
            continue
        first = _of_deliverable(owed, heir_ids[0], debt.deliverable_id)
        if first is None:
            handover.move(debt, heir_ids[0], at)
        else:
            handover.let_off(debt, reason, by, at)
            if first.state == "waived":
                handover.owe_again(first, debt, at)
        for heir_id in heir_ids[1:]:
            theirs = _of_deliverable(owed, heir_id, debt.deliverable_id)
            if theirs is None:
                handover.owe_too(debt, heir_id, at)
            elif theirs.state == "waived":
                handover.owe_again(theirs, debt, at)


def hand_over_acknowledgements(
    owed: Mapping[UUID, Sequence[Acknowledgement]],
    from_id: UUID,
    heir_ids: Sequence[UUID],
    at: datetime,
    handover: Handover,
) -> None:
    """The same for acknowledgements: whoever has the notice already has it once."""
    for debt in owed.get(from_id, ()):
        if not is_open(debt, at):
            continue
        if _has_notice(owed, heir_ids[0], debt.notice_id):
            handover.replace_acknowledgement(debt, at)
        else:
            handover.move_acknowledgement(debt, heir_ids[0], at)
        for heir_id in heir_ids[1:]:
            if not _has_notice(owed, heir_id, debt.notice_id):
                handover.acknowledge_too(debt, heir_id, at)


def _of_deliverable(
    owed: Mapping[UUID, Sequence[Assignment]], owner_id: UUID, deliverable_id: UUID
) -> Assignment | None:
    return next((each for each in owed.get(owner_id, ()) if each.deliverable_id == deliverable_id), None)


def _has_notice(owed: Mapping[UUID, Sequence[Acknowledgement]], owner_id: UUID, notice_id: UUID) -> bool:
    return any(each.notice_id == notice_id for each in owed.get(owner_id, ()))
