-- migrate:up

-- Names of the same shape as before, but without counting by the search: that took a fifth of a hand-in's time.
-- The old constraint has held for every row that is there, so nothing is read here; 0007 proves it.
ALTER TABLE events DROP CONSTRAINT events_type_check;
ALTER TABLE events ADD CONSTRAINT events_type_check CHECK (
    type LIKE 'rollcall.%' AND type ~ '^[a-z0-9_.-]+$' AND cardinality(string_to_array(type, '.')) = 5
    AND type NOT LIKE '%..%' AND type NOT LIKE '%.' AND length(type) <= 268
) NOT VALID;

-- Events of ordinary size lie as they are: to pack each took as long as to write it.
ALTER TABLE events SET (toast_tuple_target = 4080);

-- What is appended in one statement, as it is sent.
CREATE TYPE entry AS (
    id                uuid,
    type              text,
    aggregate_id      uuid,
    aggregate_version integer,
    actor             text,
    traceparent       text,
    body              bytea
);

-- What is answered in one statement under an Idempotency-Key, as it is sent.
CREATE TYPE answer AS (
    key_id      uuid,
    key         text,
    request     text,
    body_sha256 text,
    status      integer,
    body        bytea,
    etag        text
);

-- migrate:down
