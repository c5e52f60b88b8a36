-- migrate:up

-- What an office has told to be said in place of the built-in texts, in the campaigns that it issues.
CREATE TABLE own_text (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    organization_id uuid NOT NULL,
    occasion        text NOT NULL,
    locale          text NOT NULL CHECK (locale IN ('zh-CN', 'en')),
    subject         text NOT NULL CHECK (subject <> ''),
    body            text NOT NULL CHECK (body <> ''),
    set_by          uuid NOT NULL,
    UNIQUE (organization_id, occasion, locale)
);

-- migrate:down
