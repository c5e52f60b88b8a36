-- migrate:up

-- What is owed without a date: no ladder, but somebody may urge it, and what is handed in meanwhile is not sent.
CREATE VIEW owed_undated AS
SELECT a.id AS about_id, a.organization_id
  FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id
 WHERE a.state = 'owed' AND a.due_at IS NULL AND (s.state IS NULL OR s.state = 'withdrawn')
UNION ALL
SELECT s.id, coalesce(a.organization_id, s.organization_id)
  FROM submission s LEFT JOIN assignment a ON a.id = s.assignment_id
 WHERE s.state = 'returned' AND s.correct_by IS NULL AND a.state IS DISTINCT FROM 'waived';

-- migrate:down
