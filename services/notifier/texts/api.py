"""Texts over HTTP: of the caller's own organization, for the campaigns that it issues."""

from typing import Annotated

from fastapi import Path

from chassis.http.paging import Page
from chassis.http.routes import Caller, IfMatch, make_router
from chassis.http.state import Db
from contracts.notifier.contacts import Locale
from contracts.notifier.texts import PreviewText, SetText, Text, TextPreview
from services.notifier.texts import handlers

router = make_router()

Occasion = Annotated[str, Path(max_length=64, pattern=r"^[a-z_]+$")]


@router.get("/v1/texts")
async def list_texts(caller: Caller, database: Db) -> Page[Text]:
    """Every text in both languages, the organization's own or the built-in one, with its template."""
    async with database.reading() as connection:
        return Page(items=await handlers.list_texts(connection, caller))


@router.get("/v1/texts/{occasion}/{locale}")
async def get_text(occasion: Occasion, locale: Locale, caller: Caller, database: Db) -> Text:
    """One text: version 0 is the built-in one."""
    async with database.reading() as connection:
        return await handlers.find_text(connection, caller, occasion, locale)


@router.put("/v1/texts/{occasion}/{locale}")
async def set_text(
    occasion: Occasion, locale: Locale, command: SetText, caller: Caller, database: Db, expected: IfMatch
) -> Text:
    """Set the organization's own text: it is tried on every example first, and refused with line and reason."""
    return await handlers.set_text(database, occasion, locale, command, expected, caller)


@router.delete("/v1/texts/{occasion}/{locale}", status_code=204)
async def delete_text(
    occasion: Occasion, locale: Locale, caller: Caller, database: Db, expected: IfMatch
) -> None:
    """Back to the built-in text."""
    await handlers.delete_text(database, occasion, locale, expected, caller)


@router.post("/v1/texts/{occasion}/{locale}/preview")
async def preview_text(
    occasion: Occasion, locale: Locale, command: PreviewText, caller: Caller, database: Db
) -> TextPreview:
    """The mail that a text would make of an example; nothing is kept. What is left out is as at present."""
    async with database.reading() as connection:
        return await handlers.preview_text(
            connection, occasion, locale, command.subject, command.body, caller
        )
