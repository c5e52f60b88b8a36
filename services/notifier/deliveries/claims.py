"""Claims: which deliveries this process is to try now. Their own times are the server's real ones."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction

LEASE_SECONDS = 180
BATCH = 32
"""Deliveries claimed at once: what one process can try well within the lease, were each of them to hang."""
GATHERING = 7_655_011


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process is to try: its `attempts` count this try, `claimed_at` tells it from any other."""

    id: UUID
    organization_id: UUID
    channel_number: int
    attempts: int
    sent_parts: int
    claimed_at: datetime


HAS_WORK = """
    SELECT EXISTS (SELECT FROM notification WHERE $3 AND channel = $2 AND state = 'planned' AND planned_for <= $1
                      AND is_urgent(occasion))
        OR EXISTS (SELECT FROM notification WHERE NOT $3 AND channel = $2 AND state = 'planned' AND planned_for <= $1
                      AND NOT is_urgent(occasion))
        OR EXISTS (SELECT FROM delivery WHERE channel = $2 AND urgent = $3 AND state <> 'done'
                      AND (next_try_at <= clock_timestamp()
                           OR claimed_at < clock_timestamp() - make_interval(secs => $4)))
"""


async def has_work(connection: Connection, now: datetime, channel: str, urgent: bool) -> bool:
    """Whether there is anything to claim: asked by each loop at each turn, mostly in vain."""
    return bool(await connection.fetchval(HAS_WORK, now, channel, urgent, LEASE_SECONDS))


TRY_TO_GATHER = "SELECT pg_try_advisory_xact_lock($1, hashtext($2))"


async def try_to_gather(tx: Transaction, channel: str, urgent: bool = False) -> bool:
    """Whether nobody else gathers at this moment: two at once would make two messages of one."""
    name = f"{channel} urgent" if urgent else channel
    return bool(await tx.connection.fetchval(TRY_TO_GATHER, GATHERING, name))


DROP_SETTLED = """
    -- Read again in the transaction that claims: what was handed in a moment ago is not reminded of.
    WITH settled AS (
        SELECT id FROM notification n
         WHERE state = 'planned' AND planned_for <= $1 AND channel = $2 AND due_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM still_owed o
                            WHERE o.about_id = n.about_id AND o.due_at = n.due_at
                              AND o.organization_id = n.about_organization_id)
         ORDER BY id FOR UPDATE SKIP LOCKED
    )
    UPDATE notification n SET version = version + 1, updated_at = $1, state = 'given_up',
           last_error = 'settled before it was sent'
      FROM settled WHERE n.id = settled.id
    RETURNING n.id
"""


DROP_SETTLED_UNDATED = """
    -- What somebody urges may have no date.
    WITH settled AS (
        SELECT id FROM notification n
         WHERE state = 'planned' AND planned_for <= $1 AND channel = $2 AND due_at IS NULL AND occasion = 'urged'
           AND NOT is_urgent(occasion)
           AND NOT EXISTS (SELECT FROM owed_undated o
                            WHERE o.about_id = n.about_id AND o.organization_id = n.about_organization_id)
         ORDER BY id FOR UPDATE SKIP LOCKED
    )
    UPDATE notification n SET version = version + 1, updated_at = $1, state = 'given_up',
           last_error = 'settled before it was sent'
      FROM settled WHERE n.id = settled.id
    RETURNING n.id
"""


async def drop_settled(tx: Transaction, channel: str) -> list[UUID]:
    """Give up reminders and urges of what is not owed any more, or by another; their ids."""
    dated = await tx.connection.fetch(DROP_SETTLED, tx.now, channel)
    undated = await tx.connection.fetch(DROP_SETTLED_UNDATED, tx.now, channel)
    return [row["id"] for row in (*dated, *undated)]


