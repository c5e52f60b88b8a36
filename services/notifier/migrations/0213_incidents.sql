-- migrate:up

-- A copy of what is reported, without what happened, and where it stands on its ladder. The clock is set by the first
-- report, and anew by a follow-up that brings another limit; `next_at` is null once nothing is to be told any more.
CREATE TABLE incident (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL,
    campaign_id     uuid,
    organization_id uuid NOT NULL,
    receipt_number  text NOT NULL,
    severity        text NOT NULL,
    occurred_at     timestamptz NOT NULL,
    discovered_at   timestamptz NOT NULL,
    report_by       timestamptz,
    in_time         boolean,
    clock_version   integer NOT NULL,
    clock_set_at    timestamptz NOT NULL,
    told_up_to      timestamptz NOT NULL,
    next_at         timestamptz
);
CREATE INDEX incident_next ON incident (next_at) WHERE next_at IS NOT NULL;

-- migrate:down
