-- migrate:up

-- Which deliverable an assignment and its correction are of; the id of zeros where it was heard before this was kept.
ALTER TABLE assignment ADD COLUMN deliverable_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE submission ADD COLUMN deliverable_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';

-- A copy of what the registry says of a deliverable: whose its own ladder is, and whether it has a date.
CREATE TABLE deliverable (
    id           uuid PRIMARY KEY,
    version      integer NOT NULL,
    campaign_id  uuid NOT NULL,
    title        text NOT NULL,
    due_at       timestamptz,
    cancelled_at timestamptz
);
CREATE INDEX deliverable_campaign ON deliverable (campaign_id);

CREATE OR REPLACE VIEW still_owed AS
SELECT a.id AS about_id, a.id AS assignment_id, NULL::uuid AS acknowledgement_id, NULL::uuid AS submission_id,
       a.campaign_id, a.organization_id, a.title, a.due_at, a.due_set_at,
       greatest(a.due_set_at, s.updated_at) AS owed_since, a.deliverable_id
  FROM assignment a LEFT JOIN submission s ON s.assignment_id = a.id
 WHERE a.state = 'owed' AND a.due_at IS NOT NULL AND (s.state IS NULL OR s.state = 'withdrawn')
UNION ALL
SELECT k.id, NULL, k.id, NULL, k.campaign_id, k.organization_id, k.title, k.due_at, k.created_at, k.created_at,
       '00000000-0000-0000-0000-000000000000'
  FROM acknowledgement k WHERE k.state = 'owed' AND k.due_at IS NOT NULL
UNION ALL
SELECT s.id, s.assignment_id, NULL, s.id, s.campaign_id, coalesce(a.organization_id, s.organization_id),
       coalesce(a.title, ''), s.correct_by, s.returned_at, s.returned_at, s.deliverable_id
  FROM submission s LEFT JOIN assignment a ON a.id = s.assignment_id
 WHERE s.state = 'returned' AND s.correct_by IS NOT NULL AND a.state IS DISTINCT FROM 'waived';

CREATE INDEX assignment_moment ON assignment (campaign_id, deliverable_id, due_at, id) WHERE state = 'owed';
CREATE INDEX acknowledgement_moment ON acknowledgement (campaign_id, due_at, id) WHERE state = 'owed';
CREATE INDEX submission_moment ON submission (campaign_id, deliverable_id, correct_by, id) WHERE state = 'returned';
DROP INDEX assignment_due;
DROP INDEX acknowledgement_due;
DROP INDEX submission_due;

-- The few moments at which anything is due, each with the rungs that are the newest to have come due there and the
-- moment of the next: a sweep looks at no other rows than those whose `next_at` has come.
CREATE TABLE due_moment (
    campaign_id    uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    due_at         timestamptz NOT NULL,
    rungs          jsonb NOT NULL DEFAULT '[]',
    looked_at      timestamptz NOT NULL DEFAULT '-infinity',
    next_at        timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (campaign_id, deliverable_id, due_at)
);
CREATE INDEX due_moment_next ON due_moment (next_at);
CREATE INDEX due_moment_looked ON due_moment (looked_at);
INSERT INTO due_moment (campaign_id, deliverable_id, due_at)
SELECT DISTINCT campaign_id, deliverable_id, due_at FROM still_owed;

-- What was heard of a debt and has not been held against the rungs of its moment yet. A row each time, never updated:
-- what is heard while a sweep takes the one before is not lost.
CREATE TABLE unplanned (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    about_id uuid NOT NULL
);

-- migrate:down
