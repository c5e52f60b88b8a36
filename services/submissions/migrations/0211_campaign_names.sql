-- migrate:up

-- What a form is headed with; the release before leaves it out, and `rollcall replay registry` brings it.
ALTER TABLE campaign ADD COLUMN name text;

-- migrate:down
