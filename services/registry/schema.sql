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
CREATE TABLE public.acknowledgement (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    notice_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    title text NOT NULL,
    due_at timestamp with time zone,
    state text NOT NULL,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    on_behalf boolean DEFAULT false NOT NULL,
    recorded_by uuid,
    why text,
    CONSTRAINT acknowledgement_check CHECK (((state = 'acknowledged'::text) = (acknowledged_at IS NOT NULL))),
    CONSTRAINT acknowledgement_check1 CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
    CONSTRAINT acknowledgement_on_behalf CHECK (((on_behalf = (recorded_by IS NOT NULL)) AND (on_behalf = (why IS NOT NULL)) AND ((state = 'acknowledged'::text) OR (NOT on_behalf)))),
    CONSTRAINT acknowledgement_state_check CHECK ((state = ANY (ARRAY['owed'::text, 'acknowledged'::text, 'replaced'::text]))),
    CONSTRAINT acknowledgement_version_check CHECK ((version >= 1))
);
CREATE TABLE public.activity (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    serial_number integer,
    category text NOT NULL,
    name text NOT NULL,
    hosts jsonb NOT NULL,
    hosts_text text,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    place text,
    mode text,
    settings text[] NOT NULL,
    audiences text[] NOT NULL,
    products text[] NOT NULL,
    carriers text[] NOT NULL,
    state text NOT NULL,
    selection text,
    reason text,
    CONSTRAINT activity_category_check CHECK ((category <> ''::text)),
    CONSTRAINT activity_check CHECK (((ends_at IS NULL) OR (ends_at >= starts_at))),
    CONSTRAINT activity_mode_check CHECK ((mode = ANY (ARRAY['offline'::text, 'online'::text, 'both'::text]))),
    CONSTRAINT activity_name_check CHECK ((name <> ''::text)),
    CONSTRAINT activity_selection_check CHECK ((selection = ANY (ARRAY['nominated'::text, 'shortlisted'::text, 'key'::text]))),
    CONSTRAINT activity_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'registered'::text, 'confirmed'::text, 'held'::text, 'reported'::text, 'postponed'::text, 'cancelled'::text]))),
    CONSTRAINT activity_version_check CHECK ((version >= 1))
);
CREATE TABLE public.assignment (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    sections text[] NOT NULL,
    due_at timestamp with time zone,
    due_set_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone,
    state text NOT NULL,
    extension jsonb,
    waiver jsonb,
    unwaiver jsonb,
    review_stages integer DEFAULT 1 NOT NULL,
    CONSTRAINT assignment_check CHECK (((state = 'waived'::text) = (waiver IS NOT NULL))),
    CONSTRAINT assignment_check1 CHECK (((extension IS NULL) OR (due_at IS NOT NULL))),
    CONSTRAINT assignment_review_stages CHECK ((review_stages = ANY (ARRAY[1, 2]))),
    CONSTRAINT assignment_state_check CHECK ((state = ANY (ARRAY['owed'::text, 'waived'::text]))),
    CONSTRAINT assignment_unwaived CHECK (((unwaiver IS NULL) OR (state = 'owed'::text))),
    CONSTRAINT assignment_version_check CHECK ((version >= 1))
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
    CONSTRAINT attachment_filename_check CHECK ((filename <> ''::text)),
    CONSTRAINT attachment_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT attachment_size_check CHECK ((size >= 1)),
    CONSTRAINT attachment_version_check CHECK ((version >= 1))
);
CREATE TABLE public.calendar_day (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    name text,
    cleared_at timestamp with time zone,
    CONSTRAINT calendar_day_check CHECK (((kind <> 'day_off'::text) OR (name IS NOT NULL))),
    CONSTRAINT calendar_day_kind_check CHECK ((kind = ANY (ARRAY['day_off'::text, 'working_day'::text]))),
    CONSTRAINT calendar_day_version_check CHECK ((version >= 1))
);
CREATE TABLE public.campaign (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    name text NOT NULL,
    theme text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    timezone text NOT NULL,
    issuer_id uuid NOT NULL,
    parent_id uuid,
    based_on text[] NOT NULL,
    annex_titles text[] NOT NULL,
    annex_remarks text[] NOT NULL,
    CONSTRAINT campaign_check CHECK ((ends_on >= starts_on)),
    CONSTRAINT campaign_name_check CHECK ((name <> ''::text)),
    CONSTRAINT campaign_version_check CHECK ((version >= 1))
);
CREATE TABLE public.decided_name (
    text text NOT NULL,
    organization_id uuid,
    outside_party text,
    why text,
    decided_at timestamp with time zone NOT NULL,
    decided_by uuid NOT NULL,
    CONSTRAINT decided_name_check CHECK (((organization_id IS NULL) <> (outside_party IS NULL)))
);
CREATE TABLE public.deliverable (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    sections text[] NOT NULL,
    due_on date,
    due_time time without time zone,
    timezone text NOT NULL,
    due_at timestamp with time zone,
    closes_at timestamp with time zone,
    owed_by uuid[] NOT NULL,
    assignment_count integer NOT NULL,
    due_reason text,
    warnings jsonb NOT NULL,
    owed_by_rule jsonb,
    review_stages integer DEFAULT 1 NOT NULL,
    cancelled_at timestamp with time zone,
    cancel_reason text,
    CONSTRAINT deliverable_cancelled CHECK (((cancelled_at IS NULL) = (cancel_reason IS NULL))),
    CONSTRAINT deliverable_check CHECK (((due_on IS NULL) = (due_at IS NULL))),
    CONSTRAINT deliverable_check1 CHECK (((due_time IS NULL) OR (due_on IS NOT NULL))),
    CONSTRAINT deliverable_check2 CHECK ((closes_at >= due_at)),
    CONSTRAINT deliverable_owed_by_check CHECK ((cardinality(owed_by) >= 1)),
    CONSTRAINT deliverable_review_stages CHECK ((review_stages = ANY (ARRAY[1, 2]))),
    CONSTRAINT deliverable_title_check CHECK ((title <> ''::text)),
    CONSTRAINT deliverable_version_check CHECK ((version >= 1))
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
CREATE TABLE public.import (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    kind text NOT NULL,
    filename text NOT NULL,
    file bytea NOT NULL,
    sha256 text NOT NULL,
    state text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by uuid NOT NULL,
    applied_at timestamp with time zone,
    outcome jsonb,
    CONSTRAINT import_check CHECK (((state = 'applied'::text) = (applied_at IS NOT NULL))),
    CONSTRAINT import_check1 CHECK (((state = 'applied'::text) = (outcome IS NOT NULL))),
    CONSTRAINT import_kind_check CHECK ((kind = 'activities'::text)),
    CONSTRAINT import_state_check CHECK ((state = ANY (ARRAY['previewed'::text, 'applied'::text])))
);
CREATE TABLE public.import_decision (
    import_id uuid NOT NULL,
    nth integer NOT NULL,
    decision jsonb NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    decided_by uuid NOT NULL
);
CREATE TABLE public.key (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    role text NOT NULL,
    label text NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT key_role_check CHECK ((role = ANY (ARRAY['coordinator'::text, 'overseer'::text, 'reporter'::text, 'auditor'::text, 'ops'::text]))),
    CONSTRAINT key_version_check CHECK ((version >= 1))
);
CREATE TABLE public.notice (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    addressee_ids uuid[] NOT NULL,
    acknowledge_by timestamp with time zone,
    replaces_id uuid,
    state text NOT NULL,
    issued_at timestamp with time zone,
    addressee_rule jsonb,
    acknowledge_on date,
    acknowledge_time time without time zone,
    timezone text,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    attachment_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    replaced_by_id uuid,
    CONSTRAINT notice_acknowledge_on CHECK (((acknowledge_on IS NULL) OR ((acknowledge_by IS NOT NULL) AND (timezone IS NOT NULL)))),
    CONSTRAINT notice_acknowledge_time CHECK (((acknowledge_time IS NULL) OR (acknowledge_on IS NOT NULL))),
    CONSTRAINT notice_addressee_ids_check CHECK ((cardinality(addressee_ids) >= 1)),
    CONSTRAINT notice_check CHECK (((state = 'issued'::text) = (issued_at IS NOT NULL))),
    CONSTRAINT notice_replaced_is_issued CHECK (((replaced_by_id IS NULL) OR (state = 'issued'::text))),
    CONSTRAINT notice_replaces_another CHECK (((replaces_id <> id) AND (replaced_by_id <> id))),
    CONSTRAINT notice_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'issued'::text]))),
    CONSTRAINT notice_title_check CHECK ((title <> ''::text)),
    CONSTRAINT notice_version_check CHECK ((version >= 1))
);
CREATE TABLE public.organization (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    name text NOT NULL,
    short_name text,
    kind text NOT NULL,
    parent_id uuid,
    aliases text[] NOT NULL,
    sort_order integer NOT NULL,
    opened_on date,
    closed_on date,
    CONSTRAINT organization_check CHECK ((parent_id <> id)),
    CONSTRAINT organization_check1 CHECK ((closed_on >= opened_on)),
    CONSTRAINT organization_kind_check CHECK ((kind = ANY (ARRAY['office'::text, 'district'::text, 'town'::text, 'department'::text, 'enterprise'::text, 'school'::text, 'hospital'::text, 'media'::text, 'association'::text, 'other'::text]))),
    CONSTRAINT organization_name_check CHECK ((name <> ''::text)),
    CONSTRAINT organization_sort_order_check CHECK ((sort_order >= 0)),
    CONSTRAINT organization_version_check CHECK ((version >= 1))
);
CREATE TABLE public.organization_name (
    name text NOT NULL,
    organization_id uuid NOT NULL
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
CREATE TABLE public.theme_day (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    date date NOT NULL,
    name text NOT NULL,
    organiser_ids uuid[] NOT NULL,
    CONSTRAINT theme_day_name_check CHECK ((name <> ''::text)),
    CONSTRAINT theme_day_organiser_ids_check CHECK ((cardinality(organiser_ids) >= 1)),
    CONSTRAINT theme_day_version_check CHECK ((version >= 1))
);
ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_notice_id_organization_id_key UNIQUE (notice_id, organization_id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_campaign_id_serial_number_key UNIQUE (campaign_id, serial_number);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_deliverable_id_organization_id_key UNIQUE (deliverable_id, organization_id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT calendar_day_date_key UNIQUE (date);
ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT calendar_day_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.decided_name
    ADD CONSTRAINT decided_name_pkey PRIMARY KEY (text);
ALTER TABLE ONLY public.deliverable
    ADD CONSTRAINT deliverable_pkey PRIMARY KEY (id);
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
ALTER TABLE ONLY public.import_decision
    ADD CONSTRAINT import_decision_pkey PRIMARY KEY (import_id, nth);
ALTER TABLE ONLY public.import
    ADD CONSTRAINT import_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.key
    ADD CONSTRAINT key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.organization_name
    ADD CONSTRAINT organization_name_pkey PRIMARY KEY (name);
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
ALTER TABLE ONLY public.theme_day
    ADD CONSTRAINT theme_day_campaign_id_date_name_key UNIQUE (campaign_id, date, name);
ALTER TABLE ONLY public.theme_day
    ADD CONSTRAINT theme_day_pkey PRIMARY KEY (id);
CREATE INDEX acknowledgement_campaign ON public.acknowledgement USING btree (campaign_id, id);
CREATE INDEX acknowledgement_counts ON public.acknowledgement USING btree (notice_id, state);
CREATE INDEX acknowledgement_owner ON public.acknowledgement USING btree (organization_id, id);
CREATE INDEX activity_order ON public.activity USING btree (campaign_id, COALESCE(serial_number, 1000000), id);
CREATE INDEX activity_selected ON public.activity USING btree (campaign_id, selection) WHERE (selection IS NOT NULL);
CREATE INDEX assignment_campaign ON public.assignment USING btree (campaign_id, id);
CREATE INDEX assignment_due ON public.assignment USING btree (campaign_id, due_at);
CREATE INDEX assignment_owner ON public.assignment USING btree (organization_id);
CREATE INDEX attachment_content ON public.attachment USING btree (sha256);
CREATE INDEX deliverable_campaign ON public.deliverable USING btree (campaign_id, id);
CREATE INDEX deliverable_rules ON public.deliverable USING btree (id) WHERE ((owed_by_rule IS NOT NULL) AND (cancelled_at IS NULL));
CREATE INDEX idempotency_made_at ON public.idempotency USING btree (made_at);
CREATE INDEX import_file ON public.import USING btree (campaign_id, sha256);
CREATE INDEX key_owner ON public.key USING btree (organization_id);
CREATE INDEX notice_addressees ON public.notice USING gin (addressee_ids);
CREATE INDEX notice_attachments ON public.notice USING gin (attachment_ids);
CREATE INDEX notice_campaign ON public.notice USING btree (campaign_id, id);
CREATE INDEX notice_rules ON public.notice USING btree (id) WHERE ((addressee_rule IS NOT NULL) AND (state = 'issued'::text) AND (replaced_by_id IS NULL));
CREATE INDEX organization_kind ON public.organization USING btree (kind);
CREATE INDEX organization_name_owner ON public.organization_name USING btree (organization_id);
CREATE INDEX organization_order ON public.organization USING btree (sort_order, id);
CREATE INDEX organization_parent ON public.organization USING btree (parent_id);
CREATE INDEX outbox_waiting ON public.outbox USING btree ("position") WHERE (parked_at IS NULL);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES public.notice(id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_deliverable_id_fkey FOREIGN KEY (deliverable_id) REFERENCES public.deliverable(id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_issuer_id_fkey FOREIGN KEY (issuer_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.decided_name
    ADD CONSTRAINT decided_name_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.deliverable
    ADD CONSTRAINT deliverable_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.event_chain
    ADD CONSTRAINT event_chain_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.import
    ADD CONSTRAINT import_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.import_decision
    ADD CONSTRAINT import_decision_import_id_fkey FOREIGN KEY (import_id) REFERENCES public.import(id);
ALTER TABLE ONLY public.key
    ADD CONSTRAINT key_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_replaced_by_id_fkey FOREIGN KEY (replaced_by_id) REFERENCES public.notice(id);
ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_replaces_id_fkey FOREIGN KEY (replaces_id) REFERENCES public.notice(id);
ALTER TABLE ONLY public.organization_name
    ADD CONSTRAINT organization_name_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.theme_day
    ADD CONSTRAINT theme_day_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
