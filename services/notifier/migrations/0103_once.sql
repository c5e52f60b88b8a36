-- migrate:up

-- What was said to whom, once: whatever becomes of contacts, parents or policies afterwards. `recipient` is who is
-- told of a rung (owner or parent) or, of a fact, the organization's id.
CREATE TABLE told (
    about_id       uuid NOT NULL,
    occasion       text NOT NULL,
    due_at         timestamptz,
    about_revision integer NOT NULL,
    recipient      text NOT NULL,
    planned_for    timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (about_id, due_at, occasion, about_revision, recipient)
);
INSERT INTO told (about_id, occasion, due_at, about_revision, recipient, planned_for)
SELECT about_id, occasion, due_at, about_revision,
       CASE WHEN due_at IS NULL THEN organization_id::text
            WHEN organization_id = about_organization_id THEN 'owner' ELSE 'parent' END, min(planned_for)
  FROM notification GROUP BY 1, 2, 3, 4, 5;

-- When a submission came to its present state: what was withdrawn is owed anew from then on.
ALTER TABLE submission ADD COLUMN updated_at timestamptz NOT NULL DEFAULT '-infinity';

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
SELECT s.id, s.assignment_id, NULL, s.id, s.campaign_id, s.organization_id, coalesce(a.title, ''), s.correct_by,
       s.returned_at, s.returned_at
  FROM submission s LEFT JOIN assignment a ON a.id = s.assignment_id
 WHERE s.state = 'returned' AND s.correct_by IS NOT NULL AND a.state IS DISTINCT FROM 'waived';

CREATE INDEX notification_organization ON notification (organization_id, id);

-- migrate:down
