"""Imports: preview a file, decide what is unclear, apply it whole or not at all."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis import idempotency
from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database
from chassis.identity import new_id
from chassis.refusals import StaleVersion, check_version
from contracts.registry.imports import DecideImport, Findings, ImportApplied, ImportKind
from services.registry import rules
from services.registry.addressees.handlers import enrol
from services.registry.campaigns import store as campaigns
from services.registry.imports import applying, model, standing, store
from services.registry.imports.question import Question
from services.registry.imports.reading import Answer, examine
from services.registry.imports.store import Import
from services.registry.imports.verdicts import new_organizations, verdicts_of
from services.registry.organizations.handlers import check_known
from services.registry.organizations.model import today

MOST_ROWS_AT_ONCE = 5_000
"""Of a file with more rows the preview is made after the answer."""


@dataclass(frozen=True)
class Shown:
    """An import as it is answered: its findings are JSON already, and are not read again only to be written."""

    imported: Import

    @property
    def version(self) -> int:
        """What its ETag names."""
        return self.imported.version

    def model_dump_json(self) -> str:
        """The contract's ImportPreview."""
        each = self.imported
        head = {
            "id": str(each.id),
            "version": each.version,
            "created_at": _instant(each.created_at),
            "updated_at": _instant(each.updated_at),
            "campaign_id": str(each.campaign_id),
            "kind": each.kind,
            "filename": each.filename,
            "state": each.state,
            "progress": round(each.progress, 3),
            "problem": each.problem,
        }
        findings = each.findings or Findings(row_count=each.row_count).model_dump_json()
        return f"{json.dumps(head, ensure_ascii=False)[:-1]}, {findings[1:]}"


async def preview_import(
    database: Database,
    campaign_id: UUID,
    kind: ImportKind,
    filename: str,
    content: bytes,
    prefixes: Sequence[str],
    actor: Principal,
) -> Shown:
    """Read a file and say what would come of it; nothing is changed but that the file is kept."""
    rules.check_may_keep_register(actor)
    async with database.reading() as connection:
        rules.check_may_run(actor, await campaigns.find(connection, campaign_id))
    digest = hashlib.sha256(content).hexdigest()
    present = await standing.read_standing(database, kind, campaign_id, digest)
    answer = await examine(Question(kind, content, present, prefixes, most_rows=MOST_ROWS_AT_ONCE))
    async with database.transaction() as tx:
        imported = Import(
            id=new_id(),
            version=1,
            created_at=tx.now,
            updated_at=tx.now,
            campaign_id=campaign_id,
            kind=kind,
            filename=filename,
            sha256=digest,
            state="reading" if answer.is_long else "previewed",
            row_count=answer.row_count,
            progress=0.0 if answer.is_long else 1.0,
            findings=answer.findings or None,
            register=None if answer.is_long else present.mark,
        )
        await store.insert(tx, imported, content, actor.key_id)
        claim = idempotency.current()
        if answer.is_long and claim is not None:
            claim.status = 202
        return tx.answer(Shown(imported))


async def show_import(database: Database, id: UUID, prefixes: Sequence[str], actor: Principal) -> Shown:
    """What would come of a file that was sent before, judged by the register of today."""
    imported = await find_import(database, id, actor)
    if imported.state in ("reading", "failed"):
        return Shown(imported)
    async with database.reading() as connection:
        day = today(database.clock.now())
        if imported.register == await standing.read_mark(
            connection, imported.campaign_id, imported.sha256, day
        ):
            return Shown(imported)
        file = await store.read_file(connection, id)
    present = await standing.read_standing(database, imported.kind, imported.campaign_id, imported.sha256)
    answer = await examine(Question(imported.kind, file, present, prefixes))
    async with database.transaction() as tx:
        version = await store.save_findings(tx, imported, answer.findings, present.mark, answer.row_count)
        if version is None:
            return Shown(await store.find(tx.connection, id))
    return Shown(
        replace(
            imported,
            version=version,
            updated_at=tx.now,
            findings=answer.findings,
            register=present.mark,
            row_count=answer.row_count,
        )
    )


