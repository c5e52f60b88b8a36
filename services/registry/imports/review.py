"""Decides what of a register is ready: hosts by rule or by verdict, and the rest for a person to look at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from contracts.registry.activities import Host
from contracts.registry.imports import ImportWarning, RowError, ToReview
from contracts.registry.organizations import ResolvedName
from services.registry.imports.duplicates import near_duplicates
from services.registry.imports.hosts import HostPart, split_hosts, split_spaces
from services.registry.imports.register import Register, Row
from services.registry.imports.verdicts import OutsideParty, Verdict, Verdicts
from services.registry.organizations.names import Directory

_STEP = 250


@dataclass(frozen=True)
class ReadyRow:
    """An activity that can be kept. Each host carries its wording; `hosts_text` is the cell, verbatim."""

    row: int
    serial_number: int | None
    category: str
    name: str
    hosts: list[Host]
    hosts_text: str


@dataclass
class Review:
    row_count: int
    ready: list[ReadyRow] = field(default_factory=list)
    to_review: list[ToReview] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[ImportWarning] = field(default_factory=list)


@dataclass(frozen=True)
class Open:
    """A name that no rule and no verdict resolves."""

    part: HostPart
    resolved: ResolvedName


def review(register: Register, directory: Directory, verdicts: Verdicts | None = None) -> Review:
    """Every row without an error comes out ready or with at least one item to review."""
    *_, outcome = review_by_steps(register, directory, verdicts or Verdicts())
    assert isinstance(outcome, Review)
    return outcome


def review_by_steps(register: Register, directory: Directory, verdicts: Verdicts) -> Iterator[float | Review]:
    """As review, with how far it is, from 0 to 1, every so many rows."""
    outcome = Review(register.row_count, errors=list(register.errors), warnings=list(register.warnings))
    outcome.warnings += near_duplicates(register.rows)
    for nth, row in enumerate(register.rows, start=1):
        _review_row(outcome, row, register, directory, verdicts)
        if nth % _STEP == 0:
            yield nth / len(register.rows)
    yield outcome


def resolve_hosts(text: str, directory: Directory, verdicts: Verdicts) -> list[Host | Open]:
    """The hosts that a cell lists, in its order, the first of any that is named twice."""
    whole = verdicts.on(text.strip())
    if whole is not None:
        return [_host(whole, text.strip())]
    found: list[Host | Open] = []
    for part in split_hosts(text, directory.places):
        found.extend(_resolve_part(part, directory, verdicts))
    return _without_repeats(found)


def _review_row(
    outcome: Review, row: Row, register: Register, directory: Directory, verdicts: Verdicts
) -> None:
    category, cell = row.category or verdicts.categories.get(row.row), register.cell(row.row, "hosts")
    if category is None:
        asked = ToReview(row=row.row, cell=register.cell(row.row, "category"), field="category", text="")
        outcome.to_review.append(asked)
    found = resolve_hosts(row.hosts_text, directory, verdicts)
    hosts = [host for host in found if isinstance(host, Host)]
    unclear = [item for item in found if isinstance(item, Open)]
    outcome.to_review.extend(_to_review(row, cell, item) for item in unclear)
    if not found:
        message = "holds separators and no name; expected at least one host"
        outcome.errors.append(RowError(row=row.row, column="主办单位", cell=cell, message=message))
    elif category is not None and not unclear:
        outcome.ready.append(ReadyRow(row.row, row.serial_number, category, row.name, hosts, row.hosts_text))


def _resolve_part(part: HostPart, directory: Directory, verdicts: Verdicts) -> list[Host | Open]:
    known = _known(part, directory, verdicts)
    if isinstance(known, Host):
        return [known]
    pieces = split_spaces(part.text)
    if len(pieces) > 1:
        apart = [_known(HostPart(piece), directory, verdicts) for piece in pieces]
        if all(isinstance(piece, Host) for piece in apart):
            return list(apart)
    return [known]


def _known(part: HostPart, directory: Directory, verdicts: Verdicts) -> Host | Open:
    # Under a place said once, only a verdict on the full name counts: the bare one may mean another's.
    verdict = verdicts.on(part.full)
    if verdict is not None:
        return _host(verdict, part.text)
    resolved = _resolve(part, directory)
    if resolved.organization_id is None:
        return Open(part, resolved)
    return Host(organization_id=resolved.organization_id, written_as=part.text)


def _resolve(part: HostPart, directory: Directory) -> ResolvedName:
    if part.place is None or part.place in directory.prefixes:
        return directory.resolve(part.text)
    outright = directory.resolve_outright(part.text, of_any_kind=not part.said_once)
    if not part.said_once:
        return outright
    carried = directory.resolve(part.full)
    if carried.organization_id is None:
        return outright if outright.organization_id is not None else carried
    if outright.organization_id not in (None, carried.organization_id):
        return directory.unresolved(part.full)
    return carried


def _to_review(row: Row, cell: str | None, item: Open) -> ToReview:
    text, written = item.resolved.name, item.part.text
    return ToReview(
        row=row.row,
        cell=cell,
        field="hosts",
        text=text,
        written_as=written if written != text else None,
        candidates=item.resolved.candidates,
    )


def _without_repeats(found: list[Host | Open]) -> list[Host | Open]:
    seen: set[tuple[UUID | None, str | None]] = set()
    kept: list[Host | Open] = []
    for item in found:
        key = (
            (item.organization_id, item.outside_party)
            if isinstance(item, Host)
            else (None, item.resolved.name)
        )
        if key not in seen:
            kept.append(item)
        seen.add(key)
    return kept


def _host(verdict: Verdict, written_as: str) -> Host:
    if isinstance(verdict, OutsideParty):
        return Host(outside_party=verdict.name, written_as=written_as)
    return Host(organization_id=verdict, written_as=written_as)
