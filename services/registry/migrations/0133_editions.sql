-- migrate:up

-- The annex as it was frozen: nothing here is ever changed.
CREATE TABLE edition (
    id             uuid PRIMARY KEY,
    version        integer NOT NULL CHECK (version = 1),
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    campaign_id    uuid NOT NULL REFERENCES campaign,
    number         integer NOT NULL CHECK (number >= 1),
    title          text,
    note           text,
    activity_count integer NOT NULL CHECK (activity_count >= 1),
    rows_sha256    text NOT NULL CHECK (rows_sha256 ~ '^[0-9a-f]{64}$'),
    UNIQUE (campaign_id, number)
);

CREATE TABLE edition_row (
    edition_id    uuid NOT NULL REFERENCES edition,
    nth           integer NOT NULL CHECK (nth >= 1),
    activity_id   uuid NOT NULL REFERENCES activity,
    serial_number integer,
    category      text NOT NULL,
    name          text NOT NULL,
    hosts_text    text NOT NULL,
    PRIMARY KEY (edition_id, nth),
    UNIQUE (edition_id, activity_id)
);

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_user || '_app') THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON edition, edition_row FROM %I', current_user || '_app');
    END IF;
END
$$;

-- migrate:down
