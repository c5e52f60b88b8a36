"""Name decisions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.name_decisions import DecideName, NameDecision
from services.registry.name_decisions import handlers

router = make_router()


@router.get("/v1/name-decisions")
async def list_decisions(
    caller: Caller,
    database: Db,
    paging: Paging,
    q: Annotated[str | None, Query(min_length=1, max_length=300)] = None,
    organization_id: UUID | None = None,
    undone: bool = False,
) -> Page[NameDecision]:
    """What texts are decided to mean, by whom and why; with `undone` those that hold no more, and who undid them.

    `q` finds what stands in the text, in the outside party, or in the name of the organization.
    """
    rows = await handlers.list_decisions(
        database, q, organization_id, undone, paging.after_id(), paging.limit + 1, caller
    )
    return cut(rows, paging, lambda decision: (str(decision.id),))


@router.post("/v1/name-decisions", status_code=201, dependencies=[OncePerKey])
async def decide_name(command: DecideName, caller: Caller, database: Db) -> NameDecision:
    """Decide what a text means: an organization, or a party outside of the register. It is remembered.

    A text that is a name or alias already, or is decided already, is refused (409).
    """
    return await handlers.decide_name(database, command, caller)


@router.delete("/v1/name-decisions/{id}", status_code=204)
async def undo_decision(id: UUID, caller: Caller, database: Db) -> None:
    """Undo a decision: the text is to be decided again. It stays listed under `undone`."""
    await handlers.undo_decision(database, id, caller)
