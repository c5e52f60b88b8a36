"""Operations: is it alive, is it ready, its metrics, who the caller is, and what was set aside."""

import asyncio
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from chassis import parking
from chassis.connections import UNAVAILABLE
from chassis.http.paging import Page, Paging, cut
from chassis.http.routes import Caller, make_router
from chassis.refusals import Conflict, Forbidden, NotFound

TAGS: list[str | Enum] = ["operations"]
health = APIRouter(tags=TAGS)
keyed = make_router(tags=TAGS)


class StillFails(Conflict):
    """What was put back cannot be taken in yet."""


class NotForOperations(Forbidden):
    """This is for those who run the system."""


class ParkedEvent(BaseModel):
    """An event that was set aside, without its body."""

    id: UUID
    durable: str
    subject: str
    error: str
    tries: int
    parked_at: datetime


class Readiness(BaseModel):
    """Whether requests are served; `parts` are the database and the bus, `reason` is why this process gives up."""

    ready: bool
    parts: dict[str, str]
    reason: str | None


class Me(BaseModel):
    """Who a key belongs to."""

    organization: dict[str, Any]
    role: str
    key_id: UUID


@health.get("/live")
async def live() -> dict[str, str]:
    """Answers while the process turns."""
    return {"status": "alive"}


@health.get("/ready", responses={503: {"description": "Nothing can be served", "model": Readiness}})
async def ready(request: Request, response: Response) -> Readiness:
    """503 while nothing can be served. A bus that is away is named, but submissions are still taken in."""
    running = request.app.state.running
    parts = {"database": await _look_at_database(running.database), "bus": _look_at_bus(running)}
    is_ready = parts["database"] == "ok" and running.bus.trouble is None and running.fatal is None
    response.status_code = 200 if is_ready else 503
    return Readiness(ready=is_ready, parts=parts, reason=running.fatal or running.bus.trouble)


async def _look_at_database(database: Any) -> str:
    try:
        async with asyncio.timeout(2), database.reading() as connection:
            await connection.fetchval("SELECT 1 FROM access_key LIMIT 1")
    except UNAVAILABLE:
        return "away"
    except Exception as error:
        return f"unusable: {error}"
    return "ok"


def _look_at_bus(running: Any) -> str:
    if running.settings.role == "serve":
        return "not used"
    return "ok" if running.bus.is_connected else "away"


@health.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Prometheus's text format."""
    running = request.app.state.running
    try:
        async with running.database.reading() as connection:
            running.consumer_metrics.parked_present.set(await parking.count(connection))
    except UNAVAILABLE:
        pass
    return Response(generate_latest(running.registry), media_type=CONTENT_TYPE_LATEST)


@keyed.get("/v1/me")
async def me(request: Request, caller: Caller) -> Me:
    """Who the caller is: organization, role and key."""
    running = request.app.state.running
    async with running.database.reading() as connection:
        organization = await running.service.find_organization(connection, caller.organization_id)
    if organization is None:
        raise NotFound("the key's organization is not known here yet; come again in a moment")
    return Me(organization=dict(organization), role=caller.role, key_id=caller.key_id)


@keyed.get("/v1/parked")
async def list_parked(request: Request, caller: Caller, paging: Paging) -> Page[ParkedEvent]:
    """Events that could not be taken in, with their reasons."""
    _check_operator(caller.role)

    async with request.app.state.database.reading() as connection:
        rows = await parking.read_page(connection, paging.after_id(), paging.limit + 1)
    events = [ParkedEvent.model_validate(row, from_attributes=True) for row in rows]
    return cut(events, paging, lambda event: (str(event.id),))


@keyed.post("/v1/parked/{id}/retry", status_code=204)
async def retry_parked(request: Request, caller: Caller, id: UUID) -> None:
    """Take one in again; 409 with the reason when it fails still, and it stays."""
    _check_operator(caller.role)
    running = request.app.state.running
    consumers = {consumer.durable: consumer for consumer in running.consumers}
    try:
        async with running.database.transaction() as tx:
            parked = await parking.take(tx.connection, id)
            if parked is None:
                raise NotFound("no event is parked under this id")
            await consumers[parked.durable].put_back(tx, parked)
    except (NotFound, *UNAVAILABLE):
        raise
    except Exception as error:
        raise StillFails(f"{type(error).__name__}: {error}") from error


def _check_operator(role: str) -> None:
    if role not in ("ops", "coordinator"):
        raise NotForOperations(f"the role {role} does not look after the system; expected ops or coordinator")
