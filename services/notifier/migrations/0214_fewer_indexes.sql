-- migrate:up

-- What is only planned has no delivery, and a million of them no entries in this index.
CREATE INDEX notification_delivered ON notification (delivery_id) WHERE delivery_id IS NOT NULL;
DROP INDEX notification_delivery;

-- migrate:down
