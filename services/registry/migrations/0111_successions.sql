-- migrate:up

-- What a unit was called before, and what became of it. Defaults, for the release before still writes.
ALTER TABLE organization
    ADD COLUMN former_names   jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN merged_into_id uuid REFERENCES organization,
    ADD COLUMN successor_ids  uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN closed_because text,
    ADD CONSTRAINT organization_merged_is_closed CHECK (merged_into_id IS NULL OR closed_on IS NOT NULL),
    ADD CONSTRAINT organization_split_is_closed CHECK (successor_ids = '{}' OR closed_on IS NOT NULL),
    ADD CONSTRAINT organization_succeeded_once CHECK (merged_into_id IS NULL OR successor_ids = '{}'),
    ADD CONSTRAINT organization_merged_into_another CHECK (merged_into_id <> id);


-- migrate:down
