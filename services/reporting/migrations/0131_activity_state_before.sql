-- migrate:up

-- What a postponed or cancelled activity was: one that was given up as a draft never came onto the register.
ALTER TABLE activity ADD COLUMN state_before text;

-- migrate:down
