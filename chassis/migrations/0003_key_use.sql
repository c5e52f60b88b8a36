-- migrate:up

-- When a key opened this service first and last, and how often that was told to others.
ALTER TABLE access_key
    ADD COLUMN first_used_at timestamptz,
    ADD COLUMN last_used_at  timestamptz,
    ADD COLUMN use_version   integer NOT NULL DEFAULT 0,
    ADD COLUMN use_told_at   timestamptz,
    ADD CHECK ((first_used_at IS NULL) = (last_used_at IS NULL));

-- migrate:down
