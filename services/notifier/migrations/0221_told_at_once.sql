-- migrate:up

-- When and where an activity was to be, as last heard: what it was before a move. No whole copy of the register.
CREATE TABLE schedule (
    activity_id uuid PRIMARY KEY,
    version     integer NOT NULL,
    starts_at   timestamptz,
    place       text
);

-- Notices that were issued since this is kept: what a new one replaces, and whom it means.
CREATE TABLE issued_notice (
    id            uuid PRIMARY KEY,
    version       integer NOT NULL,
    title         text NOT NULL,
    replaces_id   uuid,
    addressee_ids uuid[] NOT NULL
);

-- migrate:down
