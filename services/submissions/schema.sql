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
CREATE TYPE public.handed_in AS (
	id uuid,
	version integer,
	revision integer,
	assignment_id uuid,
	assignment_version integer,
	nil_return boolean,
	attachment_ids text,
	receipt_number text,
	received_at timestamp with time zone,
	on_time boolean,
	first_received_at timestamp with time zone,
	review_stage integer,
	content_sha256 text,
	content bytea,
	is_newest boolean
);
CREATE TYPE public.wanted AS (
	assignment_id uuid,
	key_id uuid,
	key text
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
CREATE TABLE public.activity (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL
);
CREATE TABLE public.assignment (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    sections text[] NOT NULL,
    due_at timestamp with time zone,
    closes_at timestamp with time zone,
    state text NOT NULL,
    review_stages integer DEFAULT 1 NOT NULL,
    CONSTRAINT assignment_review_stages_check CHECK ((review_stages = ANY (ARRAY[1, 2]))),
    CONSTRAINT assignment_state_check CHECK ((state = ANY (ARRAY['owed'::text, 'waived'::text])))
);
CREATE TABLE public.attachment (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    filename text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    state text NOT NULL,
    finding text,
    scan_after timestamp with time zone NOT NULL,
    CONSTRAINT attachment_check CHECK (((state = 'refused'::text) = (finding IS NOT NULL))),
    CONSTRAINT attachment_filename_check CHECK ((filename <> ''::text)),
    CONSTRAINT attachment_media_type_check CHECK ((media_type <> ''::text)),
    CONSTRAINT attachment_size_check CHECK ((size >= 1)),
    CONSTRAINT attachment_state_check CHECK ((state = ANY (ARRAY['unscanned'::text, 'scanning'::text, 'clean'::text, 'refused'::text]))),
    CONSTRAINT attachment_version_check CHECK ((version >= 1))
);
CREATE TABLE public.campaign (
    id uuid NOT NULL,
    version integer NOT NULL,
    issuer_id uuid NOT NULL,
    timezone text NOT NULL,
    name text
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
CREATE TABLE public.incident (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid,
    activity_id uuid,
    organization_id uuid NOT NULL,
    severity text NOT NULL,
    state text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    discovered_at timestamp with time zone NOT NULL,
    summary text NOT NULL,
    receipt_number text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    hours integer,
    report_by timestamp with time zone,
    in_time boolean,
    reports jsonb NOT NULL,
    closed_at timestamp with time zone,
    graded_at timestamp with time zone,
    CONSTRAINT incident_check CHECK ((discovered_at >= occurred_at)),
    CONSTRAINT incident_check1 CHECK (((severity = 'general'::text) = (report_by IS NULL))),
    CONSTRAINT incident_check2 CHECK (((report_by IS NULL) = (in_time IS NULL))),
    CONSTRAINT incident_check3 CHECK (((report_by IS NULL) = (hours IS NULL))),
    CONSTRAINT incident_check4 CHECK (((state = 'closed'::text) = (closed_at IS NOT NULL))),
    CONSTRAINT incident_check5 CHECK (((activity_id IS NULL) OR (campaign_id IS NOT NULL))),
    CONSTRAINT incident_check6 CHECK (((graded_at IS NULL) OR (graded_at >= discovered_at))),
    CONSTRAINT incident_severity_check CHECK ((severity = ANY (ARRAY['extraordinary'::text, 'major'::text, 'large'::text, 'general'::text]))),
    CONSTRAINT incident_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text]))),
    CONSTRAINT incident_version_check CHECK ((version >= 1))
);
CREATE TABLE public.incident_limit (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    hours integer NOT NULL,
    CONSTRAINT incident_limit_hours_check CHECK (((hours >= 1) AND (hours <= 72))),
    CONSTRAINT incident_limit_version_check CHECK ((version >= 1))
);
CREATE TABLE public.leaving_content (
    location text NOT NULL,
    leave_at timestamp with time zone NOT NULL
);
CREATE TABLE public.organization (
    id uuid NOT NULL,
    version integer NOT NULL,
    parent_id uuid,
    body jsonb NOT NULL
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
CREATE TABLE public.relay_lease (
    singleton boolean DEFAULT true NOT NULL,
    backend_pid integer NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    CONSTRAINT relay_lease_singleton_check CHECK (singleton)
);
CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
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
    version integer NOT NULL,
    revision integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    state text NOT NULL,
    sections jsonb NOT NULL,
    nil_return boolean NOT NULL,
    attachment_ids uuid[] NOT NULL,
    receipt_number text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    on_time boolean NOT NULL,
    content_sha256 text NOT NULL,
    first_received_at timestamp with time zone NOT NULL,
    accepted_version integer,
    accepted_at timestamp with time zone,
    reasons jsonb NOT NULL,
    returned_at timestamp with time zone,
    correct_by timestamp with time zone,
    review_stages integer DEFAULT 1 NOT NULL,
    review_stage integer DEFAULT 1 NOT NULL,
    endorsed_at timestamp with time zone,
    endorsed_by uuid,
    withdrawn_at timestamp with time zone,
    withdrawal_reason text,
    CONSTRAINT submission_check CHECK ((revision >= version)),
    CONSTRAINT submission_check1 CHECK (((state <> 'accepted'::text) OR ((accepted_version = version) AND (accepted_at IS NOT NULL)))),
    CONSTRAINT submission_check2 CHECK (((state <> 'returned'::text) OR (returned_at IS NOT NULL))),
    CONSTRAINT submission_check3 CHECK (((accepted_version IS NULL) OR (accepted_version <= version))),
    CONSTRAINT submission_check4 CHECK ((review_stage <= review_stages)),
    CONSTRAINT submission_check5 CHECK (((endorsed_at IS NULL) = (endorsed_by IS NULL))),
    CONSTRAINT submission_check6 CHECK (((endorsed_at IS NULL) OR (review_stage = 2))),
    CONSTRAINT submission_check7 CHECK (((state <> 'accepted'::text) OR (review_stage = review_stages))),
    CONSTRAINT submission_review_stage_check CHECK ((review_stage = ANY (ARRAY[1, 2]))),
    CONSTRAINT submission_review_stages_check CHECK ((review_stages = ANY (ARRAY[1, 2]))),
    CONSTRAINT submission_state_check CHECK ((state = ANY (ARRAY['received'::text, 'returned'::text, 'accepted'::text, 'withdrawn'::text]))),
    CONSTRAINT submission_version_check CHECK ((version >= 1))
)
WITH (toast_tuple_target='4080');
CREATE TABLE public.submission_attachment (
    attachment_id uuid NOT NULL,
    submission_id uuid NOT NULL
);
CREATE TABLE public.submission_version (
    submission_id uuid NOT NULL,
    version integer NOT NULL,
    receipt_number text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    content_sha256 text NOT NULL,
    content text NOT NULL,
    organization_id uuid,
    CONSTRAINT submission_version_version_check CHECK ((version >= 1))
)
WITH (toast_tuple_target='4080');
ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);
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
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (key_id, key);
ALTER TABLE ONLY public.incident_limit
    ADD CONSTRAINT incident_limit_kind_key UNIQUE (kind);
