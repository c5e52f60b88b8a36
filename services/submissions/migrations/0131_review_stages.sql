-- migrate:up

-- How many stages of review a deliverable asks for; the release before knows of one only.
ALTER TABLE assignment ADD COLUMN review_stages integer NOT NULL DEFAULT 1 CHECK (review_stages IN (1, 2));

ALTER TABLE submission
    ADD COLUMN review_stages integer NOT NULL DEFAULT 1 CHECK (review_stages IN (1, 2)),
    ADD COLUMN review_stage integer NOT NULL DEFAULT 1 CHECK (review_stage IN (1, 2)),
    ADD COLUMN endorsed_at timestamptz,
    ADD COLUMN endorsed_by uuid,
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN withdrawal_reason text,
    ADD CHECK (review_stage <= review_stages),
    ADD CHECK ((endorsed_at IS NULL) = (endorsed_by IS NULL)),
    ADD CHECK (endorsed_at IS NULL OR review_stage = 2),
    ADD CHECK (state <> 'accepted' OR review_stage = review_stages);

-- The queue of those who review: by arrival, within a deliverable or over all.
CREATE INDEX submission_arrival ON submission (received_at, id);
CREATE INDEX submission_queue ON submission (deliverable_id, state, received_at, id);

-- migrate:down
