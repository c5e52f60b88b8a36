-- migrate:up

ALTER TABLE notification DROP CONSTRAINT notification_channel_check,
    ADD CONSTRAINT notification_channel_check
        CHECK (channel IN ('email', 'webhook', 'wecom', 'dingtalk', 'feishu', 'sms', 'none')) NOT VALID;

-- Several a unit, each with a name of its own there; `hears` are the kinds of occasions, NULL for all.
ALTER TABLE contact ADD COLUMN role text,
    ADD COLUMN hears text[] CHECK (hears <> '{}');
CREATE UNIQUE INDEX contact_organization_id_name ON contact (organization_id, name);
ALTER TABLE contact DROP CONSTRAINT contact_organization_id_key;

CREATE FUNCTION occasion_kind(occasion text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN starts_with(occasion, 'due') THEN 'reminders' WHEN starts_with(occasion, 'incident_') THEN 'incidents'
            WHEN starts_with(occasion, 'activity_') THEN 'activities' ELSE 'others' END;

-- Every channel that can be used, under the number that notifications name it by.
CREATE VIEW reach AS
SELECT c.organization_id, c.id AS contact_id, c.hears, ch.channel->>'kind' AS kind,
       coalesce((ch.channel->>'nth')::integer, ch.nth::integer) AS number
  FROM contact c CROSS JOIN LATERAL jsonb_array_elements(c.channels) WITH ORDINALITY AS ch (channel, nth)
 WHERE NOT ch.channel ? 'bounced_at';

-- Over which channels a unit is told of an occasion: of those who hear its kind, and of all where nobody does.
CREATE FUNCTION channels_for(unit uuid, occasion text) RETURNS TABLE (kind text, number integer)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT r.kind, r.number FROM reach r
     WHERE r.organization_id = unit
       AND (coalesce(occasion_kind(occasion) = ANY (r.hears), true)
            OR NOT EXISTS (SELECT FROM reach o WHERE o.organization_id = unit
                              AND coalesce(occasion_kind(occasion) = ANY (o.hears), true)))
$$;

-- A value that only the right key opens: a notifier with another one is not let to work.
CREATE TABLE secrets_seal (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    sealed    text NOT NULL
);

-- migrate:down
