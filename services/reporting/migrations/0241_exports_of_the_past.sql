-- migrate:up

-- Every whole state that was told of what exports are made of, with the moment from which it was true.
CREATE TABLE export_source_past (
    id          uuid NOT NULL,
    version     integer NOT NULL,
    since       timestamptz NOT NULL,
    noun        text NOT NULL,
    campaign_id uuid NOT NULL,
    body        jsonb NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX export_source_past_campaign ON export_source_past (campaign_id, noun, id, version) INCLUDE (since);

-- What is known of the past already: the newest states, and the official versions under newer ones.
INSERT INTO export_source_past (id, version, since, noun, campaign_id, body)
SELECT id, version, (body->>'updated_at')::timestamptz, noun, campaign_id, body FROM export_source
 WHERE campaign_id IS NOT NULL AND noun <> 'attachment';
INSERT INTO export_source_past (id, version, since, noun, campaign_id, body)
SELECT submission_id, (body->>'revision')::integer, (body->>'updated_at')::timestamptz, 'submission', campaign_id, body
  FROM accepted_version
    ON CONFLICT (id, version) DO NOTHING;

-- migrate:down
