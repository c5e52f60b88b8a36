-- migrate:up

-- The primary key has the same order, and next to nothing is parked. Alone, for whoever reads the outbox locks it before
-- the log, and 0006 has locked the log.
DROP INDEX outbox_waiting;

-- migrate:down
