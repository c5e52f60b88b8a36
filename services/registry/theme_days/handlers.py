"""Theme days: set one."""

from uuid import UUID

from chassis.access import Principal
from chassis.database import Database
from chassis.identity import new_id
from contracts.registry.theme_days import SetThemeDay, ThemeDay, ThemeDaySet
from services.registry import rules
from services.registry.campaigns import store as campaigns
from services.registry.organizations.handlers import check_known
from services.registry.theme_days import store


async def set_theme_day(
    database: Database, campaign_id: UUID, command: SetThemeDay, actor: Principal
) -> ThemeDay:
    """Give a day its theme and organisers."""
    async with database.transaction() as tx:
        rules.check_may_run(actor, await campaigns.find(tx.connection, campaign_id))
        await check_known(tx, "organiser_ids", command.organiser_ids)
        theme_day = ThemeDay(
            id=new_id(),
            version=1,
            created_at=tx.now,
            updated_at=tx.now,
            campaign_id=campaign_id,
            date=command.date,
            name=command.name,
            organiser_ids=list(dict.fromkeys(command.organiser_ids)),
        )
        await store.insert(tx, theme_day)
        await tx.record(ThemeDaySet(theme_day=theme_day), actor)
        return tx.answer(theme_day)
