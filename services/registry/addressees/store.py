"""Who is meant, found in PostgreSQL: one set-based statement for any number of rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.connections import Connection
from chassis.database import Transaction
from contracts.registry.addressees import AddressedUnit, AddresseeRule

ADDRESSEES = 7_655_041
LOCK = """
    -- Whoever comes to fit a rule and whoever makes one go one after the other: so neither passes the other unseen.
    SELECT pg_advisory_xact_lock($1)
"""


async def lock(tx: Transaction) -> None:
    """Let nobody else make a rule, or come to fit one, until the transaction ends."""
    await tx.connection.execute(LOCK, ADDRESSEES)


# Follows `rule (id, campaign_id, rule, today)`. `named` is whom each clause means, `within` whom the issuer speaks to,
# `meant` is the union without exceptions.
MEANING = """
    , clause AS (
        SELECT r.id AS rule_id, r.campaign_id, c.nth, c.body
          FROM rule r, jsonb_array_elements(r.rule -> 'any_of') WITH ORDINALITY AS c (body, nth)
    ), tree AS (
        SELECT DISTINCT (body ->> 'below')::uuid AS root, (body ->> 'below')::uuid AS id FROM clause
         WHERE body ? 'below'
        UNION
        SELECT tree.root, o.id FROM organization o JOIN tree ON o.parent_id = tree.id
    ), named AS (
        SELECT c.rule_id, c.nth, each.id::uuid AS id
          FROM clause c, jsonb_array_elements_text(c.body -> 'organization_ids') AS each (id)
        UNION ALL
        SELECT c.rule_id, c.nth, o.id FROM clause c JOIN organization o ON o.kind = c.body ->> 'kind'
         WHERE NOT c.body ? 'below'
        UNION ALL
        SELECT c.rule_id, c.nth, o.id
          FROM clause c JOIN tree t ON t.root = (c.body ->> 'below')::uuid JOIN organization o ON o.id = t.id
         WHERE (c.body ->> 'kind' IS NULL OR o.kind = c.body ->> 'kind')
           AND (o.id <> t.root OR (c.body ->> 'itself')::boolean)
        UNION ALL
        SELECT c.rule_id, c.nth, (host ->> 'organization_id')::uuid
          FROM clause c
          JOIN activity a ON a.campaign_id = c.campaign_id AND a.selection = c.body ->> 'hosts_of',
               jsonb_array_elements(a.hosts) AS host
         WHERE host ->> 'organization_id' IS NOT NULL
    ), reach AS (
        SELECT r.id AS rule_id, i.id AS issuer_id, i.parent_id IS NULL AND i.kind = 'office' AS is_everywhere
          FROM rule r JOIN campaign c ON c.id = r.campaign_id JOIN organization i ON i.id = c.issuer_id
    ), within AS (
        SELECT DISTINCT issuer_id, issuer_id AS id FROM reach WHERE NOT is_everywhere
        UNION
        SELECT w.issuer_id, o.id FROM organization o JOIN within w ON o.parent_id = w.id
    ), open_named AS (
        SELECT DISTINCT n.rule_id, n.nth, n.id
          FROM named n
          JOIN organization o ON o.id = n.id
          JOIN rule r ON r.id = n.rule_id
          JOIN reach ON reach.rule_id = n.rule_id
         WHERE (o.closed_on IS NULL OR o.closed_on > r.today)
           AND (is_everywhere OR EXISTS (SELECT FROM within w WHERE w.issuer_id = reach.issuer_id AND w.id = n.id))
    ), excepted AS (
        SELECT r.id AS rule_id, each.id::uuid AS id
          FROM rule r, jsonb_array_elements_text(r.rule -> 'except_ids') AS each (id)
    ), meant AS (
        SELECT rule_id, id FROM open_named EXCEPT SELECT rule_id, id FROM excepted
    )
"""
ONE_RULE = """
    RECURSIVE rule AS (SELECT $1::uuid AS id, $1::uuid AS campaign_id, $2::jsonb AS rule, $3::date AS today)
