-- migrate:up

-- When an incident whose severity was raised was known to be so grave: its clock runs from then.
ALTER TABLE incident
    ADD COLUMN graded_at timestamptz,
    ADD CHECK (graded_at IS NULL OR graded_at >= discovered_at);

-- migrate:down
