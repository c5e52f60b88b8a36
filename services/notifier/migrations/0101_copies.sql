-- migrate:up

-- Copies of what the others own, in whatever order it was heard: nothing here refers to another row.
CREATE TABLE organization (
    id        uuid PRIMARY KEY,
    version   integer NOT NULL,
    name      text NOT NULL,
    parent_id uuid,
    body      jsonb NOT NULL
);

CREATE TABLE campaign (
    id        uuid PRIMARY KEY,
    version   integer NOT NULL,
    name      text NOT NULL,
    issuer_id uuid NOT NULL,
    timezone  text NOT NULL
);

CREATE TABLE assignment (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL,
    campaign_id     uuid NOT NULL,
    organization_id uuid NOT NULL,
    title           text NOT NULL,
    due_at          timestamptz,
    due_set_at      timestamptz NOT NULL,
    state           text NOT NULL
);
CREATE INDEX assignment_due ON assignment (campaign_id, due_at);

CREATE TABLE acknowledgement (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL,
    campaign_id     uuid NOT NULL,
    organization_id uuid NOT NULL,
    title           text NOT NULL,
    due_at          timestamptz,
    created_at      timestamptz NOT NULL,
    state           text NOT NULL
);
CREATE INDEX acknowledgement_due ON acknowledgement (campaign_id, due_at);

CREATE TABLE submission (
    id              uuid PRIMARY KEY,
    revision        integer NOT NULL,
    campaign_id     uuid NOT NULL,
    assignment_id   uuid NOT NULL UNIQUE,
    organization_id uuid NOT NULL,
    state           text NOT NULL,
    correct_by      timestamptz,
    returned_at     timestamptz
);
CREATE INDEX submission_due ON submission (campaign_id, correct_by);

-- Everything that is chased at present: what was asked for, and corrections of what was returned.
CREATE VIEW still_owed AS
SELECT a.id AS about_id, a.id AS assignment_id, NULL::uuid AS acknowledgement_id, NULL::uuid AS submission_id,
       a.campaign_id, a.organization_id, a.title, a.due_at, a.due_set_at
  FROM assignment a
 WHERE a.state = 'owed' AND a.due_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM submission s WHERE s.assignment_id = a.id AND s.state <> 'withdrawn')
UNION ALL
SELECT k.id, NULL, k.id, NULL, k.campaign_id, k.organization_id, k.title, k.due_at, k.created_at
  FROM acknowledgement k WHERE k.state = 'owed' AND k.due_at IS NOT NULL
UNION ALL
SELECT s.id, s.assignment_id, NULL, s.id, s.campaign_id, s.organization_id, coalesce(a.title, ''), s.correct_by,
       s.returned_at
  FROM submission s LEFT JOIN assignment a ON a.id = s.assignment_id
 WHERE s.state = 'returned' AND s.correct_by IS NOT NULL;

-- migrate:down
