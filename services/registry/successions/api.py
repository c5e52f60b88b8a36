"""Successions over HTTP."""

from uuid import UUID

from chassis.http.routes import Caller, IfMatch, OncePerKey, make_router
from chassis.http.state import Db
from contracts.registry.organizations import Organization
from contracts.registry.successions import MergeOrganization, SplitOrganization
from services.registry.successions import handlers

router = make_router()


@router.post("/v1/organizations/{id}/merge", dependencies=[OncePerKey])
async def merge_organization(
    id: UUID, command: MergeOrganization, caller: Caller, database: Db, expected: IfMatch
) -> Organization:
    """Merge a unit into another, for good. The answer is the merged unit, closed.

    Its name and aliases become aliases of the successor; open units below it move there, and so do decisions on
    names. What it owes and is not past its due moment is owed by the successor, or waived (an acknowledgement:
    replaced) where the successor owes it itself. What was due before stays with the merged unit.
    """
    return await handlers.merge_organization(database, id, command, expected, caller)


@router.post("/v1/organizations/{id}/split", dependencies=[OncePerKey])
async def split_organization(
    id: UUID, command: SplitOrganization, caller: Caller, database: Db, expected: IfMatch
) -> Organization:
    """Split a unit into others, for good. The answer is the split unit, closed.

    The first successor takes over what is open and the units below; each other one owes the same by the same
    moment. The names are free, and texts that meant the unit are to be decided again.
    """
    return await handlers.split_organization(database, id, command, expected, caller)
