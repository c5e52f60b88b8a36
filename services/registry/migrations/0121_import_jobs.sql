-- migrate:up

-- A long file is read after the answer: the row is the job, claimed by one process at a time.
ALTER TABLE import
    DROP CONSTRAINT import_kind_check,
    DROP CONSTRAINT import_state_check,
    ADD COLUMN version    integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    ADD COLUMN updated_at timestamptz,
    ADD COLUMN row_count  integer NOT NULL DEFAULT 0,
    ADD COLUMN progress   real NOT NULL DEFAULT 1 CHECK (progress BETWEEN 0 AND 1),
    ADD COLUMN findings   text,
    ADD COLUMN register   text,
    ADD COLUMN problem    jsonb,
    ADD COLUMN tries      integer NOT NULL DEFAULT 0,
    ADD COLUMN last_error text,
    ADD COLUMN claimed_at timestamptz,
    ADD COLUMN claimed_by uuid,
    ADD CONSTRAINT import_kind_check CHECK (kind IN ('activities', 'organizations')),
    ADD CONSTRAINT import_state_check CHECK (state IN ('reading', 'previewed', 'applied', 'failed')),
    ADD CONSTRAINT import_problem_check CHECK ((state = 'failed') = (problem IS NOT NULL)),
    ADD CONSTRAINT import_findings_check CHECK ((findings IS NULL) = (register IS NULL));
CREATE INDEX import_waiting ON import (id) WHERE state = 'reading';

-- migrate:down
