-- migrate:up

-- decided_name holds what is decided at present, one meaning a text; the release before still writes there.
ALTER TABLE decided_name ADD COLUMN id uuid NOT NULL DEFAULT uuidv7() UNIQUE;
CREATE INDEX decided_name_organization ON decided_name (organization_id);

-- What was undone, or decided anew: kept for good, with who undid it and when.
CREATE TABLE undone_name (
    id              uuid PRIMARY KEY,
    text            text NOT NULL,
    organization_id uuid REFERENCES organization,
    outside_party   text,
    why             text,
    decided_at      timestamptz NOT NULL,
    decided_by      uuid NOT NULL,
    undone_at       timestamptz NOT NULL,
    undone_by       uuid NOT NULL,
    CHECK ((organization_id IS NULL) <> (outside_party IS NULL))
);
CREATE INDEX undone_name_organization ON undone_name (organization_id);

-- migrate:down
