"""Addressees over HTTP: who a rule would mean."""

from uuid import UUID

from chassis.http.routes import Caller, make_router
from chassis.http.state import Db
from contracts.registry.addressees import AddresseePreview, PreviewAddressees
from services.registry.addressees import handlers

router = make_router()


@router.post("/v1/campaigns/{campaign_id}/addressees/preview")
async def preview_addressees(
    campaign_id: UUID, command: PreviewAddressees, caller: Caller, database: Db
) -> AddresseePreview:
    """Whom a rule would mean at this moment: how many, the first hundred, and what of it has no effect.

    A rule means whoever any of its clauses means, without the exceptions: units named one by one
    (`organization_ids`), every unit of a `kind`, every unit `below` one of the tree (of one kind or of any, `itself`
    or without), every unit that hosts an activity of the campaign with a selection (`hosts_of`). Closed units are
    never meant. Nothing is kept.
    """
    return await handlers.preview_addressees(database, campaign_id, command.rule, caller)
