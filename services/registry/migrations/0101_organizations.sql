-- migrate:up

CREATE TABLE organization (
    id         uuid PRIMARY KEY,
    version    integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    short_name text,
    kind       text NOT NULL CHECK (kind IN ('office', 'district', 'town', 'department', 'enterprise', 'school',
                                             'hospital', 'media', 'association', 'other')),
    parent_id  uuid REFERENCES organization,
    aliases    text[] NOT NULL,
    sort_order integer NOT NULL CHECK (sort_order >= 0),
    opened_on  date,
    closed_on  date,
    CHECK (parent_id <> id),
    CHECK (closed_on >= opened_on)
);
CREATE INDEX organization_order ON organization (sort_order, id);
CREATE INDEX organization_parent ON organization (parent_id);

-- Every name and alias of an open organization, once: what a text may resolve to.
CREATE TABLE organization_name (
    name            text PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organization
);
CREATE INDEX organization_name_owner ON organization_name (organization_id);

-- migrate:down
