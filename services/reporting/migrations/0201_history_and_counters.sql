-- migrate:up

-- What campaigns and activities tell beyond what was kept so far; a replay of registry fills what was heard before.
ALTER TABLE campaign
    ADD COLUMN parent_id uuid,
    ADD COLUMN starts_on date,
    ADD COLUMN ends_on date,
    ADD COLUMN opened_at timestamptz;
CREATE INDEX campaign_parent ON campaign (parent_id);

CREATE TABLE theme_day (
    id            uuid PRIMARY KEY,
    version       integer NOT NULL,
    campaign_id   uuid NOT NULL,
    date          date NOT NULL,
    name          text NOT NULL,
    organiser_ids uuid[] NOT NULL
);
CREATE INDEX theme_day_campaign ON theme_day (campaign_id, date, id);

-- History: every version that was heard, each true from `since` (its owner's moment) until a newer one's. Late and
-- shuffled versions fall into their places, for the state at a moment is the newest version from before it.
CREATE TABLE organization_past (
    id         uuid NOT NULL,
    version    integer NOT NULL,
    since      timestamptz NOT NULL,
    name       text NOT NULL,
    short_name text,
    kind       text NOT NULL,
    parent_id  uuid,
    sort_order integer NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX organization_past_parent ON organization_past (parent_id, id);

CREATE TABLE deliverable_past (
    id          uuid NOT NULL,
    version     integer NOT NULL,
    since       timestamptz NOT NULL,
    campaign_id uuid NOT NULL,
    kind        text NOT NULL,
    title       text NOT NULL,
    due_at      timestamptz,
    PRIMARY KEY (id, version)
);
CREATE INDEX deliverable_past_campaign ON deliverable_past (campaign_id, id);

CREATE TABLE assignment_past (
    id              uuid NOT NULL,
    version         integer NOT NULL,
    since           timestamptz NOT NULL,
    campaign_id     uuid NOT NULL,
    deliverable_id  uuid NOT NULL,
    organization_id uuid NOT NULL,
    due_at          timestamptz,
    state           text NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX assignment_past_unit ON assignment_past (campaign_id, organization_id, id);

CREATE TABLE submission_past (
    assignment_id uuid NOT NULL,
    revision      integer NOT NULL,
    since         timestamptz NOT NULL,
    state         text NOT NULL,
    on_time       boolean NOT NULL,
    nil_return    boolean NOT NULL,
    review_stages smallint NOT NULL,
    review_stage  smallint NOT NULL,
    PRIMARY KEY (assignment_id, revision)
);

CREATE TABLE acknowledgement_past (
    id              uuid NOT NULL,
    version         integer NOT NULL,
    since           timestamptz NOT NULL,
    campaign_id     uuid NOT NULL,
    organization_id uuid NOT NULL,
    state           text NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX acknowledgement_past_unit ON acknowledgement_past (campaign_id, organization_id, id);

CREATE TABLE activity_past (
    id          uuid NOT NULL,
    version     integer NOT NULL,
    since       timestamptz NOT NULL,
    campaign_id uuid NOT NULL,
    body        jsonb NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX activity_past_campaign ON activity_past (campaign_id, id);

-- Below which district a unit stands in a campaign, and what kind it is, from `since` on.
CREATE TABLE placement (
    campaign_id     uuid NOT NULL,
    organization_id uuid NOT NULL,
    since           timestamptz NOT NULL,
    district_id     uuid,
    unit_kind       text NOT NULL,
    PRIMARY KEY (campaign_id, organization_id, since)
);
CREATE INDEX placement_organization ON placement (organization_id, campaign_id);

-- A cell is what counters are kept by; its id is a digest of the rest. Acknowledgements have no deliverable.
CREATE TABLE cell (
    id             uuid PRIMARY KEY,
    campaign_id    uuid NOT NULL,
    deliverable_id uuid,
    district_id    uuid,
    unit_kind      text NOT NULL,
    due_at         timestamptz
);
CREATE INDEX cell_campaign ON cell (campaign_id);

-- By how much a cell's counts moved at a moment.
CREATE TABLE movement (
    campaign_id            uuid NOT NULL,
    moment                 timestamptz NOT NULL,
    cell_id                uuid NOT NULL,
    expected               integer NOT NULL,
    actual                 integer NOT NULL,
    actual_on_time         integer NOT NULL,
    accepted               integer NOT NULL,
    returned               integer NOT NULL,
    nil_returns            integer NOT NULL,
    waived                 integer NOT NULL,
    owed                   integer NOT NULL,
    acknowledgements_owed  integer NOT NULL,
    acknowledgements_given integer NOT NULL,
    PRIMARY KEY (campaign_id, moment, cell_id)
);

-- A cell's counts up to a moment: the sum of its movements until then. The present stands at the year 9999.
CREATE TABLE counter (
    campaign_id            uuid NOT NULL,
    up_to                  timestamptz NOT NULL,
    cell_id                uuid NOT NULL,
    expected               integer NOT NULL,
    actual                 integer NOT NULL,
    actual_on_time         integer NOT NULL,
    accepted               integer NOT NULL,
    returned               integer NOT NULL,
    nil_returns            integer NOT NULL,
    waived                 integer NOT NULL,
    owed                   integer NOT NULL,
    acknowledgements_owed  integer NOT NULL,
    acknowledgements_given integer NOT NULL,
    PRIMARY KEY (campaign_id, up_to, cell_id)
) WITH (fillfactor = 70);

-- The moments up to which a campaign's counters are kept beside the present.
CREATE TABLE checkpoint (
    campaign_id uuid NOT NULL,
    up_to       timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, up_to)
);

-- Movements by quarter of an hour, of which every zone's days are made. No district: the units of none.
CREATE TABLE quarter (
    campaign_id    uuid NOT NULL,
    starts_at      timestamptz NOT NULL,
    district_id    uuid,
    actual         integer NOT NULL,
    actual_on_time integer NOT NULL,
    owed           integer NOT NULL,
    UNIQUE NULLS NOT DISTINCT (campaign_id, starts_at, district_id)
);

-- The matrix as it is read: a row a unit, its cells by assignment.
CREATE TABLE matrix_row (
    campaign_id     uuid NOT NULL,
    organization_id uuid NOT NULL,
    cells           jsonb NOT NULL,
    PRIMARY KEY (campaign_id, organization_id)
);
CREATE INDEX matrix_row_organization ON matrix_row (organization_id);

-- Whether the counters hold what was heard before there were any; from when on history is whole.
CREATE TABLE counting (
    filled_at timestamptz NOT NULL
);
INSERT INTO counting (filled_at)
SELECT timestamptz '0001-01-01 00:00:00Z'
 WHERE NOT EXISTS (SELECT FROM assignment) AND NOT EXISTS (SELECT FROM acknowledgement)
   AND NOT EXISTS (SELECT FROM activity);

-- Drifts that were found between the counters and the rows, for whoever asks what was mended.
CREATE TABLE drift (
    campaign_id uuid NOT NULL,
    found_at    timestamptz NOT NULL,
    cell_id     uuid NOT NULL,
    counted     jsonb NOT NULL,
    expected    jsonb NOT NULL,
    PRIMARY KEY (campaign_id, found_at, cell_id)
);

-- migrate:down
