"""Theme days: set one."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database
from chassis.identity import new_id
from contracts.registry.theme_days import SetThemeDay, ThemeDay, ThemeDaySet
from services.registry import rules
from services.registry.campaigns import store as campaigns
from services.registry.organizations.handlers import check_known
from services.registry.theme_days import model, store


async def set_theme_day(
    database: Database, campaign_id: UUID, command: SetThemeDay, actor: Principal
) -> ThemeDay:
    """Give a day of the campaign its theme and organisers."""
    rules.check_may_keep_register(actor)
    async with database.transaction() as tx:
        campaign = await campaigns.find(tx.connection, campaign_id)
        rules.check_may_run(actor, campaign)
        await check_known(tx, "organiser_ids", command.organiser_ids)
        theme_day = model.set_theme_day(command, campaign, new_id(), tx.now)
        await store.insert(tx, theme_day)
        await tx.record(ThemeDaySet(theme_day=theme_day), actor)
        return tx.answer(theme_day)
