"""Timelines: what each debt counted as, from which moment on, as movements of cells. $1 tells whose, $2 is a moment.

The state at a moment is the newest version from before it, so late and shuffled versions change nothing but the
stretch that they were true for.
"""

# ruff: noqa: S608 - statements are put together out of constants only

from services.reporting.counters.model import COUNTS

_PLACED = """
    LEFT JOIN LATERAL (
        SELECT district_id, unit_kind FROM placement
         WHERE campaign_id = a.campaign_id AND organization_id = a.organization_id AND since <= known.moment
         ORDER BY since DESC LIMIT 1
    ) AS placed ON true
"""

CELL_ID = """
    md5(concat_ws('/', campaign_id, coalesce(deliverable_id::text, '-'), coalesce(district_id::text, '-'), unit_kind,
                  coalesce(extract(epoch FROM due_at)::text, '-')))::uuid
"""
_CELL = "campaign_id, deliverable_id, district_id, unit_kind, due_at"
_MOVEMENTS = f"""
    ) SELECT {CELL_ID} AS id, moment, {_CELL}, {", ".join(f"sum({name})::integer AS {name}" for name in COUNTS)}
      FROM (SELECT moment, {_CELL}, {", ".join(COUNTS)} FROM stretch
            UNION ALL
            SELECT until, {_CELL}, {", ".join(f"-{name}" for name in COUNTS)} FROM stretch WHERE until IS NOT NULL)
           AS moved
     WHERE moment >= $2
     GROUP BY moment, {_CELL}
"""


def debts_of(which: str) -> str:
    """The movements of the assignments whose ids are `which`."""
    return f"""
    WITH known AS (
        SELECT id, moment, max(version) OVER told AS version, max(revision) OVER told AS revision,
               lead(moment) OVER told AS until
          FROM (SELECT id, since AS moment, version, NULL::integer AS revision
                  FROM assignment_past WHERE id {which}
                UNION ALL
                SELECT assignment_id, since, NULL, revision
                  FROM submission_past WHERE assignment_id {which}
                UNION ALL
                SELECT a.id, p.since, NULL, NULL
                  FROM assignment_past a JOIN placement p USING (campaign_id, organization_id)
                 WHERE a.id {which}) AS point
        WINDOW told AS (PARTITION BY id ORDER BY moment)
    ), stretch AS (
        SELECT known.id, moment, until, a.campaign_id, a.deliverable_id, district_id,
               coalesce(unit_kind, '') AS unit_kind, a.due_at,
               (a.state <> 'waived')::integer AS expected,
               (a.state <> 'waived' AND s.state IS NOT NULL)::integer AS actual,
               (a.state <> 'waived' AND coalesce(s.on_time, false))::integer AS actual_on_time,
               (a.state <> 'waived' AND coalesce(s.state, '') = 'accepted')::integer AS accepted,
               (a.state <> 'waived' AND coalesce(s.state, '') = 'returned')::integer AS returned,
               (a.state <> 'waived' AND coalesce(s.nil_return, false))::integer AS nil_returns,
               (a.state = 'waived')::integer AS waived,
               (a.state <> 'waived' AND s.state IS NULL)::integer AS owed,
               0 AS acknowledgements_owed, 0 AS acknowledgements_given
          FROM known
          JOIN assignment_past a ON a.id = known.id AND a.version = known.version
          LEFT JOIN submission_past s
                 ON s.assignment_id = known.id AND s.revision = known.revision AND s.state <> 'withdrawn'
          {_PLACED}
    {_MOVEMENTS}
    """


def acknowledgements_of(which: str) -> str:
    """The movements of the acknowledgements whose ids are `which`."""
    return f"""
    WITH known AS (
        SELECT id, moment, max(version) OVER told AS version, lead(moment) OVER told AS until
          FROM (SELECT id, since AS moment, version FROM acknowledgement_past WHERE id {which}
                UNION ALL
                SELECT a.id, p.since, NULL
                  FROM acknowledgement_past a JOIN placement p USING (campaign_id, organization_id)
                 WHERE a.id {which}) AS point
        WINDOW told AS (PARTITION BY id ORDER BY moment)
    ), stretch AS (
        SELECT known.id, moment, until, a.campaign_id, NULL::uuid AS deliverable_id, district_id,
               coalesce(unit_kind, '') AS unit_kind, NULL::timestamptz AS due_at,
               0 AS expected, 0 AS actual, 0 AS actual_on_time, 0 AS accepted, 0 AS returned, 0 AS nil_returns,
               0 AS waived, 0 AS owed,
               (a.state <> 'replaced')::integer AS acknowledgements_owed,
               (a.state = 'acknowledged')::integer AS acknowledgements_given
          FROM known
          JOIN acknowledgement_past a ON a.id = known.id AND a.version = known.version
          {_PLACED}
    {_MOVEMENTS}
    """


DEBTS = debts_of("= ANY ($1::uuid[])")
ACKNOWLEDGEMENTS = acknowledgements_of("= ANY ($1::uuid[])")
