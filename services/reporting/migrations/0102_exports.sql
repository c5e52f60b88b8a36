-- migrate:up

CREATE TABLE export (
    id          uuid PRIMARY KEY,
    version     integer NOT NULL CHECK (version >= 1),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    campaign_id uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('annex_xlsx')),
    as_of       timestamptz,
    state       text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    progress    double precision NOT NULL CHECK (progress BETWEEN 0 AND 1),
    rows        integer NOT NULL,
    url         text,
    sha256      text,
    error       text,
    claimed_at  timestamptz,
    CHECK ((state = 'done') = (sha256 IS NOT NULL)),
    CHECK ((state = 'failed') = (error IS NOT NULL)),
    CHECK ((state = 'running') = (claimed_at IS NOT NULL))
);
CREATE INDEX export_waiting ON export (id) WHERE state IN ('queued', 'running');
CREATE INDEX export_campaign ON export (campaign_id, id);

-- migrate:down
