-- migrate:up

-- Where a review of two stages stands; the release before tells of one stage only.
ALTER TABLE submission
    ADD COLUMN review_stages integer NOT NULL DEFAULT 1,
    ADD COLUMN review_stage integer NOT NULL DEFAULT 1;

-- migrate:down