"""

MEANT = (
    "WITH "  # noqa: S608 - put together of constants alone, as all below
    + ONE_RULE
    + MEANING
    + "SELECT o.id FROM meant JOIN organization o ON o.id = meant.id ORDER BY o.sort_order, o.id"
)


async def read_meant(
    connection: Connection, campaign_id: UUID, rule: AddresseeRule, today: date
) -> list[UUID]:
    """Whom the rule means at this moment, in the office's order."""
    rows = await connection.fetch(MEANT, campaign_id, rule.model_dump(mode="json"), today)
    return [row["id"] for row in rows]


IDLE = (
    "WITH "  # noqa: S608
    + ONE_RULE
    + MEANING
    + """
    SELECT c.nth::int - 1 AS clause, NULL::uuid AS organization_id
      FROM clause c WHERE NOT EXISTS (SELECT FROM open_named n WHERE n.nth = c.nth)
    UNION ALL
    SELECT NULL, id FROM (SELECT id FROM excepted EXCEPT SELECT id FROM open_named) AS idle
     ORDER BY clause, organization_id
    """
)


async def read_idle(
    connection: Connection, campaign_id: UUID, rule: AddresseeRule, today: date
) -> list[tuple[int | None, UUID | None]]:
    """What of the rule has no effect: the place of a clause that means nobody, or an exception of nobody."""
    rows = await connection.fetch(IDLE, campaign_id, rule.model_dump(mode="json"), today)
    return [(row["clause"], row["organization_id"]) for row in rows]


SHOW = """
    SELECT id, name, short_name, kind, parent_id FROM organization WHERE id = ANY ($1::uuid[])
     ORDER BY sort_order, id
"""


async def show(connection: Connection, ids: Sequence[UUID]) -> list[AddressedUnit]:
    """These units as they are shown, in the office's order."""
    return [AddressedUnit.model_validate(dict(row)) for row in await connection.fetch(SHOW, ids)]


@dataclass(frozen=True, slots=True)
class Joined:
    """Units that a rule names by now and that owe nothing for it yet; `id` is the deliverable's or the notice's."""

    id: UUID
    organization_ids: list[UUID]


JOINED_DELIVERABLES = (
    """
    WITH RECURSIVE rule AS (
        SELECT id, campaign_id, owed_by_rule AS rule, $2::date AS today FROM deliverable
         WHERE owed_by_rule IS NOT NULL AND cancelled_at IS NULL
           AND (due_at IS NULL OR due_at > $1) AND (closes_at IS NULL OR closes_at > $1)
    )
    """  # noqa: S608
    + MEANING
    + """
    SELECT m.rule_id AS id, array_agg(o.id ORDER BY o.sort_order, o.id) AS organization_ids
      FROM meant m JOIN organization o ON o.id = m.id
     WHERE NOT EXISTS (SELECT FROM assignment a WHERE a.deliverable_id = m.rule_id AND a.organization_id = m.id)
     GROUP BY m.rule_id ORDER BY m.rule_id
    """
)


async def read_joined_deliverables(connection: Connection, now: datetime, today: date) -> list[Joined]:
    """By deliverable that can still be handed in on time, whom its rule names and who has no assignment."""
    return [Joined(**dict(row)) for row in await connection.fetch(JOINED_DELIVERABLES, now, today)]


JOINED_NOTICES = (
    """
    WITH RECURSIVE rule AS (
        SELECT n.id, n.campaign_id, n.addressee_rule AS rule, $2::date AS today
          FROM notice n JOIN campaign c ON c.id = n.campaign_id
         WHERE n.addressee_rule IS NOT NULL AND n.state = 'issued' AND n.replaced_by_id IS NULL
           AND (n.acknowledge_by > $1 OR c.ends_on >= ($1 AT TIME ZONE c.timezone)::date)
    )
    """  # noqa: S608
    + MEANING
    + """
    SELECT m.rule_id AS id, array_agg(o.id ORDER BY o.sort_order, o.id) AS organization_ids
      FROM meant m JOIN organization o ON o.id = m.id
     WHERE NOT EXISTS (SELECT FROM acknowledgement k WHERE k.notice_id = m.rule_id AND k.organization_id = m.id)
     GROUP BY m.rule_id ORDER BY m.rule_id
    """
)


async def read_joined_notices(connection: Connection, now: datetime, today: date) -> list[Joined]:
    """By notice that holds, of a campaign that is not over, whom its rule names and who was not told of it."""
    return [Joined(**dict(row)) for row in await connection.fetch(JOINED_NOTICES, now, today)]
