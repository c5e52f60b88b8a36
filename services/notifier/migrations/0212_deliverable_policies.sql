-- migrate:up

-- A deliverable's own ladder; null once it was given up and the campaign's holds again, from `updated_at` on.
CREATE TABLE deliverable_policy (
    id             uuid PRIMARY KEY,
    version        integer NOT NULL CHECK (version >= 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    campaign_id    uuid NOT NULL,
    deliverable_id uuid NOT NULL UNIQUE,
    ladder         jsonb
);
CREATE INDEX deliverable_policy_campaign ON deliverable_policy (campaign_id);

-- migrate:down