ALTER TABLE ONLY public.incident_limit
    ADD CONSTRAINT incident_limit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT incident_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT incident_receipt_number_key UNIQUE (receipt_number);
ALTER TABLE ONLY public.leaving_content
    ADD CONSTRAINT leaving_content_pkey PRIMARY KEY (location);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.relay_lease
    ADD CONSTRAINT relay_lease_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.stored_content
    ADD CONSTRAINT stored_content_location_key UNIQUE (location);
ALTER TABLE ONLY public.stored_content
    ADD CONSTRAINT stored_content_pkey PRIMARY KEY (sha256);
ALTER TABLE ONLY public.stream_state
    ADD CONSTRAINT stream_state_pkey PRIMARY KEY (stream);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT submission_assignment_id_key UNIQUE (assignment_id);
ALTER TABLE ONLY public.submission_attachment
    ADD CONSTRAINT submission_attachment_pkey PRIMARY KEY (attachment_id, submission_id);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT submission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.submission_version
    ADD CONSTRAINT submission_version_pkey PRIMARY KEY (submission_id, version);
ALTER TABLE ONLY public.submission_version
    ADD CONSTRAINT submission_version_receipt_number_key UNIQUE (receipt_number);
CREATE INDEX assignment_campaign ON public.assignment USING btree (campaign_id, id);
CREATE INDEX assignment_owner ON public.assignment USING btree (organization_id, id);
CREATE INDEX attachment_content ON public.attachment USING btree (sha256);
CREATE INDEX attachment_made ON public.attachment USING btree (created_at);
CREATE INDEX attachment_owner ON public.attachment USING btree (organization_id, id);
CREATE INDEX attachment_to_scan ON public.attachment USING btree (scan_after) WHERE (state = ANY (ARRAY['scanning'::text, 'unscanned'::text]));
CREATE INDEX idempotency_made_at ON public.idempotency USING btree (made_at);
CREATE INDEX incident_campaign ON public.incident USING btree (campaign_id, id);
CREATE INDEX incident_owner ON public.incident USING btree (organization_id, id);
CREATE INDEX leaving_content_order ON public.leaving_content USING btree (leave_at);
CREATE INDEX organization_parent ON public.organization USING btree (parent_id);
CREATE INDEX stored_content_touched ON public.stored_content USING btree (touched_at);
CREATE INDEX submission_arrival ON public.submission USING btree (received_at, id);
CREATE INDEX submission_attachment_submission ON public.submission_attachment USING btree (submission_id);
CREATE INDEX submission_campaign ON public.submission USING btree (campaign_id, id);
CREATE INDEX submission_owner ON public.submission USING btree (organization_id, id);
CREATE INDEX submission_queue ON public.submission USING btree (deliverable_id, state, received_at, id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_sha256_fkey FOREIGN KEY (sha256) REFERENCES public.stored_content(sha256);
ALTER TABLE ONLY public.event_chain
    ADD CONSTRAINT event_chain_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.submission_attachment
    ADD CONSTRAINT submission_attachment_attachment_id_fkey FOREIGN KEY (attachment_id) REFERENCES public.attachment(id);
ALTER TABLE ONLY public.submission_attachment
    ADD CONSTRAINT submission_attachment_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES public.submission(id);
ALTER TABLE ONLY public.submission_version
    ADD CONSTRAINT submission_version_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES public.submission(id);
