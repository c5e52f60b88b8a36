-- migrate:up

-- Copies of what the others own, in whatever order it was heard: nothing here refers to another row.
CREATE TABLE organization (
    id         uuid PRIMARY KEY,
    version    integer NOT NULL,
    name       text NOT NULL,
    short_name text,
    kind       text NOT NULL,
    parent_id  uuid,
    sort_order integer NOT NULL,
    body       jsonb NOT NULL
);
CREATE INDEX organization_parent ON organization (parent_id);
CREATE INDEX organization_order ON organization (sort_order, id);

CREATE TABLE campaign (
    id            uuid PRIMARY KEY,
    version       integer NOT NULL,
    name          text NOT NULL,
    issuer_id     uuid NOT NULL,
    timezone      text NOT NULL,
    annex_titles  text[] NOT NULL,
    annex_remarks text[] NOT NULL
);

CREATE TABLE deliverable (
    id          uuid PRIMARY KEY,
    version     integer NOT NULL,
    campaign_id uuid NOT NULL,
    kind        text NOT NULL,
    title       text NOT NULL,
    due_at      timestamptz
);
CREATE INDEX deliverable_campaign ON deliverable (campaign_id, id);

CREATE TABLE assignment (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL,
    campaign_id     uuid NOT NULL,
    deliverable_id  uuid NOT NULL,
    organization_id uuid NOT NULL,
    due_at          timestamptz,
    state           text NOT NULL
);
CREATE INDEX assignment_campaign ON assignment (campaign_id, organization_id);

CREATE TABLE submission (
    id            uuid PRIMARY KEY,
    revision      integer NOT NULL,
    version       integer NOT NULL,
    campaign_id   uuid NOT NULL,
    assignment_id uuid NOT NULL UNIQUE,
    state         text NOT NULL,
    on_time       boolean NOT NULL,
    nil_return    boolean NOT NULL
);

CREATE TABLE activity (
    id            uuid PRIMARY KEY,
    version       integer NOT NULL,
    campaign_id   uuid NOT NULL,
    serial_number integer,
    category      text NOT NULL,
    name          text NOT NULL,
    hosts         jsonb NOT NULL,
    hosts_text    text,
    starts_at     timestamptz,
    ends_at       timestamptz,
    place         text,
    state         text NOT NULL
);
CREATE INDEX activity_order ON activity (campaign_id, (coalesce(serial_number, 1000000)), id);

CREATE TABLE acknowledgement (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL,
    campaign_id     uuid NOT NULL,
    organization_id uuid NOT NULL,
    state           text NOT NULL
);
CREATE INDEX acknowledgement_campaign ON acknowledgement (campaign_id, organization_id);

-- How far each durable has come, by the server's own word; a row that was not checked lately says so itself.
CREATE TABLE lag (
    durable       text PRIMARY KEY,
    pending_count bigint NOT NULL,
    clear_at      timestamptz NOT NULL,
    checked_at    timestamptz NOT NULL
);

-- migrate:down
