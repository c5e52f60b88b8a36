-- migrate:up

-- Every service's own copy of the keys: it can let callers in while the registry is away.
CREATE TABLE access_key (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    role            text NOT NULL,
    secret_sha256   text NOT NULL CHECK (secret_sha256 ~ '^[0-9a-f]{64}$'),
    expires_at      timestamptz,
    revoked_at      timestamptz,
    version         integer NOT NULL
);

-- One answer a key and caller: the same request again gets the same answer.
CREATE TABLE idempotency (
    key_id      uuid NOT NULL,
    key         text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request     text NOT NULL,
    body_sha256 text NOT NULL,
    status      integer,
    body        bytea,
    etag        text,
    made_at     timestamptz NOT NULL,
    PRIMARY KEY (key_id, key)
);
CREATE INDEX idempotency_made_at ON idempotency (made_at);

-- migrate:down
