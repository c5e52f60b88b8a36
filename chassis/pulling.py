"""Pulling: FastStream's batch subscriber, bound to a durable that is there already, that hands on what it gets at once.

FastStream's own loop holds a batch back until it is full or its timeout has passed, makes durables by itself,
and turns without rest when its durable is gone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.subscriber.usecases.stream_pull_subscriber import BatchPullStreamSubscriber
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

log = structlog.get_logger()

BATCH = 500
WAIT_SECONDS = 2.0
"""Short, for a pull left behind by a killed process keeps its durable's messages until it has passed."""

Take = Callable[[Sequence[Msg]], Awaitable[None]]


class PromptBatchSubscriber(BatchPullStreamSubscriber):
    """Hands on each batch as it comes; waits a second after an error."""

    __slots__ = ()

    async def _create_subscription(self) -> None:
        if self.subscription:
            return
        durable = self.config.durable_name
        assert durable is not None
        self.subscription = await self.jetstream.pull_subscribe_bind(
            consumer=durable, stream=self.stream.name
        )
        self.add_task(self._consume_pull)

    async def _consume_pull(self) -> None:
        assert self.subscription is not None
        while self.running:
            try:
                messages = await self.subscription.fetch(BATCH, timeout=WAIT_SECONDS)
            except TimeoutError:  # nothing came: nats.errors.TimeoutError, or asyncio's own at the very end
                continue
            except Exception as error:
                log.warning("pull_failed", durable=self.config.durable_name, error=repr(error))
                await asyncio.sleep(1)
                continue
            if messages:
                await self.consume(messages)


def subscribe(broker: NatsBroker, stream: str, durable: str, take: Take) -> None:
    """Have `take` called with each batch of `durable`; it acknowledges for itself and lets nothing escape."""
    subscriber = broker.subscriber(
        config=ConsumerConfig(durable_name=durable),
        stream=JStream(stream, declare=False),
        pull_sub=PullSub(batch_size=BATCH, timeout=WAIT_SECONDS, batch=True),
        ack_policy=AckPolicy.MANUAL,
        decoder=_leave_raw,
    )
    subscriber.__class__ = PromptBatchSubscriber
    subscriber(take)


async def stop_pulling(broker: NatsBroker) -> None:
    """End all pulls. A batch that is worked on is rolled back and given back at once, to whoever comes next."""
    pulling = [each for each in broker.subscribers if isinstance(each, PromptBatchSubscriber)]
    tasks = [task for subscriber in pulling for task in subscriber.tasks]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=2)


async def _leave_raw(message: Any) -> Any:
    """Decoded later, one by one: a message that cannot be read must not take its batch along."""
    return message.raw_message
