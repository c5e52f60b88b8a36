"""Circuits: a vendor that does not answer is left alone for a while, by all notifiers, then tried with one message."""

from chassis.database import Transaction

MOST_FAILURES = 5
OPEN_SECONDS, LONGEST_OPEN_SECONDS = 15.0, 300.0
PROBE_SECONDS = 30.0

READ = """
    SELECT extract(epoch FROM opened_until - clock_timestamp())::double precision AS seconds
      FROM circuit WHERE channel = $1 AND vendor = $2 AND opened_until IS NOT NULL FOR UPDATE
"""
PROBE = """
    -- Whoever comes first after the pause tries; the others wait for what becomes of it.
    UPDATE circuit SET opened_until = clock_timestamp() + make_interval(secs => $3)
     WHERE channel = $1 AND vendor = $2
"""


async def enter(tx: Transaction, channel: str, vendor: str) -> float:
    """0 when the vendor may be tried, by this caller; else the seconds until it may."""
    seconds: float | None = await tx.connection.fetchval(READ, channel, vendor)
    if seconds is None:
        return 0.0
    if seconds > 0:
        return seconds
    await tx.connection.execute(PROBE, channel, vendor, PROBE_SECONDS)
    return 0.0


FAIL = """
    INSERT INTO circuit (channel, vendor, failed_count) VALUES ($1, $2, 1)
    ON CONFLICT (channel, vendor) DO UPDATE SET failed_count = circuit.failed_count + 1,
           opened_until = CASE WHEN circuit.failed_count + 1 >= $3
                               THEN clock_timestamp() + make_interval(secs => least(
                                    $4 * 2 ^ least(circuit.failed_count + 1 - $3, 10), $5)) END
    RETURNING opened_until IS NOT NULL
"""


async def fail(tx: Transaction, channel: str, vendor: str) -> bool:
    """Note that the vendor did not answer; whether its circuit is open now."""
    opened = await tx.connection.fetchval(
        FAIL, channel, vendor, MOST_FAILURES, OPEN_SECONDS, LONGEST_OPEN_SECONDS
    )
    return bool(opened)


MEND = "DELETE FROM circuit WHERE channel = $1 AND vendor = $2"


async def mend(tx: Transaction, channel: str, vendor: str) -> None:
    """The vendor answered."""
    await tx.connection.execute(MEND, channel, vendor)


COUNT_OPEN = "SELECT count(*) FROM circuit WHERE channel = $1 AND opened_until IS NOT NULL"


async def count_open(tx: Transaction, channel: str) -> int:
    """How many vendors of a kind of channel are left alone."""
    return int(await tx.connection.fetchval(COUNT_OPEN, channel))
