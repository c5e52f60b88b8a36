-- migrate:up

CREATE TABLE deliverable (
    id               uuid PRIMARY KEY,
    version          integer NOT NULL CHECK (version >= 1),
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    campaign_id      uuid NOT NULL REFERENCES campaign,
    kind             text NOT NULL,
    title            text NOT NULL CHECK (title <> ''),
    sections         text[] NOT NULL,
    due_on           date,
    due_time         time,
    timezone         text NOT NULL,
    due_at           timestamptz,
    closes_at        timestamptz,
    owed_by          uuid[] NOT NULL CHECK (cardinality(owed_by) >= 1),
    assignment_count integer NOT NULL,
    due_reason       text,
    warnings         jsonb NOT NULL,
    CHECK ((due_on IS NULL) = (due_at IS NULL)),
    CHECK (due_time IS NULL OR due_on IS NOT NULL),
    CHECK (closes_at >= due_at)
);
CREATE INDEX deliverable_campaign ON deliverable (campaign_id, id);

CREATE TABLE assignment (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    campaign_id     uuid NOT NULL REFERENCES campaign,
    deliverable_id  uuid NOT NULL REFERENCES deliverable,
    organization_id uuid NOT NULL REFERENCES organization,
    kind            text NOT NULL,
    title           text NOT NULL,
    sections        text[] NOT NULL,
    due_at          timestamptz,
    due_set_at      timestamptz NOT NULL,
    closes_at       timestamptz,
    state           text NOT NULL CHECK (state IN ('owed', 'waived')),
    extension       jsonb,
    waiver          jsonb,
    UNIQUE (deliverable_id, organization_id),
    CHECK ((state = 'waived') = (waiver IS NOT NULL)),
    CHECK (extension IS NULL OR due_at IS NOT NULL)
);
CREATE INDEX assignment_campaign ON assignment (campaign_id, id);
CREATE INDEX assignment_owner ON assignment (organization_id);

-- migrate:down
