"""What a form is made of, in PostgreSQL."""

from uuid import UUID

from chassis.connections import Connection
from services.submissions.forms.model import Form

FIND = """
    SELECT a.id AS assignment_id, a.organization_id, c.name AS campaign_name, a.title,
           unit.body ->> 'name' AS organization_name, issuer.body ->> 'name' AS issuer_name,
           a.sections AS section_names, a.due_at, a.closes_at, c.timezone, coalesce(s.version, 0) AS version, s.state,
           coalesce(s.sections, '{}') AS texts, coalesce(s.nil_return, false) AS nil_return,
           CASE WHEN s.state = 'returned' THEN s.reasons ELSE '[]' END AS reasons, s.correct_by,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'filename', f.filename) ORDER BY n.place), '[]')
              FROM unnest(s.attachment_ids) WITH ORDINALITY AS n (id, place)
              JOIN attachment f ON f.id = n.id) AS attachments
      FROM assignment a
      LEFT JOIN campaign c ON c.id = a.campaign_id
      LEFT JOIN organization unit ON unit.id = a.organization_id
      LEFT JOIN organization issuer ON issuer.id = c.issuer_id
      LEFT JOIN submission s ON s.assignment_id = a.id
     WHERE a.id = $1
"""


async def find(connection: Connection, assignment_id: UUID) -> Form | None:
    """The form as it would be made now; None when the assignment was not heard of."""
    row = await connection.fetchrow(FIND, assignment_id)
    return None if row is None else Form.model_validate(dict(row))
