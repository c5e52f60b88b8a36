"""Texts: show, set, preview and give up an office's own. None is kept that fails on any example of its occasion."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Database, Transaction
from chassis.identity import new_id
from chassis.refusals import NotFound, Unprocessable, check_version
from contracts.notifier.contacts import Locale
from contracts.notifier.texts import SetText, Text, TextPreview
from services.notifier import rules
from services.notifier.deliveries.store import Item
from services.notifier.deliveries.texts import show, write_frame
from services.notifier.texts import store
from services.notifier.texts.builtin import read_built_in
from services.notifier.texts.model import BrokenPart, OwnText, write_own
from services.notifier.texts.occasions import BUILT_IN_ALONE, DUE_AT, OCCASIONS, TEXT_NAMES
from services.notifier.texts.store import KeptText


class BadText(Unprocessable):
    """A text that cannot be written for every case of its occasion: `errors` says which part, which line and why."""


async def list_texts(connection: Connection, caller: Principal) -> list[Text]:
    """Every text there is: the organization's own where it has set one, else the built-in one."""
    rules.check_may_see_texts(caller)
    own = await store.read_all(connection, caller.organization_id)
    return [
        _describe(caller.organization_id, name, locale, own.get((name, locale)))
        for name in TEXT_NAMES
        if name not in BUILT_IN_ALONE
        for locale in _LOCALES
    ]


async def find_text(connection: Connection, caller: Principal, occasion: str, locale: Locale) -> Text:
    """One text, as it is written in the campaigns of the caller's organization."""
    rules.check_may_see_texts(caller)
    _check_occasion(occasion)
    kept = await store.find(connection, caller.organization_id, occasion, locale)
    return _describe(caller.organization_id, occasion, locale, kept)


async def set_text(
    database: Database,
    occasion: str,
    locale: Locale,
    command: SetText,
    expected: int | None,
    actor: Principal,
) -> Text:
    """Keep an own text, which was tried on every example; the same again changes nothing."""
    rules.check_may_set_texts(actor)
    _check_occasion(occasion)
    wanted = OwnText(new_id(), 1, actor.organization_id, occasion, locale, command.subject, command.body)
    try_out(wanted)
    async with database.transaction() as tx:
        present = await _lock(tx, occasion, locale, expected, actor)
        if present is not None and (present.subject, present.body) == (command.subject, command.body):
            return _describe(actor.organization_id, occasion, locale, present)
        kept = KeptText(
            wanted.id,
            1,
            tx.now,
            tx.now,
            actor.organization_id,
            occasion,
            locale,
            command.subject,
            command.body,
            actor.key_id,
        )
        if present is not None:
            kept = replace(kept, id=present.id, version=present.version + 1, created_at=present.created_at)
        await store.save(tx, kept)
    return _describe(actor.organization_id, occasion, locale, kept)


async def delete_text(
    database: Database, occasion: str, locale: Locale, expected: int | None, actor: Principal
) -> None:
    """Give an own text up; without one nothing is to be done."""
    rules.check_may_set_texts(actor)
    _check_occasion(occasion)
    async with database.transaction() as tx:
        present = await _lock(tx, occasion, locale, expected, actor)
        if present is not None:
            await store.delete(tx, present.id)


async def preview_text(
    connection: Connection,
    occasion: str,
    locale: Locale,
    subject: str | None,
    body: str | None,
    caller: Principal,
) -> TextPreview:
    """The mail that a text makes of its occasion's full example; what is not given is as it stands at present."""
    rules.check_may_set_texts(caller)
    present = await find_text(connection, caller, occasion, locale)
    wanted = OwnText(
        uuid4(), 1, caller.organization_id, occasion, locale, subject or present.subject, body or present.body
    )
    example, written = try_out(wanted)
    as_subject, text, html = write_frame([example], [written], locale)
    return TextPreview(occasion=occasion, locale=locale, subject=as_subject, text=text, html=html)


def try_out(text: OwnText) -> tuple[Mapping[str, Any], tuple[str, str]]:
    """Write a text for every example; the full one and what came of it, or BadText."""
    examples = show_examples(text.occasion)
    errors: dict[str, dict[str, Any]] = {}
    written: list[tuple[str, str]] = []
    for example in examples:
        for part in ("subject", "body"):
            # Each part on its own, so that one answer names the faults of both.
            alone = replace(text, subject="-") if part == "body" else replace(text, body="-")
            try:
                written.append(write_own(alone, example))
            except BrokenPart as broken:
                said = {"field": part, "message": str(broken.error), "line": broken.error.line}
                errors.setdefault(part, said)
    if errors:
        found = list(errors.values())
        raise BadText("; ".join(f"{each['field']}, {each['message']}" for each in found), errors=found)
    return examples[0], (written[0][0], written[1][1])


def show_examples(occasion: str) -> list[dict[str, Any]]:
    """The examples of an occasion as texts see them, the full one first."""
    known = OCCASIONS[occasion]
    return [
        {
            **show(
                Item(
                    notification_id=UUID(int=0),
                    occasion="due-0"
                    if occasion in ("due_today", "below_due")
                    else "due-3"
                    if occasion.startswith("due")
                    else occasion,
                    title="活动总结",
                    is_own=not occasion.startswith("below_"),
                    about_name="某区",
                    campaign_name="网络安全宣传周",
                    timezone="Asia/Shanghai",
                    due_at=due_at,
                    details=dict(details),
                )
            ),
            "kind": occasion,
        }
        for details in known.examples
        for due_at in ((DUE_AT, None) if occasion == "urged" else (DUE_AT,) if known.has_due else (None,))
    ]


_LOCALES: tuple[Locale, ...] = ("zh-CN", "en")


async def _lock(
    tx: Transaction, occasion: str, locale: Locale, expected: int | None, actor: Principal
) -> KeptText | None:
    present = await store.lock(tx, actor.organization_id, occasion, locale)
    check_version(0 if present is None else present.version, expected)
    return present


def _check_occasion(occasion: str) -> None:
    if occasion not in OCCASIONS or occasion in BUILT_IN_ALONE:
        raise NotFound(f"there is no text {occasion}")


def _describe(organization_id: UUID, occasion: str, locale: Locale, kept: KeptText | None) -> Text:
    subject, body = read_built_in(occasion, locale) if kept is None else (kept.subject, kept.body)
    return Text(
        organization_id=organization_id,
        occasion=occasion,
        locale=locale,
        subject=subject,
        body=body,
        is_own=kept is not None,
        version=0 if kept is None else kept.version,
        updated_at=None if kept is None else kept.updated_at,
        set_by=None if kept is None else kept.set_by,
    )
