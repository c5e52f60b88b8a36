-- migrate:up

-- The log: every change of every aggregate, for ever. What is told is told from here.
CREATE TABLE events (
    position          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id                uuid NOT NULL UNIQUE,
    type              text NOT NULL CHECK (type ~ '^rollcall(\.[a-z0-9_-]{1,64}){4}$'),
    aggregate_id      uuid NOT NULL,
    aggregate_version integer NOT NULL CHECK (aggregate_version >= 1),
    occurred_at       timestamptz NOT NULL,
    actor             jsonb NOT NULL,
    traceparent       text NOT NULL,
    body              bytea NOT NULL CHECK (octet_length(body) <= 524288),
    UNIQUE (aggregate_id, aggregate_version)
);

-- What has not been told yet: positions of the log. `replay` is set when it is told once more.
CREATE TABLE outbox (
    position     bigint PRIMARY KEY REFERENCES events,
    replay       uuid,
    failed_count integer NOT NULL DEFAULT 0,
    parked_at    timestamptz,
    error        text,
    CHECK ((parked_at IS NULL) OR (error IS NOT NULL))
);
CREATE INDEX outbox_waiting ON outbox (position) WHERE parked_at IS NULL;

-- Each event's hash over its content and the hash before it, in the order of telling.
CREATE TABLE event_chain (
    link     bigint PRIMARY KEY CHECK (link >= 1),
    position bigint NOT NULL UNIQUE REFERENCES events,
    hash     bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- What the relay last knew of its stream: less than this in the stream is a loss.
CREATE TABLE stream_state (
    stream        text PRIMARY KEY,
    created_at    timestamptz NOT NULL,
    first_seq     bigint NOT NULL,
    last_seq      bigint NOT NULL,
    deleted_count bigint NOT NULL,
    checked_at    timestamptz NOT NULL
);

-- Who leads the relay, and when it last said so.
CREATE TABLE relay_lease (
    singleton   boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    backend_pid integer NOT NULL,
    beat_at     timestamptz NOT NULL
);

-- What could not be taken in, with its reason; put back by hand, never dropped.
CREATE TABLE parked (
    id        uuid PRIMARY KEY,
    durable   text NOT NULL,
    sequence  bigint NOT NULL,
    subject   text NOT NULL,
    headers   jsonb NOT NULL,
    body      bytea NOT NULL,
    error     text NOT NULL,
    tries     integer NOT NULL,
    parked_at timestamptz NOT NULL
);

-- The record is added to and never changed, whoever runs the service.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_user || '_app') THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON events, event_chain FROM %I', current_user || '_app');
    END IF;
END
$$;

-- migrate:down
