-- migrate:up

CREATE TABLE activity (
    id            uuid PRIMARY KEY,
    version       integer NOT NULL CHECK (version >= 1),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    campaign_id   uuid NOT NULL REFERENCES campaign,
    serial_number integer,
    category      text NOT NULL CHECK (category <> ''),
    name          text NOT NULL CHECK (name <> ''),
    hosts         jsonb NOT NULL,
    hosts_text    text,
    starts_at     timestamptz,
    ends_at       timestamptz,
    place         text,
    mode          text CHECK (mode IN ('offline', 'online', 'both')),
    settings      text[] NOT NULL,
    audiences     text[] NOT NULL,
    products      text[] NOT NULL,
    carriers      text[] NOT NULL,
    state         text NOT NULL CHECK (state IN ('draft', 'registered', 'confirmed', 'held', 'reported', 'postponed',
                                                 'cancelled')),
    selection     text CHECK (selection IN ('nominated', 'shortlisted', 'key')),
    reason        text,
    UNIQUE (campaign_id, serial_number),
    CHECK (ends_at IS NULL OR ends_at >= starts_at)
);
CREATE INDEX activity_order ON activity (campaign_id, (coalesce(serial_number, 1000000)), id);

-- A file as it came, what was read in it, and what was decided.
CREATE TABLE import (
    id          uuid PRIMARY KEY,
    campaign_id uuid NOT NULL REFERENCES campaign,
    kind        text NOT NULL CHECK (kind IN ('activities')),
    filename    text NOT NULL,
    file        bytea NOT NULL,
    sha256      text NOT NULL,
    state       text NOT NULL CHECK (state IN ('previewed', 'applied')),
    created_at  timestamptz NOT NULL,
    created_by  uuid NOT NULL,
    applied_at  timestamptz,
    outcome     jsonb,
    CHECK ((state = 'applied') = (applied_at IS NOT NULL)),
    CHECK ((state = 'applied') = (outcome IS NOT NULL))
);

CREATE INDEX import_file ON import (campaign_id, sha256);

-- Each verdict of a person on a text that no rule resolves, with who and why.
CREATE TABLE import_decision (
    import_id  uuid NOT NULL REFERENCES import,
    nth        integer NOT NULL,
    decision   jsonb NOT NULL,
    decided_at timestamptz NOT NULL,
    decided_by uuid NOT NULL,
    PRIMARY KEY (import_id, nth)
);

-- What a text was decided to mean: it means that in every later import too.
CREATE TABLE decided_name (
    text            text PRIMARY KEY,
    organization_id uuid REFERENCES organization,
    outside_party   text,
    why             text,
    decided_at      timestamptz NOT NULL,
    decided_by      uuid NOT NULL,
    CHECK ((organization_id IS NULL) <> (outside_party IS NULL))
);

-- migrate:down
