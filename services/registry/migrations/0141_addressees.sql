-- migrate:up

-- Who is meant by a rule; the ids beside it are those whom it has meant so far.
ALTER TABLE notice
    ADD COLUMN addressee_rule   jsonb,
    ADD COLUMN acknowledge_on   date,
    ADD COLUMN acknowledge_time time,
    ADD COLUMN timezone         text,
    ADD COLUMN warnings         jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN attachment_ids   uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN replaced_by_id   uuid REFERENCES notice,
    ADD CONSTRAINT notice_acknowledge_on CHECK (acknowledge_on IS NULL
                                                OR (acknowledge_by IS NOT NULL AND timezone IS NOT NULL)),
    ADD CONSTRAINT notice_acknowledge_time CHECK (acknowledge_time IS NULL OR acknowledge_on IS NOT NULL),
    ADD CONSTRAINT notice_replaced_is_issued CHECK (replaced_by_id IS NULL OR state = 'issued'),
    ADD CONSTRAINT notice_replaces_another CHECK (replaces_id <> id AND replaced_by_id <> id);
CREATE INDEX notice_attachments ON notice USING gin (attachment_ids);
CREATE INDEX notice_addressees ON notice USING gin (addressee_ids);
CREATE INDEX notice_rules ON notice (id)
    WHERE addressee_rule IS NOT NULL AND state = 'issued' AND replaced_by_id IS NULL;
-- One notice takes another's place, as it was issued: the first one, where two did before this was held.
UPDATE notice AS old SET replaced_by_id = new.id
  FROM (SELECT DISTINCT ON (replaces_id) replaces_id, id FROM notice
         WHERE state = 'issued' AND replaces_id IS NOT NULL ORDER BY replaces_id, issued_at, id) AS new
 WHERE old.id = new.replaces_id;

ALTER TABLE acknowledgement
    ADD COLUMN on_behalf   boolean NOT NULL DEFAULT false,
    ADD COLUMN recorded_by uuid,
    ADD COLUMN why         text,
    ADD CONSTRAINT acknowledgement_on_behalf CHECK (on_behalf = (recorded_by IS NOT NULL)
                                                    AND on_behalf = (why IS NOT NULL)
                                                    AND (state = 'acknowledged' OR NOT on_behalf));
CREATE INDEX acknowledgement_campaign ON acknowledgement (campaign_id, id);
CREATE INDEX acknowledgement_owner ON acknowledgement (organization_id, id);
CREATE INDEX acknowledgement_counts ON acknowledgement (notice_id, state);

ALTER TABLE deliverable
    ADD COLUMN owed_by_rule  jsonb,
    ADD COLUMN review_stages integer NOT NULL DEFAULT 1,
    ADD COLUMN cancelled_at  timestamptz,
    ADD COLUMN cancel_reason text,
    ADD CONSTRAINT deliverable_review_stages CHECK (review_stages IN (1, 2)),
    ADD CONSTRAINT deliverable_cancelled CHECK ((cancelled_at IS NULL) = (cancel_reason IS NULL));
CREATE INDEX deliverable_rules ON deliverable (id) WHERE owed_by_rule IS NOT NULL AND cancelled_at IS NULL;

ALTER TABLE assignment
    ADD COLUMN unwaiver      jsonb,
    ADD COLUMN review_stages integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT assignment_review_stages CHECK (review_stages IN (1, 2)),
    ADD CONSTRAINT assignment_unwaived CHECK (unwaiver IS NULL OR state = 'owed');
CREATE INDEX assignment_due ON assignment (campaign_id, due_at);

-- Whoever hosts what was selected.
CREATE INDEX activity_selected ON activity (campaign_id, selection) WHERE selection IS NOT NULL;
CREATE INDEX organization_kind ON organization (kind);

-- migrate:down
