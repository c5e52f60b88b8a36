-- migrate:up

-- The cells of a matrix_row in the text in which they go out. It holds of the version `made_of` of that row, in the
-- `form` of a release, for the campaign's `zone`, at moments from `since` until `until`, when the next of its cells falls
-- due. Anything else is written out of the cells themselves, so this may be lost at any time: hence unlogged.
CREATE UNLOGGED TABLE matrix_text (
    campaign_id     uuid NOT NULL,
    organization_id uuid NOT NULL,
    made_of         xid NOT NULL,
    form            integer NOT NULL,
    zone            text NOT NULL,
    since           timestamptz NOT NULL,
    until           timestamptz NOT NULL CHECK (until >= since),
    body            bytea NOT NULL,
    PRIMARY KEY (campaign_id, organization_id)
);
-- Taking it out of a compressed form would take longer than sending it.
ALTER TABLE matrix_text ALTER COLUMN body SET STORAGE EXTERNAL;

-- migrate:down
