-- migrate:up

CREATE TABLE campaign (
    id            uuid PRIMARY KEY,
    version       integer NOT NULL CHECK (version >= 1),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    theme         text NOT NULL,
    starts_on     date NOT NULL,
    ends_on       date NOT NULL CHECK (ends_on >= starts_on),
    timezone      text NOT NULL,
    issuer_id     uuid NOT NULL REFERENCES organization,
    parent_id     uuid REFERENCES campaign,
    based_on      text[] NOT NULL,
    annex_titles  text[] NOT NULL,
    annex_remarks text[] NOT NULL
);

CREATE TABLE theme_day (
    id            uuid PRIMARY KEY,
    version       integer NOT NULL CHECK (version >= 1),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    campaign_id   uuid NOT NULL REFERENCES campaign,
    date          date NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    organiser_ids uuid[] NOT NULL CHECK (cardinality(organiser_ids) >= 1),
    UNIQUE (campaign_id, date, name)
);

-- migrate:down
