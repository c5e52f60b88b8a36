"""A notifier that is killed loses nothing, and says again only what was cut off, under the same id."""

from services.notifier.deliveries.handlers import AT_ONCE
from tests.support.databases import Cluster
from tests.support.hooks import HookServer
from tests.support.killing import deliver_under_fire


async def test_kill_9_loses_nothing_and_doubles_only_what_was_cut_off(
    cluster: Cluster, hooks: HookServer
) -> None:
    made = await cluster.clone("notifier")
    try:
        outcome = await deliver_under_fire(made, hooks, count=300, kills=3)
    finally:
        await made.drop()
    assert (outcome.lost, outcome.unsent, outcome.strange) == (0, 0, 0)
    assert outcome.doubled <= outcome.kills * AT_ONCE


async def test_two_notifiers_at_once_send_what_one_would(cluster: Cluster, hooks: HookServer) -> None:
    made = await cluster.clone("notifier")
    try:
        # Nobody is killed, so no lease may run out, however slow the machine is.
        outcome = await deliver_under_fire(made, hooks, count=200, kills=0, notifiers=2, lease=180)
    finally:
        await made.drop()
    assert (outcome.lost, outcome.unsent, outcome.strange, outcome.doubled) == (0, 0, 0, 0)
