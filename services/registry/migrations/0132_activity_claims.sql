-- migrate:up

-- Text as it is compared: brackets, spaces, quotes, dashes and width make no difference.
CREATE FUNCTION plain_text(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(regexp_replace(normalize($1, NFKC), '[\s()\[\]{}<>"''.,;:·、。“”‘’《》「」【】—–_/-]+', '', 'g'));

-- Each letter of a text, and each two that stand side by side: what an index finds any part of a text by.
CREATE FUNCTION text_pairs(text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
    letters text[] := string_to_array($1, NULL);
    pairs   text[] := letters;
BEGIN
    FOR nth IN 1 .. cardinality(letters) - 1 LOOP
        pairs := pairs || (letters[nth] || letters[nth + 1]);
    END LOOP;
    RETURN pairs;
END
$$;

-- The fewest of them that a text which holds this one must have.
CREATE FUNCTION sought_pairs(text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN length($1) < 2 THEN ARRAY[$1]
                ELSE ARRAY(SELECT DISTINCT substr($1, nth, 2) FROM generate_series(1, length($1) - 1) AS nth) END;
END;

-- What an activity is found by: its name, the cell of its hosts as imported, and outside parties.
CREATE FUNCTION activity_text(name text, hosts_text text, hosts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plain_text(name) || ' ' || plain_text(coalesce(hosts_text, '')) || ' '
       || plain_text(jsonb_path_query_array(hosts, '$[*].outside_party')::text);

ALTER TABLE activity ADD COLUMN search_text text;
CREATE INDEX activity_search ON activity USING gin (text_pairs(search_text));

-- Which hosts an activity has and which place it takes, and from when until when, while it is to be held.
CREATE TABLE activity_claim (
    activity_id uuid NOT NULL REFERENCES activity ON DELETE CASCADE,
    campaign_id uuid NOT NULL,
    claim       text NOT NULL CHECK (claim ~ '^(host|party|place):.'),
    starts_at   timestamptz,
    until       timestamptz CHECK (until >= starts_at),
    PRIMARY KEY (activity_id, claim),
    CHECK ((starts_at IS NULL) = (until IS NULL))
);
CREATE INDEX activity_claim_start ON activity_claim (campaign_id, claim, starts_at, activity_id) INCLUDE (until);

-- By trigger, so that it is right whoever writes: an import, the release before, or a hand in need.
CREATE FUNCTION claim_for_activity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    takes_time boolean := NEW.state IN ('registered', 'confirmed') AND NEW.starts_at IS NOT NULL;
BEGIN
    DELETE FROM activity_claim WHERE activity_id = NEW.id;
    INSERT INTO activity_claim (activity_id, campaign_id, claim, starts_at, until)
    SELECT DISTINCT NEW.id, NEW.campaign_id, c.claim, CASE WHEN takes_time THEN NEW.starts_at END,
           CASE WHEN takes_time THEN coalesce(nullif(NEW.ends_at, NEW.starts_at), NEW.starts_at + interval '1 hour') END
      FROM (SELECT 'host:' || (host->>'organization_id') AS claim FROM jsonb_array_elements(NEW.hosts) AS host
            UNION ALL
            SELECT 'party:' || nullif(plain_text(host->>'outside_party'), '')
              FROM jsonb_array_elements(NEW.hosts) AS host
            UNION ALL
            SELECT 'place:' || nullif(plain_text(NEW.place), '')) AS c
     WHERE c.claim IS NOT NULL;
    RETURN NULL;
END
$$;

CREATE FUNCTION search_for_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search_text := activity_text(NEW.name, NEW.hosts_text, NEW.hosts);
    RETURN NEW;
END
$$;

CREATE TRIGGER activity_searched BEFORE INSERT OR UPDATE ON activity
    FOR EACH ROW EXECUTE FUNCTION search_for_activity();
CREATE TRIGGER activity_claims AFTER INSERT ON activity
    FOR EACH ROW EXECUTE FUNCTION claim_for_activity();
CREATE TRIGGER activity_claims_anew AFTER UPDATE ON activity
    FOR EACH ROW WHEN ((OLD.hosts, OLD.place, OLD.starts_at, OLD.ends_at, OLD.state, OLD.campaign_id)
                       IS DISTINCT FROM
                       (NEW.hosts, NEW.place, NEW.starts_at, NEW.ends_at, NEW.state, NEW.campaign_id))
    EXECUTE FUNCTION claim_for_activity();

-- Those that are there already: both triggers write what is missing.
UPDATE activity SET search_text = '';
INSERT INTO activity_claim (activity_id, campaign_id, claim, starts_at, until)
SELECT DISTINCT a.id, a.campaign_id, c.claim,
       CASE WHEN a.state IN ('registered', 'confirmed') THEN a.starts_at END,
       CASE WHEN a.state IN ('registered', 'confirmed')
            THEN coalesce(nullif(a.ends_at, a.starts_at), a.starts_at + interval '1 hour') END
  FROM activity a
 CROSS JOIN LATERAL (SELECT 'host:' || (host->>'organization_id') AS claim FROM jsonb_array_elements(a.hosts) AS host
                     UNION ALL
                     SELECT 'party:' || nullif(plain_text(host->>'outside_party'), '')
                       FROM jsonb_array_elements(a.hosts) AS host
                     UNION ALL
                     SELECT 'place:' || nullif(plain_text(a.place), '')) AS c
 WHERE c.claim IS NOT NULL;

-- migrate:down
