-- migrate:up

ALTER TABLE campaign ADD COLUMN warnings jsonb NOT NULL DEFAULT '[]';
CREATE INDEX campaign_parent ON campaign (parent_id, issuer_id);
CREATE INDEX campaign_issuer ON campaign (issuer_id, id);

ALTER TABLE theme_day ADD COLUMN taken_from_id uuid REFERENCES theme_day;
ALTER TABLE deliverable ADD COLUMN taken_from_id uuid REFERENCES deliverable;

-- What a campaign has from the one above it, as it was there when it was taken: each part once.
CREATE TABLE take_over (
    campaign_id uuid NOT NULL REFERENCES campaign,
    part        text NOT NULL CHECK (part IN ('theme', 'based_on', 'theme_day', 'deliverable')),
    above_id    uuid NOT NULL,
    here_id     uuid NOT NULL,
    taken       jsonb NOT NULL,
    taken_at    timestamptz NOT NULL,
    taken_by    uuid NOT NULL,
    PRIMARY KEY (campaign_id, part, above_id)
);

-- migrate:down