async def write_errors(
    database: Database, id: UUID, prefixes: Sequence[str], actor: Principal
) -> tuple[Import, bytes]:
    """The office's own sheet again as xlsx, with what is wrong or open beside each row."""
    imported = await find_import(database, id, actor)
    _check_read(imported)
    async with database.reading() as connection:
        file = await store.read_file(connection, id)
    present = await standing.read_standing(database, imported.kind, imported.campaign_id, imported.sha256)
    answer = await examine(Question(imported.kind, file, present, prefixes, want="workbook"))
    return imported, answer.workbook


async def apply_import(
    database: Database,
    id: UUID,
    command: DecideImport,
    prefixes: Sequence[str],
    actor: Principal,
    expected: int | None = None,
) -> ImportApplied:
    """Apply a file with these decisions, in one transaction; Undecided while anything is open.

    With `expected`, only while the register is as it was when the import had that version.
    """
    imported = await find_import(database, id, actor)
    _check_read(imported)
    if imported.kind == "organizations" and command.decisions:
        raise model.NothingToDecide("a file of organizations takes no decisions; expected an empty list")
    founded = {wanted.name: new_id() for wanted in new_organizations(command.decisions)}
    verdicts_of(command.decisions, founded)
    async with database.reading() as connection:
        file = await store.read_file(connection, id)
    present = await standing.read_standing(database, imported.kind, imported.campaign_id, imported.sha256)
    question = Question(
        imported.kind,
        file,
        present,
        prefixes,
        [decision.model_dump(mode="json") for decision in command.decisions],
        {name: str(id) for name, id in founded.items()},
        want="changes",
    )
    answer = await examine(question)
    async with database.transaction() as tx:
        held = await applying.hold(tx, imported, answer)
        await check_known(tx, "decisions", [decision.organization_id for decision in command.decisions])
        day = today(tx.now)
        mark = await standing.read_mark(tx.connection, imported.campaign_id, imported.sha256, day)
        _check_expected(await store.find(tx.connection, id), mark, expected)
        if mark != present.mark:
            # It moved while the file was read. Now it is held: once more, and the outcome is of this moment.
            answer = await _examine_again(tx.connection, imported, question, day)
            held = await applying.hold(tx, imported, answer)
        await applying.decide(tx, command.decisions, answer, actor)
        model.check_decided(answer.open_errors, answer.open_texts)
        outcome = await applying.write(tx, imported, answer, held, actor)
        await store.save_applied(tx, id, outcome, command.decisions, actor.key_id)
        await enrol(tx, actor)
        return tx.answer(outcome)


async def find_import(database: Database, id: UUID, actor: Principal) -> Import:
    """The import, for those who may run its campaign."""
    rules.check_may_keep_register(actor)
    async with database.reading() as connection:
        imported = await store.find(connection, id)
        rules.check_may_run(actor, await campaigns.find(connection, imported.campaign_id))
    return imported


async def _examine_again(connection: Connection, imported: Import, question: Question, day: date) -> Answer:
    present = await standing.read_standing_in(
        connection, imported.kind, imported.campaign_id, imported.sha256, day
    )
    return await examine(replace(question, standing=present))


def _check_expected(imported: Import, mark: str, expected: int | None) -> None:
    check_version(imported.version, expected)
    if expected is not None and imported.register != mark:
        raise StaleVersion(
            f"the register has moved since version {expected} of this import was shown: read it again",
            current_version=imported.version,
        )


def _check_read(imported: Import) -> None:
    if imported.state == "reading":
        raise model.NotRead(f"the file is still being read ({imported.progress:.0%}); come again")
    if imported.state == "failed":
        raise model.NotRead("the file could not be read", problem=imported.problem)


def _instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
