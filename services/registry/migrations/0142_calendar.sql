-- migrate:up

-- The office's own table over the published calendar; a cleared day keeps its row, so that its versions go on.
CREATE TABLE calendar_day (
    id         uuid PRIMARY KEY,
    version    integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    date       date NOT NULL UNIQUE,
    kind       text NOT NULL CHECK (kind IN ('day_off', 'working_day')),
    name       text,
    cleared_at timestamptz,
    CHECK (kind <> 'day_off' OR name IS NOT NULL)
);

-- migrate:down
