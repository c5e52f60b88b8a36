-- migrate:up

-- A correction is owed by whoever owes the assignment now: the unit that handed in may have been merged since.
CREATE OR REPLACE VIEW still_owed AS
SELECT a.id AS about_id, a.id AS assignment_id, NULL::uuid AS acknowledgement_id, NULL::uuid AS submission_id,
       a.campaign_id, a.organization_id, a.title, a.due_at, a.due_set_at,
       greatest(a.due_set_at, s.updated_at) AS owed_since
  FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id
 WHERE a.state = 'owed' AND a.due_at IS NOT NULL AND (s.state IS NULL OR s.state = 'withdrawn')
UNION ALL
SELECT k.id, NULL, k.id, NULL, k.campaign_id, k.organization_id, k.title, k.due_at, k.created_at, k.created_at
  FROM acknowledgement k WHERE k.state = 'owed' AND k.due_at IS NOT NULL
UNION ALL
SELECT s.id, s.assignment_id, NULL, s.id, s.campaign_id, coalesce(a.organization_id, s.organization_id),
       coalesce(a.title, ''), s.correct_by, s.returned_at, s.returned_at
  FROM submission s LEFT JOIN assignment a ON a.id = s.assignment_id
 WHERE s.state = 'returned' AND s.correct_by IS NOT NULL AND a.state IS DISTINCT FROM 'waived';

-- migrate:down
