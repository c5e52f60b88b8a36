-- migrate:up

-- When a key last opened another service, by that service's own word; heard in whatever order, before the key or after.
CREATE TABLE key_use (
    key_id       uuid NOT NULL,
    service      text NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (key_id, service)
);

-- migrate:down
