-- migrate:up

-- What is handed in in one statement, as it is sent.
CREATE TYPE handed_in AS (
    id                 uuid,
    version            integer,
    revision           integer,
    assignment_id      uuid,
    assignment_version integer,
    nil_return         boolean,
    attachment_ids     text,
    receipt_number     text,
    received_at        timestamptz,
    on_time            boolean,
    first_received_at  timestamptz,
    review_stage       integer,
    content_sha256     text,
    content            bytea,
    is_newest          boolean
);

-- What is looked at before: an assignment, and an Idempotency-Key or none.
CREATE TYPE wanted AS (
    assignment_id uuid,
    key_id        uuid,
    key           text
);

-- Summaries of ordinary size lie as they are: to pack each took as long as to write it.
ALTER TABLE submission SET (toast_tuple_target = 4080);
ALTER TABLE submission_version SET (toast_tuple_target = 4080);

-- migrate:down
