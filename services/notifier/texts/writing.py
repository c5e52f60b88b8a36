"""Writing: the message of a delivery; an own text that fails is replaced, counted, and its office told of it once."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from prometheus_client import Counter

from chassis.database import Database
from services.notifier.channels.message import Frame, Message
from services.notifier.deliveries.store import Item
from services.notifier.deliveries.texts import compose
from services.notifier.notifications.store import FactToTell, plan_fact
from services.notifier.texts import store
from services.notifier.texts.model import Failure

log = structlog.get_logger()

FAILURES = Counter(
    "rollcall_notifier_texts_failures_total",
    "Own texts that could not be written, so that the built-in one was sent",
    ["occasion"],
    registry=None,
)


async def write(
    database: Database,
    delivery_id: UUID,
    items: Sequence[Item],
    locale: str,
    written_at: datetime,
    frame: Frame,
) -> Message:
    """One message of all items; Transient while it is not known what they speak of."""
    async with database.reading() as connection:
        settings = await store.read_settings(connection, delivery_id, locale)
    message, failures = compose(delivery_id, items, locale, written_at, settings, frame)
    for failure in failures:
        await _tell_office(database, failure)
    return message


async def _tell_office(database: Database, failure: Failure) -> None:
    own = failure.own
    FAILURES.labels(own.occasion).inc()
    log.error("own_text_broken", text_id=str(own.id), occasion=own.occasion, error=failure.error)
    async with database.transaction() as tx:
        fact = FactToTell(
            occasion="text_broken",
            campaign_id=failure.campaign_id,
            about_id=own.id,
            revision=own.version,
            organization_id=own.organization_id,
            about_organization_id=own.organization_id,
            title=own.occasion,
            details={"locale": own.locale, "error": failure.error},
            planned_for=tx.now,
        )
        await plan_fact(tx, fact)
