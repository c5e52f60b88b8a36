-- migrate:up

-- What was heard of a campaign, in the order in which it became visible: see store.ADD for the lock that keeps it.
CREATE TABLE change (
    position         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id      uuid NOT NULL,
    noun             text NOT NULL,
    fact             text NOT NULL,
    id               uuid NOT NULL,
    version          integer NOT NULL CHECK (version >= 1),
    organization_ids uuid[] NOT NULL,
    is_draft         boolean NOT NULL,
    heard_at         timestamptz NOT NULL,
    UNIQUE (id, version)
);
CREATE INDEX change_campaign ON change (campaign_id, position);

-- migrate:down
