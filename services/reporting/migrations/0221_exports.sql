-- migrate:up

-- What exports are made of: the newest whole state of each noun, as its owner told it.
CREATE TABLE export_source (
    id          uuid PRIMARY KEY,
    noun        text NOT NULL,
    version     integer NOT NULL,
    campaign_id uuid,
    body        jsonb NOT NULL
);
CREATE INDEX export_source_campaign ON export_source (campaign_id, noun, id);

-- The newest accepted version of each submission: it stays the official one while a newer is being handed in.
CREATE TABLE accepted_version (
    submission_id uuid PRIMARY KEY,
    version       integer NOT NULL,
    campaign_id   uuid NOT NULL,
    body          jsonb NOT NULL
);
CREATE INDEX accepted_version_campaign ON accepted_version (campaign_id);

ALTER TABLE export
    ADD COLUMN row_total integer,
    ADD COLUMN size bigint,
    ADD COLUMN filename text,
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN claimed_by uuid,
    ADD COLUMN tries integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT export_kind_check,
    DROP CONSTRAINT export_state_check,
    DROP CONSTRAINT export_check,
    ADD CONSTRAINT export_state_check
        CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')),
    ADD CONSTRAINT export_kind_check CHECK (kind IN (
        'annex_xlsx', 'matrix_xlsx', 'submissions_csv', 'submissions_xlsx', 'attachments_zip', 'summary_docx',
        'summary_pdf', 'calendar_ics', 'bulletin_docx')),
    ADD CONSTRAINT export_hashed CHECK ((state IN ('done', 'expired')) = (sha256 IS NOT NULL));
CREATE INDEX export_expiring ON export (expires_at) WHERE state = 'done';

-- migrate:down
