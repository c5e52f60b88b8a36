-- migrate:up

-- What the office knows of a key; whether it opens stands in access_key, as in every service.
CREATE TABLE key (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    organization_id uuid NOT NULL REFERENCES organization,
    role            text NOT NULL CHECK (role IN ('coordinator', 'overseer', 'reporter', 'auditor', 'ops')),
    label           text NOT NULL,
    expires_at      timestamptz,
    revoked_at      timestamptz
);
CREATE INDEX key_owner ON key (organization_id);

-- migrate:down