LOCK_UNTRIED = """
    -- Held, so that nobody sends one of them while more is put into it.
    SELECT id FROM delivery
     WHERE channel = $1 AND urgent = $2 AND state = 'waiting' AND NOT tried FOR UPDATE SKIP LOCKED
"""
JOIN_UNTRIED = """
    -- What waits untried, for a robot's next token or a vendor that is away, takes in what has come up since.
    UPDATE notification n SET version = n.version + 1, updated_at = $1, state = 'sending', delivery_id = d.id
      FROM delivery d
     WHERE d.id = ANY ($2) AND n.organization_id = d.organization_id AND n.channel = d.channel
       AND n.channel_number = d.channel_number AND n.state = 'planned' AND n.planned_for <= $1
       AND is_urgent(n.occasion) = d.urgent
"""


_gather = """
    -- What one contact is told over one channel at one time becomes one delivery, however much it is.
    WITH whom AS (
        SELECT organization_id, channel_number FROM notification
         WHERE state = 'planned' AND planned_for <= $1 AND channel = $2 AND {which}
         GROUP BY organization_id, channel_number
         ORDER BY min(planned_for), organization_id LIMIT $3
    ), waiting AS (
        SELECT n.id, n.organization_id, n.channel_number
          FROM notification n JOIN whom USING (organization_id, channel_number)
         WHERE n.state = 'planned' AND n.planned_for <= $1 AND n.channel = $2 AND {which}
         ORDER BY n.id FOR UPDATE OF n SKIP LOCKED
    ), made AS (
        INSERT INTO delivery (id, organization_id, channel, channel_number, state, attempts, claimed_at, urgent, tried)
        SELECT uuidv7(), organization_id, $2, channel_number, 'sending', 1, clock_timestamp(), $4, false
          FROM waiting GROUP BY organization_id, channel_number
        RETURNING id, organization_id, channel_number, attempts, sent_parts, claimed_at
    ), taken AS (
        UPDATE notification n SET version = n.version + 1, updated_at = $1, state = 'sending',
               delivery_id = made.id, attempts = n.attempts + 1
          FROM waiting w JOIN made USING (organization_id, channel_number)
         WHERE n.id = w.id
    )
    SELECT id, organization_id, channel_number, attempts, sent_parts, claimed_at FROM made ORDER BY id
"""


GATHER_URGENT = _gather.replace("{which}", "is_urgent(occasion)")
GATHER_ORDINARY = _gather.replace("{which}", "NOT is_urgent(occasion)")


async def gather(tx: Transaction, channel: str, urgent: bool = False) -> list[Claimed]:
    """Make deliveries of what is planned for now or earlier, and claim them; what is urgent apart from the rest."""
    untried = [row["id"] for row in await tx.connection.fetch(LOCK_UNTRIED, channel, urgent)]
    if untried:
        await tx.connection.execute(JOIN_UNTRIED, tx.now, untried)
    statement = GATHER_URGENT if urgent else GATHER_ORDINARY
    return [
        Claimed(**dict(row)) for row in await tx.connection.fetch(statement, tx.now, channel, BATCH, urgent)
    ]


LOCK_AGAIN = """
    -- Those whose time has come again, and those that a process died over. Of several that wait for one robot's token
    -- the first: when it has one, it says what the others have to say too.
    SELECT id FROM delivery d
     WHERE channel = $1 AND urgent = $4 AND state <> 'done'
       AND ((state = 'waiting' AND next_try_at <= clock_timestamp()
             AND (tried OR target IS NULL
                  OR NOT EXISTS (SELECT FROM delivery other
                                  WHERE other.target = d.target AND other.urgent = d.urgent AND NOT other.tried
                                    AND other.state = 'waiting' AND other.next_try_at <= clock_timestamp()
                                    AND other.id < d.id)))
            OR (state = 'sending' AND claimed_at < clock_timestamp() - make_interval(secs => $2)))
     ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
"""


async def lock_again(tx: Transaction, channel: str, urgent: bool) -> list[UUID]:
    """Deliveries to be tried again, held until the transaction ends."""
    rows = await tx.connection.fetch(LOCK_AGAIN, channel, LEASE_SECONDS, BATCH, urgent)
    return [row["id"] for row in rows]


