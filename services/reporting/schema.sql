CREATE TYPE public.answer AS (
	key_id uuid,
	key text,
	request text,
	body_sha256 text,
	status integer,
	body bytea,
	etag text
);
CREATE TYPE public.entry AS (
	id uuid,
	type text,
	aggregate_id uuid,
	aggregate_version integer,
	actor text,
	traceparent text,
	body bytea
);
CREATE FUNCTION public.refuse_to_change_a_snapshot() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a snapshot never changes' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TABLE public.accepted_version (
    submission_id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    body jsonb NOT NULL
);
CREATE TABLE public.access_key (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    role text NOT NULL,
    secret_sha256 text NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version integer NOT NULL,
    first_used_at timestamp with time zone,
    last_used_at timestamp with time zone,
    use_version integer DEFAULT 0 NOT NULL,
    use_told_at timestamp with time zone,
    CONSTRAINT access_key_check CHECK (((first_used_at IS NULL) = (last_used_at IS NULL))),
    CONSTRAINT access_key_secret_sha256_check CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE TABLE public.acknowledgement (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    state text NOT NULL
);
CREATE TABLE public.acknowledgement_past (
    id uuid NOT NULL,
    version integer NOT NULL,
    since timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    state text NOT NULL
);
CREATE TABLE public.activity (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    serial_number integer,
    category text NOT NULL,
    name text NOT NULL,
    hosts jsonb NOT NULL,
    hosts_text text,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    place text,
    state text NOT NULL,
    state_before text
);
CREATE TABLE public.activity_past (
    id uuid NOT NULL,
    version integer NOT NULL,
    since timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    body jsonb NOT NULL
);
CREATE TABLE public.assignment (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    due_at timestamp with time zone,
    state text NOT NULL
);
CREATE TABLE public.assignment_past (
    id uuid NOT NULL,
    version integer NOT NULL,
    since timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    due_at timestamp with time zone,
    state text NOT NULL
);
CREATE TABLE public.campaign (
    id uuid NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    issuer_id uuid NOT NULL,
    timezone text NOT NULL,
    annex_titles text[] NOT NULL,
    annex_remarks text[] NOT NULL,
    parent_id uuid,
    starts_on date,
    ends_on date,
    opened_at timestamp with time zone
);
CREATE TABLE public.cell (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    deliverable_id uuid,
    district_id uuid,
    unit_kind text NOT NULL,
    due_at timestamp with time zone
);
CREATE TABLE public.change (
    "position" bigint NOT NULL,
    campaign_id uuid NOT NULL,
    noun text NOT NULL,
    fact text NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    organization_ids uuid[] NOT NULL,
    is_draft boolean NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    CONSTRAINT change_version_check CHECK ((version >= 1))
);
ALTER TABLE public.change ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.change_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.checkpoint (
    campaign_id uuid NOT NULL,
    up_to timestamp with time zone NOT NULL
);
CREATE TABLE public.counter (
    campaign_id uuid NOT NULL,
    up_to timestamp with time zone NOT NULL,
    cell_id uuid NOT NULL,
    expected integer NOT NULL,
    actual integer NOT NULL,
    actual_on_time integer NOT NULL,
    accepted integer NOT NULL,
    returned integer NOT NULL,
    nil_returns integer NOT NULL,
    waived integer NOT NULL,
    owed integer NOT NULL,
    acknowledgements_owed integer NOT NULL,
    acknowledgements_given integer NOT NULL
)
WITH (fillfactor='70');
CREATE TABLE public.counting (
    filled_at timestamp with time zone NOT NULL
);
CREATE TABLE public.deliverable (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    due_at timestamp with time zone
);
CREATE TABLE public.deliverable_past (
    id uuid NOT NULL,
    version integer NOT NULL,
    since timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    due_at timestamp with time zone
);
CREATE TABLE public.drift (
    campaign_id uuid NOT NULL,
    found_at timestamp with time zone NOT NULL,
    cell_id uuid NOT NULL,
    counted jsonb NOT NULL,
    expected jsonb NOT NULL
);
CREATE TABLE public.event_chain (
    link bigint NOT NULL,
    "position" bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT event_chain_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT event_chain_link_check CHECK ((link >= 1))
);
CREATE TABLE public.events (
    "position" bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_version integer NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    actor jsonb NOT NULL,
    traceparent text NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT events_aggregate_version_check CHECK ((aggregate_version >= 1)),
    CONSTRAINT events_body_check CHECK ((octet_length(body) <= 524288)),
    CONSTRAINT events_type_check CHECK (((type ~~ 'rollcall.%'::text) AND (type ~ '^[a-z0-9_.-]+$'::text) AND (cardinality(string_to_array(type, '.'::text)) = 5) AND (type !~~ '%..%'::text) AND (type !~~ '%.'::text) AND (length(type) <= 268)))
)
WITH (toast_tuple_target='4080');
ALTER TABLE public.events ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.export (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    kind text NOT NULL,
    as_of timestamp with time zone,
    state text NOT NULL,
    progress double precision NOT NULL,
    rows integer NOT NULL,
    url text,
    sha256 text,
    error text,
    claimed_at timestamp with time zone,
    row_total integer,
    size bigint,
    filename text,
    expires_at timestamp with time zone,
    claimed_by uuid,
    tries integer DEFAULT 0 NOT NULL,
    CONSTRAINT export_check1 CHECK (((state = 'failed'::text) = (error IS NOT NULL))),
    CONSTRAINT export_check2 CHECK (((state = 'running'::text) = (claimed_at IS NOT NULL))),
    CONSTRAINT export_hashed CHECK (((state = ANY (ARRAY['done'::text, 'expired'::text])) = (sha256 IS NOT NULL))),
    CONSTRAINT export_kind_check CHECK ((kind = ANY (ARRAY['annex_xlsx'::text, 'matrix_xlsx'::text, 'submissions_csv'::text, 'submissions_xlsx'::text, 'attachments_zip'::text, 'summary_docx'::text, 'summary_pdf'::text, 'calendar_ics'::text, 'bulletin_docx'::text]))),
    CONSTRAINT export_progress_check CHECK (((progress >= (0)::double precision) AND (progress <= (1)::double precision))),
    CONSTRAINT export_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text, 'expired'::text]))),
    CONSTRAINT export_version_check CHECK ((version >= 1))
);
CREATE TABLE public.export_source (
    id uuid NOT NULL,
    noun text NOT NULL,
    version integer NOT NULL,
    campaign_id uuid,
    body jsonb NOT NULL
);
CREATE TABLE public.export_source_past (
    id uuid NOT NULL,
    version integer NOT NULL,
    since timestamp with time zone NOT NULL,
    noun text NOT NULL,
    campaign_id uuid NOT NULL,
    body jsonb NOT NULL
);
CREATE TABLE public.idempotency (
    key_id uuid NOT NULL,
    key text NOT NULL,
    request text NOT NULL,
    body_sha256 text NOT NULL,
    status integer,
    body bytea,
    etag text,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);
