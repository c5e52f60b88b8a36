-- migrate:up

-- What was handed in for an assignment, as it stands now.
CREATE TABLE submission (
    id                uuid PRIMARY KEY,
    version           integer NOT NULL CHECK (version >= 1),
    revision          integer NOT NULL CHECK (revision >= version),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    campaign_id       uuid NOT NULL,
    assignment_id     uuid NOT NULL UNIQUE,
    deliverable_id    uuid NOT NULL,
    organization_id   uuid NOT NULL,
    state             text NOT NULL CHECK (state IN ('received', 'returned', 'accepted', 'withdrawn')),
    sections          jsonb NOT NULL,
    nil_return        boolean NOT NULL,
    attachment_ids    uuid[] NOT NULL,
    receipt_number    text NOT NULL,
    received_at       timestamptz NOT NULL,
    on_time           boolean NOT NULL,
    content_sha256    text NOT NULL,
    first_received_at timestamptz NOT NULL,
    accepted_version  integer,
    accepted_at       timestamptz,
    reasons           jsonb NOT NULL,
    returned_at       timestamptz,
    correct_by        timestamptz,
    CHECK (state <> 'accepted' OR (accepted_version = version AND accepted_at IS NOT NULL)),
    CHECK (state <> 'returned' OR returned_at IS NOT NULL),
    CHECK (accepted_version IS NULL OR accepted_version <= version)
);
CREATE INDEX submission_campaign ON submission (campaign_id, id);
CREATE INDEX submission_owner ON submission (organization_id, id);

-- Every version as it was handed in, byte for byte, with its receipt.
CREATE TABLE submission_version (
    submission_id   uuid NOT NULL REFERENCES submission,
    version         integer NOT NULL CHECK (version >= 1),
    receipt_number  text NOT NULL UNIQUE,
    received_at     timestamptz NOT NULL,
    content_sha256  text NOT NULL,
    content         text NOT NULL,
    PRIMARY KEY (submission_id, version)
);

-- migrate:down