DROP_SETTLED_AGAIN = """
    -- A try that was cut off may have arrived all the same: that is said, for nobody can know. What is half told is
    -- told to its end.
    UPDATE notification n SET version = n.version + 1, updated_at = $1, state = 'given_up',
           last_error = CASE d.state WHEN 'waiting' THEN 'settled before it was sent'
                                     ELSE 'settled after a try whose end is unknown' END
      FROM delivery d
     WHERE d.id = ANY ($2) AND d.sent_parts = 0 AND n.delivery_id = d.id AND n.state = 'sending'
       AND (n.due_at IS NOT NULL OR n.occasion = 'urged')
       AND NOT EXISTS (SELECT FROM still_owed o
                            WHERE o.about_id = n.about_id AND o.due_at = n.due_at
                              AND o.organization_id = n.about_organization_id)
       AND NOT EXISTS (SELECT FROM owed_undated o
                        WHERE n.due_at IS NULL AND o.about_id = n.about_id
                          AND o.organization_id = n.about_organization_id)
    RETURNING n.id
"""


async def drop_settled_again(tx: Transaction, delivery_ids: list[UUID]) -> list[UUID]:
    """Give up those reminders in these deliveries that were settled while they waited; their ids."""
    return [row["id"] for row in await tx.connection.fetch(DROP_SETTLED_AGAIN, tx.now, delivery_ids)]


END_EMPTY = """
    UPDATE delivery d SET state = 'done', claimed_at = NULL, next_try_at = NULL
     WHERE id = ANY ($1)
       AND NOT EXISTS (SELECT FROM notification n WHERE n.delivery_id = d.id AND n.state = 'sending')
"""
LOCK_ALIKE = """
    SELECT id FROM delivery
     WHERE target = $1 AND urgent = $2 AND state = 'waiting' AND NOT tried AND id <> $3
     ORDER BY id LIMIT $4 FOR UPDATE SKIP LOCKED
"""
TAKE_OVER = """
    UPDATE notification SET version = version + 1, updated_at = $1, delivery_id = $3, attempts = attempts + 1
     WHERE delivery_id = ANY ($2) AND state = 'sending'
    RETURNING id
"""
MOST_ALIKE = 100


async def take_over(tx: Transaction, id: UUID, target: bytes, urgent: bool) -> tuple[bool, list[UUID]]:
    """Say in this delivery what others say that wait for the same robot: whether there was any; what was settled."""
    rows = await tx.connection.fetch(LOCK_ALIKE, target, urgent, id, MOST_ALIKE)
    others = [row["id"] for row in rows]
    if not others:
        return False, []
    dropped = await drop_settled_again(tx, others)
    taken = await tx.connection.fetch(TAKE_OVER, tx.now, others, id)
    await tx.connection.execute(END_EMPTY, others)
    return bool(taken), dropped


CLAIM_AGAIN = """
    -- The same id, so the same Message-ID.
    WITH claimed AS (
        UPDATE delivery d SET state = 'sending', claimed_at = clock_timestamp(), next_try_at = NULL,
               attempts = d.attempts + 1
         WHERE id = ANY ($1) AND state <> 'done'
        RETURNING d.id, d.organization_id, d.channel_number, d.attempts, d.sent_parts, d.claimed_at
    ), counted AS (
        UPDATE notification n SET version = n.version + 1, updated_at = $2, attempts = n.attempts + 1
          FROM claimed WHERE n.delivery_id = claimed.id AND n.state = 'sending'
    )
    SELECT id, organization_id, channel_number, attempts, sent_parts, claimed_at FROM claimed ORDER BY id
"""


async def claim_again(tx: Transaction, delivery_ids: list[UUID]) -> list[Claimed]:
    """Claim these, which are locked; those with nothing left to say end here."""
    await tx.connection.execute(END_EMPTY, delivery_ids)
    return [Claimed(**dict(row)) for row in await tx.connection.fetch(CLAIM_AGAIN, delivery_ids, tx.now)]
