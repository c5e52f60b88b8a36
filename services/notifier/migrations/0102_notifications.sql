-- migrate:up

CREATE TABLE contact (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    organization_id uuid NOT NULL UNIQUE,
    name            text NOT NULL,
    locale          text NOT NULL CHECK (locale IN ('zh-CN', 'en')),
    channels        jsonb NOT NULL
);

CREATE TABLE policy (
    id          uuid PRIMARY KEY,
    version     integer NOT NULL CHECK (version >= 1),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    campaign_id uuid NOT NULL UNIQUE,
    ladder      jsonb NOT NULL
);

-- One attempt chain over one channel, of everything that one contact is told at one time.
CREATE TABLE delivery (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    channel         text NOT NULL,
    channel_number  integer NOT NULL,
    state           text NOT NULL CHECK (state IN ('sending', 'waiting', 'done')),
    attempts        integer NOT NULL,
    claimed_at      timestamptz,
    next_try_at     timestamptz,
    CHECK ((state = 'sending') = (claimed_at IS NOT NULL)),
    CHECK ((state = 'waiting') = (next_try_at IS NOT NULL))
);
CREATE INDEX delivery_open ON delivery (next_try_at, claimed_at) WHERE state <> 'done';

-- What is said to whom and why, over one channel; recorded before it is tried, and once only.
CREATE TABLE notification (
    id                    uuid PRIMARY KEY,
    version               integer NOT NULL CHECK (version >= 1),
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    campaign_id           uuid NOT NULL,
    occasion              text NOT NULL,
    about_id              uuid NOT NULL,
    due_at                timestamptz,
    about_revision        integer NOT NULL DEFAULT 0,
    assignment_id         uuid,
    acknowledgement_id    uuid,
    submission_id         uuid,
    activity_id           uuid,
    organization_id       uuid NOT NULL,
    about_organization_id uuid NOT NULL,
    channel               text NOT NULL CHECK (channel IN ('email', 'webhook', 'none')),
    channel_number        integer NOT NULL,
    title                 text NOT NULL,
    details               jsonb NOT NULL,
    state                 text NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'failed', 'given_up')),
    planned_for           timestamptz NOT NULL,
    sent_at               timestamptz,
    attempts              integer NOT NULL DEFAULT 0,
    last_error            text,
    delivery_id           uuid REFERENCES delivery,
    UNIQUE NULLS NOT DISTINCT (about_id, occasion, due_at, about_revision, organization_id, channel, channel_number),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (state <> 'sending' OR delivery_id IS NOT NULL),
    CHECK (state NOT IN ('failed', 'given_up') OR last_error IS NOT NULL)
);
CREATE INDEX notification_planned ON notification (planned_for) WHERE state = 'planned';
CREATE INDEX notification_campaign ON notification (campaign_id, id);
CREATE INDEX notification_delivery ON notification (delivery_id);

-- migrate:down
