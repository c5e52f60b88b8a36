-- migrate:up

-- What the scanner says of a file. The defaults are for the release before, which knows nothing of it.
ALTER TABLE attachment
    ADD COLUMN state      text NOT NULL DEFAULT 'unscanned'
        CHECK (state IN ('unscanned', 'scanning', 'clean', 'refused')),
    ADD COLUMN finding    text,
    ADD COLUMN scan_after timestamptz NOT NULL DEFAULT now(),
    ADD CHECK ((state = 'refused') = (finding IS NOT NULL));
CREATE INDEX attachment_owner ON attachment (organization_id, id);
CREATE INDEX attachment_made ON attachment (created_at);
CREATE INDEX attachment_to_scan ON attachment (scan_after) WHERE state IN ('scanning', 'unscanned');

-- What names it: such an attachment stays.
CREATE TABLE attachment_use (
    attachment_id uuid NOT NULL REFERENCES attachment,
    noun          text NOT NULL CHECK (noun IN ('notice', 'activity')),
    used_by       uuid NOT NULL,
    PRIMARY KEY (attachment_id, noun, used_by)
);
CREATE INDEX attachment_use_by ON attachment_use (noun, used_by);

-- Kept by the database, so that whoever writes a notice or an activity need not think of it.
CREATE FUNCTION keep_attachment_uses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fields jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    user_id uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
    named uuid[] := ARRAY(
        SELECT DISTINCT id::uuid
          FROM (VALUES ('attachment_ids'), ('report_attachment_ids')) AS list (field),
               jsonb_array_elements_text(coalesce(nullif(fields -> field, 'null'), '[]')) AS id
         UNION
        SELECT (fields ->> field)::uuid
          FROM (VALUES ('emergency_plan_id'), ('threat_assessment_id')) AS single (field)
         WHERE fields ->> field IS NOT NULL
    );
BEGIN
    DELETE FROM attachment_use
     WHERE noun = TG_TABLE_NAME AND used_by = user_id AND attachment_id <> ALL (named);
    INSERT INTO attachment_use (attachment_id, noun, used_by)
    SELECT attachment_id, TG_TABLE_NAME, user_id FROM unnest(named) AS n (attachment_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER notice_attachments AFTER INSERT OR UPDATE OR DELETE ON notice
    FOR EACH ROW EXECUTE FUNCTION keep_attachment_uses();
CREATE TRIGGER activity_attachments AFTER INSERT OR UPDATE OR DELETE ON activity
    FOR EACH ROW EXECUTE FUNCTION keep_attachment_uses();

-- migrate:down
