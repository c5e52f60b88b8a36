-- migrate:up

-- The same bytes once, at a location that is written once; `touched_at` is when a row last came to name them.
CREATE TABLE stored_content (
    sha256     text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size       bigint NOT NULL CHECK (size >= 1),
    location   text NOT NULL UNIQUE,
    touched_at timestamptz NOT NULL
);
CREATE INDEX stored_content_touched ON stored_content (touched_at);

-- Locations that leave at their time: those that are being written to, and those that nothing names any more.
CREATE TABLE leaving_content (
    location text PRIMARY KEY,
    leave_at timestamptz NOT NULL
);
CREATE INDEX leaving_content_order ON leaving_content (leave_at);

-- migrate:down
