-- migrate:up

-- A file that a unit handed over; its bytes lie in storage under its hash.
CREATE TABLE attachment (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    organization_id uuid NOT NULL,
    filename        text NOT NULL CHECK (filename <> ''),
    media_type      text NOT NULL CHECK (media_type <> ''),
    size            bigint NOT NULL CHECK (size >= 1),
    sha256          text NOT NULL REFERENCES stored_content,
    state           text NOT NULL CHECK (state IN ('unscanned', 'scanning', 'clean', 'refused')),
    finding         text,
    scan_after      timestamptz NOT NULL,
    CHECK ((state = 'refused') = (finding IS NOT NULL))
);
CREATE INDEX attachment_content ON attachment (sha256);
CREATE INDEX attachment_owner ON attachment (organization_id, id);
CREATE INDEX attachment_made ON attachment (created_at);
CREATE INDEX attachment_to_scan ON attachment (scan_after) WHERE state IN ('scanning', 'unscanned');

-- Which submission names it, in whichever version: such an attachment stays.
CREATE TABLE submission_attachment (
    attachment_id uuid NOT NULL REFERENCES attachment,
    submission_id uuid NOT NULL REFERENCES submission,
    PRIMARY KEY (attachment_id, submission_id)
);
CREATE INDEX submission_attachment_submission ON submission_attachment (submission_id);

-- migrate:down
