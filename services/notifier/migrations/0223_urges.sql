-- migrate:up

CREATE TABLE urge (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    campaign_id     uuid NOT NULL,
    deliverable_id  uuid,
    organization_id uuid NOT NULL,
    urged_by        uuid NOT NULL,
    message         text,
    told_count      integer NOT NULL CHECK (told_count > 0)
);
CREATE INDEX urge_campaign ON urge (campaign_id, id);

-- When a unit was last urged for an assignment, and how often: of two who urge at once one finds the other's row.
CREATE TABLE urged (
    assignment_id   uuid NOT NULL,
    organization_id uuid NOT NULL,
    urge_id         uuid NOT NULL REFERENCES urge DEFERRABLE INITIALLY DEFERRED,
    urged_at        timestamptz NOT NULL,
    urge_count      integer NOT NULL CHECK (urge_count > 0),
    PRIMARY KEY (assignment_id, organization_id)
);

-- migrate:down
