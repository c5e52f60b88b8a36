"""What summaries list, over HTTP."""

from datetime import UTC, datetime
from uuid import UUID

from chassis.http.paging import Page
from chassis.http.routes import Caller, make_router
from chassis.http.state import Db
from contracts.notifier.summaries import Undated
from services.notifier import rules
from services.notifier.directory import store as directory
from services.notifier.summaries import store

router = make_router()
EVER = datetime(1970, 1, 1, tzinfo=UTC)


@router.get("/v1/campaigns/{campaign_id}/undated")
async def list_undated(campaign_id: UUID, caller: Caller, database: Db) -> Page[Undated]:
    """Deliverables without a date, of which nobody is reminded."""
    async with database.reading() as connection:
        campaign = await directory.find_campaign(connection, campaign_id)
        line = await directory.read_line(connection, campaign.issuer_id)
        rules.check_may_see_unreachable(caller, campaign.issuer_id, line)
        return Page(
            items=await store.read_undated(connection, campaign, campaign.issuer_id, EVER, all_of_them=True)
        )
