-- migrate:up

-- A file that a notice or an activity names; its bytes lie in storage under its hash.
CREATE TABLE attachment (
    id uuid PRIMARY KEY,
    version integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    organization_id uuid NOT NULL REFERENCES organization (id),
    filename text NOT NULL CHECK (filename <> ''),
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size >= 1),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX attachment_content ON attachment (sha256);

-- migrate:down
