-- migrate:up

-- A copy of the registry's table over the published calendar, by which rungs are counted.
CREATE TABLE calendar_day (
    id         uuid PRIMARY KEY,
    version    integer NOT NULL,
    date       date NOT NULL,
    kind       text NOT NULL,
    name       text,
    cleared_at timestamptz
);

-- migrate:down
