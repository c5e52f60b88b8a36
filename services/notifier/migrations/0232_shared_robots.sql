-- migrate:up

-- Where a delivery goes that waits for a robot's token, as a hash: what waits for the same one becomes one message.
ALTER TABLE delivery ADD COLUMN target bytea CHECK (octet_length(target) = 32);
CREATE INDEX delivery_target ON delivery (target, id) WHERE state = 'waiting' AND target IS NOT NULL;

-- migrate:down
