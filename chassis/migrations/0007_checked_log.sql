-- migrate:up

-- Apart from 0006, so that the log is written to meanwhile.
ALTER TABLE events VALIDATE CONSTRAINT events_type_check;

-- migrate:down
