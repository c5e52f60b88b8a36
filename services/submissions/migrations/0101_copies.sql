-- migrate:up

-- Copies of what registry owns, in whatever order it was heard: nothing here refers to another row.
CREATE TABLE organization (
    id        uuid PRIMARY KEY,
    version   integer NOT NULL,
    parent_id uuid,
    body      jsonb NOT NULL
);
CREATE INDEX organization_parent ON organization (parent_id);

CREATE TABLE campaign (
    id        uuid PRIMARY KEY,
    version   integer NOT NULL,
    issuer_id uuid NOT NULL,
    timezone  text NOT NULL
);

CREATE TABLE assignment (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL,
    campaign_id     uuid NOT NULL,
    deliverable_id  uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind            text NOT NULL,
    title           text NOT NULL,
    sections        text[] NOT NULL,
    due_at          timestamptz,
    closes_at       timestamptz,
    state           text NOT NULL CHECK (state IN ('owed', 'waived'))
);
CREATE INDEX assignment_owner ON assignment (organization_id, id);
CREATE INDEX assignment_campaign ON assignment (campaign_id, id);

-- migrate:down
