-- migrate:up

-- A copy of what registry owns: an incident names an activity that there is, of its own campaign.
CREATE TABLE activity (
    id          uuid PRIMARY KEY,
    version     integer NOT NULL,
    campaign_id uuid NOT NULL
);

-- migrate:down
