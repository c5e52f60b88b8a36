"""Pacing: each robot's bucket, kept where all notifiers see it; a token comes back a minute after it was taken."""

import hashlib
from collections.abc import Mapping
from typing import Any

from chassis.database import Transaction
from services.notifier.channels.robots import Pace

TAKE = """
    INSERT INTO robot (id, taken_at) VALUES ($1, ARRAY[clock_timestamp()])
    ON CONFLICT (id) DO UPDATE
       SET taken_at = ARRAY(SELECT t FROM unnest(robot.taken_at) AS t
                             WHERE t > clock_timestamp() - interval '1 minute' ORDER BY t) || clock_timestamp(),
           blocked_until = NULL
     WHERE coalesce(robot.blocked_until <= clock_timestamp(), true)
       AND (SELECT count(*) < $2
                   AND count(*) FILTER (WHERE t > clock_timestamp() - interval '1 second') < $3
              FROM unnest(robot.taken_at) AS t WHERE t > clock_timestamp() - interval '1 minute')
    RETURNING id
"""
WAIT = """
    -- When so many tokens are back that one may be taken: the $2th newest has to be a minute old, the $3rd a second.
    SELECT extract(epoch FROM greatest(
               robot.blocked_until,
               (SELECT t FROM unnest(taken_at) AS t ORDER BY t DESC OFFSET $2 - 1 LIMIT 1) + interval '1 minute',
               (SELECT t FROM unnest(taken_at) AS t ORDER BY t DESC OFFSET $3 - 1 LIMIT 1) + interval '1 second'
           ) - clock_timestamp())::double precision
      FROM robot WHERE id = $1
"""
LEAST_SECONDS = 0.2


async def take(tx: Transaction, pace: Pace | None, setting: Mapping[str, Any], urgent: bool) -> float:
    """Take a token of the robot's: 0, or the seconds until one is there. What is urgent may take the reserve too."""
    if pace is None:
        return 0.0
    robot = _id_of(setting)
    most = pace.per_minute if urgent else pace.per_minute - pace.reserve
    if await tx.connection.fetchval(TAKE, robot, most, pace.per_second):
        return 0.0
    seconds: float | None = await tx.connection.fetchval(WAIT, robot, most, pace.per_second)
    return max(seconds or 0.0, LEAST_SECONDS)


BLOCK = """
    INSERT INTO robot (id, taken_at, blocked_until)
    VALUES ($1, '{}', clock_timestamp() + make_interval(secs => $2))
    ON CONFLICT (id) DO UPDATE SET blocked_until = greatest(robot.blocked_until, excluded.blocked_until)
"""


async def block(tx: Transaction, pace: Pace | None, setting: Mapping[str, Any], seconds: float) -> None:
    """The vendor wants nothing more for so long: nobody tries this robot meanwhile."""
    if pace is not None and seconds > 0:
        await tx.connection.execute(BLOCK, _id_of(setting), seconds)


def key_of(pace: Pace | None, setting: Mapping[str, Any], locale: str) -> bytes | None:
    """Whatever has the same key could be one message to one robot; None for what is not paced."""
    if pace is None:
        return None
    return hashlib.sha256("\n".join((setting["url"], setting.get("secret") or "", locale)).encode()).digest()


def _id_of(setting: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(str(setting["url"]).encode()).digest()
