"""Cases: a submission that is to be decided, its assignment, which is locked, and where its unit stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.access import Principal
from chassis.database import Transaction
from chassis.refusals import NotFound, StaleVersion, check_version
from contracts.submissions.submissions import Submission
from services.submissions import rules
from services.submissions.directory import store as directory
from services.submissions.rules import Standing
from services.submissions.submissions import store
from services.submissions.submissions.model import Owed


@dataclass(frozen=True, slots=True)
class Case:
    """All that a decision needs to know; nobody else decides it or hands in while the transaction lasts."""

    submission: Submission
    owed: Owed
    standing: Standing

    def check_may_review(self, actor: Principal) -> None:
        """Refuse whoever may not review it."""
        rules.check_may_review(actor, self.standing, self.submission.review_stages)

    def is_office(self, actor: Principal) -> bool:
        """Whether the caller decides for the office."""
        return rules.is_office(actor, self.standing)

    def check_version(self, read: int | None, expected: int | None) -> None:
        """Refuse to decide a version that has been replaced: by the body's `version` or by If-Match."""
        check_version(self.submission.version, expected)
        if read is not None and read != self.submission.version:
            raise StaleVersion(
                f"version {read} was to be decided, and the present version is {self.submission.version}: read it",
                current_version=self.submission.version,
            )


async def open_case(tx: Transaction, id: UUID) -> Case:
    """One case, or NotFound."""
    found = await open_cases(tx, [id])
    if id not in found:
        raise not_seen(id)
    return found[id]


async def open_cases(tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Case]:
    """The cases of these submissions, as far as they are there, by the submission's id."""
    assignment_ids = await store.read_assignment_ids(tx.connection, ids)
    owed = await store.lock_owed(tx, assignment_ids)
    # After the locks: whoever held them has committed, and what it did is seen.
    present = await store.read_present(tx, assignment_ids)
    standings = await directory.read_standings(
        tx.connection, [(each.organization_id, each.campaign_id) for each in owed.values()]
    )
    return {
        each.id: Case(each, owes, standings[owes.organization_id, owes.campaign_id])
        for assignment_id, each in present.items()
        if (owes := owed.get(assignment_id))
    }


def not_seen(id: UUID) -> NotFound:
    """The one answer for what is not there and for what is not the caller's to see."""
    return NotFound(f"there is no submission {id}, or it is not yours to see")
