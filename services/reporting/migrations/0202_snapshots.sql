-- migrate:up

-- What was reported upward once. `content` is the very text that `sha256` is the digest of.
CREATE TABLE snapshot (
    id           uuid PRIMARY KEY,
    campaign_id  uuid NOT NULL,
    number       integer NOT NULL CHECK (number >= 1),
    title        text NOT NULL,
    as_of        timestamptz NOT NULL,
    taken_at     timestamptz NOT NULL,
    taken_by     uuid NOT NULL,
    content      text NOT NULL,
    sha256       text NOT NULL CHECK (sha256 = encode(sha256(convert_to(content, 'UTF8')), 'hex')),
    CHECK (as_of <= taken_at),
    UNIQUE (campaign_id, number)
);

CREATE FUNCTION refuse_to_change_a_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a snapshot never changes' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER snapshot_stays BEFORE UPDATE OR DELETE ON snapshot
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_snapshot();
CREATE TRIGGER snapshots_stay BEFORE TRUNCATE ON snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_a_snapshot();

-- migrate:down
