"""Changes over HTTP: server-sent events (WHATWG HTML, 9.2)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from sse_starlette import EventSourceResponse

from chassis.access import KeyRing
from chassis.http.routes import Caller, make_router
from chassis.refusals import Unprocessable
from services.reporting.changes import handlers
from services.reporting.changes.handlers import Feed

router = make_router()
PING_SECONDS = 15
RETRY_MILLISECONDS = 2_000
SEND_SECONDS = 30
_EXAMPLE = 'event: changes\r\nid: 4711\r\ndata: {"changes": [], "behind_seconds": 0.2}\r\n\r\n'
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Messages `changes` (data: Changes), `reset` and `refused`, as text/event-stream.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}


class BadLastEventId(Unprocessable):
    """The Last-Event-ID header holds no id of a message."""


async def _feed(request: Request) -> Feed:
    feed: Feed = request.app.state.feed
    return feed


async def _position(last_event_id: Annotated[str | None, Header()] = None) -> int | None:
    if last_event_id is None:
        return None
    if not last_event_id.isascii() or not last_event_id.isdigit() or len(last_event_id) > 18:
        raise BadLastEventId(
            f"Last-Event-ID is {last_event_id!r}; expected the id of a message, such as 4711"
        )
    return int(last_event_id)


@router.get("/v1/campaigns/{campaign_id}/changes", response_class=EventSourceResponse, responses=STREAM)
async def look_on(
    campaign_id: UUID,
    request: Request,
    caller: Caller,
    feed: Annotated[Feed, Depends(_feed)],
    position: Annotated[int | None, Depends(_position)],
) -> EventSourceResponse:
    """What changes in the campaign, as it is heard, to look at the figures anew.

    Send the id of the last message as `Last-Event-ID` to go on behind it; without it the stream begins now. `reset`
    says that what came between is no longer kept: read the figures anew. The stream ends with `refused` when the key
    does.
    """
    await handlers.check_may_look_on(feed, campaign_id, caller)
    ring: KeyRing = request.app.state.key_ring
    headers = request.headers.getlist("authorization")

    async def write() -> Any:
        async for told in handlers.look_on(feed, campaign_id, lambda: ring.admit(headers), position):
            yield {
                "event": told.name,
                "id": str(told.position),
                "data": told.data,
                "retry": RETRY_MILLISECONDS,
            }

    return EventSourceResponse(write(), ping=PING_SECONDS, send_timeout=SEND_SECONDS)
