-- migrate:up

-- Who handed in this version: another than of the next one, where the unit was merged between. Null where the
-- release before wrote it: then it is the submission's.
ALTER TABLE submission_version ADD COLUMN organization_id uuid;
UPDATE submission_version v SET organization_id = s.organization_id FROM submission s WHERE s.id = v.submission_id;

-- migrate:down