CREATE TABLE public.lag (
    durable text NOT NULL,
    pending_count bigint NOT NULL,
    clear_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone NOT NULL
);
CREATE TABLE public.leaving_content (
    location text NOT NULL,
    leave_at timestamp with time zone NOT NULL
);
CREATE TABLE public.matrix_row (
    campaign_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    cells jsonb NOT NULL
);
CREATE UNLOGGED TABLE public.matrix_text (
    campaign_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    made_of xid NOT NULL,
    form integer NOT NULL,
    zone text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT matrix_text_check CHECK ((until >= since))
);
ALTER TABLE ONLY public.matrix_text ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE public.movement (
    campaign_id uuid NOT NULL,
    moment timestamp with time zone NOT NULL,
    cell_id uuid NOT NULL,
    expected integer NOT NULL,
    actual integer NOT NULL,
    actual_on_time integer NOT NULL,
    accepted integer NOT NULL,
    returned integer NOT NULL,
    nil_returns integer NOT NULL,
    waived integer NOT NULL,
    owed integer NOT NULL,
    acknowledgements_owed integer NOT NULL,
    acknowledgements_given integer NOT NULL
);
CREATE TABLE public.organization (
    id uuid NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    short_name text,
    kind text NOT NULL,
    parent_id uuid,
    sort_order integer NOT NULL,
    body jsonb NOT NULL
);
CREATE TABLE public.organization_past (
    id uuid NOT NULL,
    version integer NOT NULL,
    since timestamp with time zone NOT NULL,
    name text NOT NULL,
    short_name text,
    kind text NOT NULL,
    parent_id uuid,
    sort_order integer NOT NULL
);
CREATE TABLE public.outbox (
    "position" bigint NOT NULL,
    replay uuid,
    failed_count integer DEFAULT 0 NOT NULL,
    parked_at timestamp with time zone,
    error text,
    CONSTRAINT outbox_check CHECK (((parked_at IS NULL) OR (error IS NOT NULL)))
);
CREATE TABLE public.parked (
    id uuid NOT NULL,
    durable text NOT NULL,
    sequence bigint NOT NULL,
    subject text NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    error text NOT NULL,
    tries integer NOT NULL,
    parked_at timestamp with time zone NOT NULL
);
CREATE TABLE public.placement (
    campaign_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    district_id uuid,
    unit_kind text NOT NULL
);
CREATE TABLE public.quarter (
    campaign_id uuid NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    district_id uuid,
    actual integer NOT NULL,
    actual_on_time integer NOT NULL,
    owed integer NOT NULL
);
CREATE TABLE public.relay_lease (
    singleton boolean DEFAULT true NOT NULL,
    backend_pid integer NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    CONSTRAINT relay_lease_singleton_check CHECK (singleton)
);
CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
);
CREATE TABLE public.snapshot (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    number integer NOT NULL,
    title text NOT NULL,
    as_of timestamp with time zone NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    taken_by uuid NOT NULL,
    content text NOT NULL,
    sha256 text NOT NULL,
    CONSTRAINT snapshot_check CHECK ((sha256 = encode(sha256(convert_to(content, 'UTF8'::name)), 'hex'::text))),
    CONSTRAINT snapshot_check1 CHECK ((as_of <= taken_at)),
    CONSTRAINT snapshot_number_check CHECK ((number >= 1))
);
CREATE TABLE public.stored_content (
    sha256 text NOT NULL,
    size bigint NOT NULL,
    location text NOT NULL,
    touched_at timestamp with time zone NOT NULL,
    CONSTRAINT stored_content_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT stored_content_size_check CHECK ((size >= 1))
);
CREATE TABLE public.stream_state (
    stream text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    deleted_count bigint NOT NULL,
    checked_at timestamp with time zone NOT NULL
);
CREATE TABLE public.submission (
    id uuid NOT NULL,
    revision integer NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    state text NOT NULL,
    on_time boolean NOT NULL,
    nil_return boolean NOT NULL,
    review_stages integer DEFAULT 1 NOT NULL,
    review_stage integer DEFAULT 1 NOT NULL
);
CREATE TABLE public.submission_past (
    assignment_id uuid NOT NULL,
    revision integer NOT NULL,
    since timestamp with time zone NOT NULL,
    state text NOT NULL,
    on_time boolean NOT NULL,
    nil_return boolean NOT NULL,
    review_stages smallint NOT NULL,
    review_stage smallint NOT NULL
);
CREATE TABLE public.theme_day (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    date date NOT NULL,
    name text NOT NULL,
    organiser_ids uuid[] NOT NULL
);
ALTER TABLE ONLY public.accepted_version
    ADD CONSTRAINT accepted_version_pkey PRIMARY KEY (submission_id);
ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.acknowledgement_past
    ADD CONSTRAINT acknowledgement_past_pkey PRIMARY KEY (id, version);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.activity_past
    ADD CONSTRAINT activity_past_pkey PRIMARY KEY (id, version);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.assignment_past
    ADD CONSTRAINT assignment_past_pkey PRIMARY KEY (id, version);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.cell
    ADD CONSTRAINT cell_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_id_version_key UNIQUE (id, version);
ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (campaign_id, up_to);
ALTER TABLE ONLY public.counter
    ADD CONSTRAINT counter_pkey PRIMARY KEY (campaign_id, up_to, cell_id);
