"""Intake: whoever hands in at the same moment shares one transaction, each with a receipt or refusal of its own."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis import events, idempotency
from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database
from chassis.events import Entry
from chassis.gathering import Gatherer
from chassis.idempotency import AnsweredBefore, Claim, Kept
from chassis.identity import new_id
from chassis.refusals import Refusal
from chassis.writing import Parts, Write, write
from contracts.attachments import Attachment
from contracts.submissions.submissions import (
    HandIn,
    Receipt,
    Submission,
    SubmissionReceived,
)
from services.submissions import rules
from services.submissions.attachments import store as attachments
from services.submissions.submissions import model, store
from services.submissions.submissions.model import Owed

USED = Parts(used=attachments.USE)
RACES = 5
"""How often a hand-in that lost a race for an Idempotency-Key looks again: the winner is committed by then."""


class Asked(NamedTuple):
    """One request to hand in, wholly received `at`; `claim` is its Idempotency-Key.

    `anew` when the caller gave it a key of its own: then it is a version of its own, though it says the same.
    """

    command: HandIn
    actor: Principal
    at: datetime
    claim: Claim | None
    traceparent: str
    anew: bool = False


class Intake:
    """The way in for everybody: while one batch commits, the next gathers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.gatherer = Gatherer(self._hand_in_all)

    async def hand_in(
        self, command: HandIn, actor: Principal, at: datetime, claim: Claim | None, traceparent: str
    ) -> Receipt:
        """Take in what was wholly received `at`; the receipt is on disk before it is answered."""
        return await self.gatherer.ask(Asked(command, actor, at, claim, traceparent, anew=claim is not None))

    async def _hand_in_all(self, batch: Sequence[Asked]) -> Sequence[Receipt | Exception]:
        for _ in range(RACES - 1):
            try:
                return await hand_in_all(self.database, batch)
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                if len(batch) > 1:
                    raise
        return await hand_in_all(self.database, batch)


async def hand_in_all(database: Database, batch: Sequence[Asked]) -> list[Receipt | Exception]:
    """For each its receipt, or the refusal that stands in its place; all of them commit together."""
    # Attachments are locked from when they are looked at until they are named.
    if not any(asked.command.attachment_ids for asked in batch):
        with suppress(*store.RACED):
            return await _hand_in_at_once(database, batch)
    async with database.transaction() as tx:
        await store.lock_owed(tx, [asked.command.assignment_id for asked in batch])
        # After the locks: whoever held them has committed, and what it did is seen.
        desk = await open_desk(tx.connection, batch)
        desk.named = await attachments.read_named(
            tx, [id for asked in batch for id in asked.command.attachment_ids]
        )
        outcomes = [desk.take(asked) for asked in batch]
        await desk.keep(tx.connection, tx.now)
        tx.recorded = bool(desk.entries)
    return outcomes


async def _hand_in_at_once(database: Database, batch: Sequence[Asked]) -> list[Receipt | Exception]:
    """One look and one statement, which fails as a whole when anything has changed in between."""
    async with database.apart() as connection:
        desk = await open_desk(connection, batch)
        outcomes = [desk.take(asked) for asked in batch]
        await desk.keep(connection, database.clock.now())
    if desk.entries:
        database.told.set()
    return outcomes


async def open_desk(connection: Connection, batch: Sequence[Asked]) -> "Desk":
    """What a batch needs to know, read without a lock: `keep` finds out whether it still holds."""
    wanted = ((asked.command.assignment_id, asked.claim) for asked in batch)
    return Desk(*await store.read_known(connection, wanted))


@dataclass
class Desk:
    """Takes one after another, so that two for the same assignment are versions 1 and 2."""

    owed: dict[UUID, Owed]
    known: dict[UUID, Submission]
    kept: dict[tuple[UUID, str], Kept]
    named: dict[UUID, Attachment] = field(default_factory=dict)
    present: dict[UUID, Submission] = field(default_factory=dict)
    versions: list[tuple[Submission, bytes]] = field(default_factory=list)
    uses: list[tuple[UUID, UUID]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    answered: dict[tuple[UUID, str], Kept] = field(default_factory=dict)

    def take(self, asked: Asked) -> Receipt | Exception:
        """The receipt, or why not."""
        try:
            self._check_key(asked.claim)
            receipt = self._hand_in(asked)
        except (Refusal, AnsweredBefore) as refusal:
            return refusal
        if asked.claim is not None:
            key = (asked.claim.key_id, asked.claim.key)
            self.answered[key] = idempotency.answer_to(asked.claim, receipt)
        return receipt

    async def keep(self, connection: Connection, at: datetime) -> None:
        """Write all that was taken in one statement."""
        writes = list[Write]()
        if self.answered:
            writes.append(idempotency.keeping(self.answered, at))
        if self.uses:
            used = [each for each, _ in self.uses], [each for _, each in self.uses]
            writes.append(Write(USED, used))
        if self.versions:
            writes.append(events.appending(self.entries, at))
            # PostgreSQL begins with the last: the assignments are locked before all else, in the order that all use.
            writes.append(store.receiving(self.owed, self.versions))
        if writes:
            await write(connection, *writes)

    def _check_key(self, claim: Claim | None) -> None:
        if claim is not None:
            key = (claim.key_id, claim.key)
            idempotency.check(self.answered.get(key) or self.kept.get(key), claim)

    def _hand_in(self, asked: Asked) -> Receipt:
        command, at = asked.command, asked.at
        owed = self.owed.get(command.assignment_id)
        if owed is None:
            raise rules.not_assigned()
        rules.check_may_hand_in(asked.actor, owed.organization_id)
        present = self.present.get(owed.id) or self.known.get(owed.id)
        attached = model.check_attachments(owed, command.attachment_ids, self.named)
        number = model.make_receipt_number(owed.timezone, at)
        handed_in = model.hand_in(owed, present, command, new_id(), number, at, asked.anew, attached)
        if handed_in is None:
            assert present is not None
            return receipt_of(present)
        submission, _ = handed_in
        self.present[owed.id] = submission
        self.versions.append(handed_in)
        self.uses += [(each.id, submission.id) for each in attached]
        self.entries.append(Entry(SubmissionReceived(submission=submission), asked.actor, asked.traceparent))
        return receipt_of(submission)


def receipt_of(submission: Submission) -> Receipt:
    """The receipt of the newest version."""
    return Receipt(
        id=submission.id,
        version=submission.version,
        receipt_number=submission.receipt_number,
        received_at=submission.received_at,
        on_time=submission.on_time,
        content_sha256=submission.content_sha256,
        state=submission.state,
        assignment_id=submission.assignment_id,
        organization_id=submission.organization_id,
        nil_return=submission.nil_return,
    )
