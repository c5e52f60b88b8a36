-- migrate:up

-- Columns of activities that are moved; each may be empty, so that the release before goes on writing beside them.
ALTER TABLE activity
    ADD COLUMN schedule_note         text,
    ADD COLUMN state_before          text CHECK (state_before IN ('draft', 'registered', 'confirmed')),
    ADD COLUMN former_starts_at      timestamptz,
    ADD COLUMN former_ends_at        timestamptz,
    ADD COLUMN emergency_plan_id     uuid REFERENCES attachment,
    ADD COLUMN threat_assessment_id  uuid REFERENCES attachment,
    ADD COLUMN attachment_ids        uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN actual_starts_at      timestamptz,
    ADD COLUMN actual_ends_at        timestamptz,
    ADD COLUMN turnout               integer CHECK (turnout >= 0),
    ADD COLUMN summary               text,
    ADD COLUMN links                 text[] NOT NULL DEFAULT '{}',
    ADD COLUMN report_attachment_ids uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN nominated_from_id     uuid REFERENCES activity,
    ADD COLUMN warnings              jsonb NOT NULL DEFAULT '[]';

ALTER TABLE activity
    ADD CONSTRAINT activity_stopped_was_something
        CHECK (state NOT IN ('postponed', 'cancelled') OR state_before IS NOT NULL),
    ADD CONSTRAINT activity_postponed_has_no_time CHECK (state <> 'postponed' OR starts_at IS NULL),
    ADD CONSTRAINT activity_confirmed_is_complete
        CHECK (state NOT IN ('confirmed', 'held', 'reported')
               OR (starts_at IS NOT NULL AND mode IS NOT NULL
                   AND (mode = 'online' OR (place IS NOT NULL AND emergency_plan_id IS NOT NULL))
                   AND (mode = 'offline' OR threat_assessment_id IS NOT NULL))),
    ADD CONSTRAINT activity_reported_says_what
        CHECK (state <> 'reported' OR (summary IS NOT NULL AND turnout IS NOT NULL)),
    ADD CONSTRAINT activity_actual_times CHECK (actual_ends_at IS NULL OR actual_ends_at >= actual_starts_at);

-- One nomination of an activity stands in the campaign above.
CREATE UNIQUE INDEX activity_nominated_from ON activity (nominated_from_id) WHERE nominated_from_id IS NOT NULL;
CREATE INDEX activity_emergency_plan ON activity (emergency_plan_id) WHERE emergency_plan_id IS NOT NULL;
CREATE INDEX activity_threat_assessment ON activity (threat_assessment_id) WHERE threat_assessment_id IS NOT NULL;

-- Lists of 100,000 activities, each filter in the order of the list.
CREATE INDEX activity_state ON activity (campaign_id, state, (coalesce(serial_number, 1000000)), id);
CREATE INDEX activity_category ON activity (campaign_id, category, (coalesce(serial_number, 1000000)), id);
CREATE INDEX activity_selection ON activity (campaign_id, selection, (coalesce(serial_number, 1000000)), id);
CREATE INDEX activity_start ON activity (campaign_id, starts_at, id);

ALTER TABLE campaign ADD COLUMN category_order text[] NOT NULL DEFAULT '{}';

-- migrate:down