ALTER TABLE ONLY public.deliverable_past
    ADD CONSTRAINT deliverable_past_pkey PRIMARY KEY (id, version);
ALTER TABLE ONLY public.deliverable
    ADD CONSTRAINT deliverable_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.drift
    ADD CONSTRAINT drift_pkey PRIMARY KEY (campaign_id, found_at, cell_id);
ALTER TABLE ONLY public.event_chain
    ADD CONSTRAINT event_chain_pkey PRIMARY KEY (link);
ALTER TABLE ONLY public.event_chain
    ADD CONSTRAINT event_chain_position_key UNIQUE ("position");
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_aggregate_id_aggregate_version_key UNIQUE (aggregate_id, aggregate_version);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_id_key UNIQUE (id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.export
    ADD CONSTRAINT export_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.export_source_past
    ADD CONSTRAINT export_source_past_pkey PRIMARY KEY (id, version);
ALTER TABLE ONLY public.export_source
    ADD CONSTRAINT export_source_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (key_id, key);
ALTER TABLE ONLY public.lag
    ADD CONSTRAINT lag_pkey PRIMARY KEY (durable);
ALTER TABLE ONLY public.leaving_content
    ADD CONSTRAINT leaving_content_pkey PRIMARY KEY (location);
ALTER TABLE ONLY public.matrix_row
    ADD CONSTRAINT matrix_row_pkey PRIMARY KEY (campaign_id, organization_id);
ALTER TABLE ONLY public.matrix_text
    ADD CONSTRAINT matrix_text_pkey PRIMARY KEY (campaign_id, organization_id);
ALTER TABLE ONLY public.movement
    ADD CONSTRAINT movement_pkey PRIMARY KEY (campaign_id, moment, cell_id);
ALTER TABLE ONLY public.organization_past
    ADD CONSTRAINT organization_past_pkey PRIMARY KEY (id, version);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.placement
    ADD CONSTRAINT placement_pkey PRIMARY KEY (campaign_id, organization_id, since);
ALTER TABLE ONLY public.quarter
    ADD CONSTRAINT quarter_campaign_id_starts_at_district_id_key UNIQUE NULLS NOT DISTINCT (campaign_id, starts_at, district_id);
ALTER TABLE ONLY public.relay_lease
    ADD CONSTRAINT relay_lease_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.snapshot
    ADD CONSTRAINT snapshot_campaign_id_number_key UNIQUE (campaign_id, number);
ALTER TABLE ONLY public.snapshot
    ADD CONSTRAINT snapshot_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.stored_content
    ADD CONSTRAINT stored_content_location_key UNIQUE (location);
ALTER TABLE ONLY public.stored_content
    ADD CONSTRAINT stored_content_pkey PRIMARY KEY (sha256);
ALTER TABLE ONLY public.stream_state
    ADD CONSTRAINT stream_state_pkey PRIMARY KEY (stream);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT submission_assignment_id_key UNIQUE (assignment_id);
ALTER TABLE ONLY public.submission_past
    ADD CONSTRAINT submission_past_pkey PRIMARY KEY (assignment_id, revision);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT submission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.theme_day
    ADD CONSTRAINT theme_day_pkey PRIMARY KEY (id);
CREATE INDEX accepted_version_campaign ON public.accepted_version USING btree (campaign_id);
CREATE INDEX acknowledgement_campaign ON public.acknowledgement USING btree (campaign_id, organization_id);
CREATE INDEX acknowledgement_past_unit ON public.acknowledgement_past USING btree (campaign_id, organization_id, id);
CREATE INDEX activity_order ON public.activity USING btree (campaign_id, COALESCE(serial_number, 1000000), id);
CREATE INDEX activity_past_campaign ON public.activity_past USING btree (campaign_id, id);
CREATE INDEX assignment_campaign ON public.assignment USING btree (campaign_id, organization_id);
CREATE INDEX assignment_past_unit ON public.assignment_past USING btree (campaign_id, organization_id, id);
CREATE INDEX campaign_parent ON public.campaign USING btree (parent_id);
CREATE INDEX cell_campaign ON public.cell USING btree (campaign_id);
CREATE INDEX change_campaign ON public.change USING btree (campaign_id, "position");
CREATE INDEX deliverable_campaign ON public.deliverable USING btree (campaign_id, id);
CREATE INDEX deliverable_past_campaign ON public.deliverable_past USING btree (campaign_id, id);
CREATE INDEX export_campaign ON public.export USING btree (campaign_id, id);
CREATE INDEX export_expiring ON public.export USING btree (expires_at) WHERE (state = 'done'::text);
CREATE INDEX export_source_campaign ON public.export_source USING btree (campaign_id, noun, id);
CREATE INDEX export_source_past_campaign ON public.export_source_past USING btree (campaign_id, noun, id, version) INCLUDE (since);
CREATE INDEX export_waiting ON public.export USING btree (id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX idempotency_made_at ON public.idempotency USING btree (made_at);
CREATE INDEX leaving_content_order ON public.leaving_content USING btree (leave_at);
CREATE INDEX matrix_row_organization ON public.matrix_row USING btree (organization_id);
CREATE INDEX organization_order ON public.organization USING btree (sort_order, id);
CREATE INDEX organization_parent ON public.organization USING btree (parent_id);
CREATE INDEX organization_past_parent ON public.organization_past USING btree (parent_id, id);
CREATE INDEX placement_organization ON public.placement USING btree (organization_id, campaign_id);
CREATE INDEX stored_content_touched ON public.stored_content USING btree (touched_at);
CREATE INDEX theme_day_campaign ON public.theme_day USING btree (campaign_id, date, id);
CREATE TRIGGER snapshot_stays BEFORE DELETE OR UPDATE ON public.snapshot FOR EACH ROW EXECUTE FUNCTION public.refuse_to_change_a_snapshot();
CREATE TRIGGER snapshots_stay BEFORE TRUNCATE ON public.snapshot FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_to_change_a_snapshot();
ALTER TABLE ONLY public.event_chain
    ADD CONSTRAINT event_chain_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
