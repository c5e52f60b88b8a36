-- migrate:up

ALTER TABLE notification VALIDATE CONSTRAINT notification_channel_check;

CREATE FUNCTION is_urgent(occasion text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN starts_with(occasion, 'incident_') OR occasion = 'activity_cancelled';
CREATE INDEX notification_urgent ON notification (channel, planned_for) WHERE state = 'planned' AND is_urgent(occasion);
CREATE INDEX notification_ordinary ON notification (channel, planned_for)
    WHERE state = 'planned' AND NOT is_urgent(occasion);

-- What was not tried yet may still take in more; what was half sent goes on where it stopped.
ALTER TABLE delivery ADD COLUMN urgent boolean NOT NULL DEFAULT false,
    ADD COLUMN tried boolean NOT NULL DEFAULT true,
    ADD COLUMN sent_parts integer NOT NULL DEFAULT 0;
CREATE INDEX delivery_again ON delivery (channel, urgent) WHERE state <> 'done';

-- Vendors that do not answer: `opened_until` is set while nobody is to try.
CREATE TABLE circuit (
    channel      text NOT NULL,
    vendor       text NOT NULL,
    failed_count integer NOT NULL CHECK (failed_count >= 1),
    opened_until timestamptz,
    PRIMARY KEY (channel, vendor)
);

-- The tokens that are out of each robot's bucket: each comes back a minute after it was taken. `id` is a hash.
CREATE TABLE robot (
    id            bytea PRIMARY KEY CHECK (octet_length(id) = 32),
    taken_at      timestamptz[] NOT NULL,
    blocked_until timestamptz
);

-- migrate:down
