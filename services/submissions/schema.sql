CREATE TABLE public.access_key (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    role text NOT NULL,
    secret_sha256 text NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version integer NOT NULL,
    CONSTRAINT access_key_secret_sha256_check CHECK ((secret_sha256 ~ '^[0-9a-f]{64}$'::text))
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
    CONSTRAINT assignment_state_check CHECK ((state = ANY (ARRAY['owed'::text, 'waived'::text])))
);
CREATE TABLE public.campaign (
    id uuid NOT NULL,
    version integer NOT NULL,
    issuer_id uuid NOT NULL,
    timezone text NOT NULL
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
    CONSTRAINT events_type_check CHECK ((type ~ '^rollcall(\.[a-z0-9_-]{1,64}){4}$'::text))
);
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
    CONSTRAINT submission_check CHECK ((revision >= version)),
    CONSTRAINT submission_check1 CHECK (((state <> 'accepted'::text) OR ((accepted_version = version) AND (accepted_at IS NOT NULL)))),
    CONSTRAINT submission_check2 CHECK (((state <> 'returned'::text) OR (returned_at IS NOT NULL))),
    CONSTRAINT submission_check3 CHECK (((accepted_version IS NULL) OR (accepted_version <= version))),
    CONSTRAINT submission_state_check CHECK ((state = ANY (ARRAY['received'::text, 'returned'::text, 'accepted'::text, 'withdrawn'::text]))),
    CONSTRAINT submission_version_check CHECK ((version >= 1))
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
);
ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (id);
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
ALTER TABLE ONLY public.stream_state
    ADD CONSTRAINT stream_state_pkey PRIMARY KEY (stream);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT submission_assignment_id_key UNIQUE (assignment_id);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT submission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.submission_version
    ADD CONSTRAINT submission_version_pkey PRIMARY KEY (submission_id, version);
ALTER TABLE ONLY public.submission_version
    ADD CONSTRAINT submission_version_receipt_number_key UNIQUE (receipt_number);
CREATE INDEX assignment_campaign ON public.assignment USING btree (campaign_id, id);
CREATE INDEX assignment_owner ON public.assignment USING btree (organization_id, id);
CREATE INDEX idempotency_made_at ON public.idempotency USING btree (made_at);
CREATE INDEX organization_parent ON public.organization USING btree (parent_id);
CREATE INDEX outbox_waiting ON public.outbox USING btree ("position") WHERE (parked_at IS NULL);
CREATE INDEX submission_campaign ON public.submission USING btree (campaign_id, id);
CREATE INDEX submission_owner ON public.submission USING btree (organization_id, id);
ALTER TABLE ONLY public.event_chain
    ADD CONSTRAINT event_chain_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.submission_version
    ADD CONSTRAINT submission_version_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES public.submission(id);
