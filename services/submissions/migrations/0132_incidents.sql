-- migrate:up

-- What a unit reports when something has happened; `reports` are those that follow the first, which is the summary.
CREATE TABLE incident (
    id              uuid PRIMARY KEY,
    version         integer NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    campaign_id     uuid,
    activity_id     uuid,
    organization_id uuid NOT NULL,
    severity        text NOT NULL CHECK (severity IN ('extraordinary', 'major', 'large', 'general')),
    state           text NOT NULL CHECK (state IN ('open', 'closed')),
    occurred_at     timestamptz NOT NULL,
    discovered_at   timestamptz NOT NULL,
    summary         text NOT NULL,
    receipt_number  text NOT NULL UNIQUE,
    received_at     timestamptz NOT NULL,
    hours           integer,
    report_by       timestamptz,
    in_time         boolean,
    reports         jsonb NOT NULL,
    closed_at       timestamptz,
    CHECK (discovered_at >= occurred_at),
    CHECK ((severity = 'general') = (report_by IS NULL)),
    CHECK ((report_by IS NULL) = (in_time IS NULL)),
    CHECK ((report_by IS NULL) = (hours IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CHECK (activity_id IS NULL OR campaign_id IS NOT NULL)
);
CREATE INDEX incident_owner ON incident (organization_id, id);
CREATE INDEX incident_campaign ON incident (campaign_id, id);

-- Hours from discovery to the first report, by kind of unit: 国家网络安全事件报告管理办法, in force since 1 November
-- 2025. Operators of critical infrastructure have 1, organs of the state 2, all others 4; the office corrects a kind.
CREATE TABLE incident_limit (
    id         uuid PRIMARY KEY,
    version    integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    kind       text NOT NULL UNIQUE,
    hours      integer NOT NULL CHECK (hours BETWEEN 1 AND 72)
);
INSERT INTO incident_limit (id, version, created_at, updated_at, kind, hours) VALUES
    ('019a3c00-0000-7000-8000-000000000001', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'office', 2),
    ('019a3c00-0000-7000-8000-000000000002', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'district', 2),
    ('019a3c00-0000-7000-8000-000000000003', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'town', 2),
    ('019a3c00-0000-7000-8000-000000000004', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'department', 2),
    ('019a3c00-0000-7000-8000-000000000005', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'enterprise', 1),
    ('019a3c00-0000-7000-8000-000000000006', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'school', 4),
    ('019a3c00-0000-7000-8000-000000000007', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'hospital', 4),
    ('019a3c00-0000-7000-8000-000000000008', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'media', 4),
    ('019a3c00-0000-7000-8000-000000000009', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'association', 4),
    ('019a3c00-0000-7000-8000-00000000000a', 1, '2025-11-01 00:00+08', '2025-11-01 00:00+08', 'other', 4);

-- migrate:down
