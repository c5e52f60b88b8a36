-- migrate:up

CREATE TABLE notice (
    id             uuid PRIMARY KEY,
    version        integer NOT NULL CHECK (version >= 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    campaign_id    uuid NOT NULL REFERENCES campaign,
    title          text NOT NULL CHECK (title <> ''),
    body           text NOT NULL,
    addressee_ids  uuid[] NOT NULL CHECK (cardinality(addressee_ids) >= 1),
    acknowledge_by timestamptz,
    replaces_id    uuid REFERENCES notice,
    state          text NOT NULL CHECK (state IN ('draft', 'issued')),
    issued_at      timestamptz,
    CHECK ((state = 'issued') = (issued_at IS NOT NULL))
);
CREATE INDEX notice_campaign ON notice (campaign_id, id);

CREATE TABLE acknowledgement (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    campaign_id     uuid NOT NULL REFERENCES campaign,
    notice_id       uuid NOT NULL REFERENCES notice,
    organization_id uuid NOT NULL REFERENCES organization,
    title           text NOT NULL,
    due_at          timestamptz,
    state           text NOT NULL CHECK (state IN ('owed', 'acknowledged', 'replaced')),
    acknowledged_at timestamptz,
    acknowledged_by text,
    UNIQUE (notice_id, organization_id),
    CHECK ((state = 'acknowledged') = (acknowledged_at IS NOT NULL)),
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
);

-- migrate:down
