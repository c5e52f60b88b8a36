"""Where a caller stands in the tree, read for the rules that ask it."""

from collections.abc import Sequence
from uuid import UUID

from chassis.access import Principal
from chassis.connections import Connection
from chassis.database import Transaction
from chassis.refusals import Unprocessable
from contracts.registry.campaigns import Campaign
from services.registry import rules
from services.registry.organizations import store as organizations
from services.registry.rules import Standing

KEEPS_ALL = "SELECT parent_id IS NULL AND kind = 'office' FROM organization WHERE id = $1"


class NotAddressable(Unprocessable):
    """A campaign speaks to the organizations below its issuer, and asks nothing of others."""


async def read_standing(
    connection: Connection, principal: Principal, organization_id: UUID | None
) -> Standing:
    """Where the caller stands to an organization; to None, a place at the root, stands nobody but who keeps all."""
    keeps_all = bool(await connection.fetchval(KEEPS_ALL, principal.organization_id))
    if organization_id is None:
        return Standing(keeps_all)
    return Standing(keeps_all, tuple(await organizations.read_ancestors(connection, organization_id)))


async def check_keeps(
    connection: Connection, principal: Principal, organization_id: UUID, noun: str, id: UUID
) -> None:
    """NotFound for what belongs to an organization that the caller does not keep."""
    rules.check_may_keep_register(principal)
    rules.check_keeps(principal, await read_standing(connection, principal, organization_id), noun, id)


async def check_may_place(
    connection: Connection, principal: Principal, parent_id: UUID | None, field: str = "parent_id"
) -> None:
    """Refuse a place in the tree, named by `field`, that is not the caller's to give."""
    rules.check_may_keep_register(principal)
    rules.check_may_place(principal, await read_standing(connection, principal, parent_id), field)


async def check_keeps_all(connection: Connection, principal: Principal) -> None:
    """Refuse whoever keeps only a part of the register what holds for all of it."""
    if await read_kept(connection, principal) is not None:
        raise rules.NotAllowed(
            "this holds for the whole register; expected the office at the root of the tree"
        )


async def read_kept(connection: Connection, principal: Principal) -> UUID | None:
    """Below which organization the caller keeps the register; None for all of it."""
    rules.check_may_keep_register(principal)
    keeps_all = await connection.fetchval(KEEPS_ALL, principal.organization_id)
    return None if keeps_all else principal.organization_id


async def read_line(connection: Connection, campaign: Campaign) -> Sequence[UUID]:
    """The issuer of a campaign and those above it."""
    return await organizations.read_ancestors(connection, campaign.issuer_id)


OUTSIDE = """
    WITH RECURSIVE below AS (
        SELECT id FROM organization WHERE id = $2
        UNION
        SELECT o.id FROM organization o JOIN below ON o.parent_id = below.id
    )
    SELECT id FROM unnest($1::uuid[]) AS wanted (id) EXCEPT SELECT id FROM below
"""


async def check_addressable(tx: Transaction, campaign: Campaign, field: str, ids: Sequence[UUID]) -> None:
    """Refuse ids outside the issuer's subtree, each with its place in the list; an office at the root addresses all."""
    if await tx.connection.fetchval(KEEPS_ALL, campaign.issuer_id):
        return
    outside = {row["id"] for row in await tx.connection.fetch(OUTSIDE, list(ids), campaign.issuer_id)}
    errors = [
        {"field": f"{field}.{place}", "message": f"{id} is not the issuer nor below it"}
        for place, id in enumerate(ids)
        if id in outside
    ]
    if errors:
        first = "; ".join(f"{error['field']}: {error['message']}" for error in errors[:5])
        raise NotAddressable(
            f"{len(errors)} of {field} are not this campaign's to address; {first}", errors=errors
        )
