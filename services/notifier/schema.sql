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
CREATE FUNCTION public.channels_for(unit uuid, occasion text) RETURNS TABLE(kind text, number integer)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT r.kind, r.number FROM reach r
     WHERE r.organization_id = unit
       AND (coalesce(occasion_kind(occasion) = ANY (r.hears), true)
            OR NOT EXISTS (SELECT FROM reach o WHERE o.organization_id = unit
                              AND coalesce(occasion_kind(occasion) = ANY (o.hears), true)))
$$;
CREATE FUNCTION public.is_urgent(occasion text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (starts_with(occasion, 'incident_'::text) OR (occasion = 'activity_cancelled'::text));
CREATE FUNCTION public.occasion_kind(occasion text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN starts_with(occasion, 'due'::text) THEN 'reminders'::text WHEN starts_with(occasion, 'incident_'::text) THEN 'incidents'::text WHEN starts_with(occasion, 'activity_'::text) THEN 'activities'::text ELSE 'others'::text END;
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
    title text NOT NULL,
    due_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    state text NOT NULL
);
CREATE TABLE public.assignment (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    title text NOT NULL,
    due_at timestamp with time zone,
    due_set_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    deliverable_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL
);
CREATE TABLE public.calendar_day (
    id uuid NOT NULL,
    version integer NOT NULL,
    date date NOT NULL,
    kind text NOT NULL,
    name text,
    cleared_at timestamp with time zone
);
CREATE TABLE public.campaign (
    id uuid NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    issuer_id uuid NOT NULL,
    timezone text NOT NULL
);
CREATE TABLE public.circuit (
    channel text NOT NULL,
    vendor text NOT NULL,
    failed_count integer NOT NULL,
    opened_until timestamp with time zone,
    CONSTRAINT circuit_failed_count_check CHECK ((failed_count >= 1))
);
CREATE TABLE public.contact (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    locale text NOT NULL,
    channels jsonb NOT NULL,
    role text,
    hears text[],
    CONSTRAINT contact_hears_check CHECK ((hears <> '{}'::text[])),
    CONSTRAINT contact_locale_check CHECK ((locale = ANY (ARRAY['zh-CN'::text, 'en'::text]))),
    CONSTRAINT contact_version_check CHECK ((version >= 1))
);
CREATE TABLE public.deliverable (
    id uuid NOT NULL,
    version integer NOT NULL,
    campaign_id uuid NOT NULL,
    title text NOT NULL,
    due_at timestamp with time zone,
    cancelled_at timestamp with time zone
);
CREATE TABLE public.deliverable_policy (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    ladder jsonb,
    CONSTRAINT deliverable_policy_version_check CHECK ((version >= 1))
);
CREATE TABLE public.delivery (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    channel text NOT NULL,
    channel_number integer NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    claimed_at timestamp with time zone,
    next_try_at timestamp with time zone,
    urgent boolean DEFAULT false NOT NULL,
    tried boolean DEFAULT true NOT NULL,
    sent_parts integer DEFAULT 0 NOT NULL,
    target bytea,
    CONSTRAINT delivery_check CHECK (((state = 'sending'::text) = (claimed_at IS NOT NULL))),
    CONSTRAINT delivery_check1 CHECK (((state = 'waiting'::text) = (next_try_at IS NOT NULL))),
    CONSTRAINT delivery_state_check CHECK ((state = ANY (ARRAY['sending'::text, 'waiting'::text, 'done'::text]))),
    CONSTRAINT delivery_target_check CHECK ((octet_length(target) = 32))
);
CREATE TABLE public.due_moment (
    campaign_id uuid NOT NULL,
    deliverable_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    rungs jsonb DEFAULT '[]'::jsonb NOT NULL,
    looked_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    next_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
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
    campaign_id uuid,
    organization_id uuid NOT NULL,
    receipt_number text NOT NULL,
    severity text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    discovered_at timestamp with time zone NOT NULL,
    report_by timestamp with time zone,
    in_time boolean,
    clock_version integer NOT NULL,
    clock_set_at timestamp with time zone NOT NULL,
    told_up_to timestamp with time zone NOT NULL,
    next_at timestamp with time zone
);
CREATE TABLE public.issued_notice (
    id uuid NOT NULL,
    version integer NOT NULL,
    title text NOT NULL,
    replaces_id uuid,
    addressee_ids uuid[] NOT NULL
);
CREATE TABLE public.leaving_content (
    location text NOT NULL,
    leave_at timestamp with time zone NOT NULL
);
CREATE TABLE public.notification (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    occasion text NOT NULL,
    about_id uuid NOT NULL,
    due_at timestamp with time zone,
    about_revision integer DEFAULT 0 NOT NULL,
    assignment_id uuid,
    acknowledgement_id uuid,
    submission_id uuid,
    activity_id uuid,
    organization_id uuid NOT NULL,
    about_organization_id uuid NOT NULL,
    channel text NOT NULL,
    channel_number integer NOT NULL,
    title text NOT NULL,
    details jsonb NOT NULL,
    state text NOT NULL,
    planned_for timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text,
    delivery_id uuid,
    CONSTRAINT notification_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'webhook'::text, 'wecom'::text, 'dingtalk'::text, 'feishu'::text, 'sms'::text, 'none'::text]))),
    CONSTRAINT notification_check CHECK (((state = 'sent'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT notification_check1 CHECK (((state <> 'sending'::text) OR (delivery_id IS NOT NULL))),
    CONSTRAINT notification_check2 CHECK (((state <> ALL (ARRAY['failed'::text, 'given_up'::text])) OR (last_error IS NOT NULL))),
    CONSTRAINT notification_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'given_up'::text]))),
    CONSTRAINT notification_version_check CHECK ((version >= 1))
);
CREATE TABLE public.organization (
    id uuid NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
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
CREATE TABLE public.submission (
    id uuid NOT NULL,
    revision integer NOT NULL,
    campaign_id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    state text NOT NULL,
    correct_by timestamp with time zone,
    returned_at timestamp with time zone,
    updated_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    deliverable_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL
);
CREATE VIEW public.owed_undated AS
 SELECT a.id AS about_id,
    a.organization_id
   FROM (public.assignment a
     LEFT JOIN public.submission s ON ((s.assignment_id = a.id)))
  WHERE ((a.state = 'owed'::text) AND (a.due_at IS NULL) AND ((s.state IS NULL) OR (s.state = 'withdrawn'::text)))
UNION ALL
 SELECT s.id AS about_id,
    COALESCE(a.organization_id, s.organization_id) AS organization_id
   FROM (public.submission s
     LEFT JOIN public.assignment a ON ((a.id = s.assignment_id)))
  WHERE ((s.state = 'returned'::text) AND (s.correct_by IS NULL) AND (a.state IS DISTINCT FROM 'waived'::text));
CREATE TABLE public.own_text (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    organization_id uuid NOT NULL,
    occasion text NOT NULL,
    locale text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    set_by uuid NOT NULL,
    CONSTRAINT own_text_body_check CHECK ((body <> ''::text)),
    CONSTRAINT own_text_locale_check CHECK ((locale = ANY (ARRAY['zh-CN'::text, 'en'::text]))),
    CONSTRAINT own_text_subject_check CHECK ((subject <> ''::text)),
    CONSTRAINT own_text_version_check CHECK ((version >= 1))
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
CREATE TABLE public.policy (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    ladder jsonb NOT NULL,
    CONSTRAINT policy_version_check CHECK ((version >= 1))
);
CREATE VIEW public.reach AS
 SELECT c.organization_id,
    c.id AS contact_id,
    c.hears,
    (ch.channel ->> 'kind'::text) AS kind,
    COALESCE(((ch.channel ->> 'nth'::text))::integer, (ch.nth)::integer) AS number
   FROM (public.contact c
     CROSS JOIN LATERAL jsonb_array_elements(c.channels) WITH ORDINALITY ch(channel, nth))
  WHERE (NOT (ch.channel ? 'bounced_at'::text));
CREATE TABLE public.relay_lease (
    singleton boolean DEFAULT true NOT NULL,
    backend_pid integer NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    CONSTRAINT relay_lease_singleton_check CHECK (singleton)
);
CREATE TABLE public.robot (
    id bytea NOT NULL,
    taken_at timestamp with time zone[] NOT NULL,
    blocked_until timestamp with time zone,
    CONSTRAINT robot_id_check CHECK ((octet_length(id) = 32))
);
CREATE TABLE public.schedule (
    activity_id uuid NOT NULL,
    version integer NOT NULL,
    starts_at timestamp with time zone,
    place text
);
CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
);
CREATE TABLE public.secrets_seal (
    singleton boolean DEFAULT true NOT NULL,
    sealed text NOT NULL,
    CONSTRAINT secrets_seal_singleton_check CHECK (singleton)
);
CREATE VIEW public.still_owed AS
 SELECT a.id AS about_id,
    a.id AS assignment_id,
    NULL::uuid AS acknowledgement_id,
    NULL::uuid AS submission_id,
    a.campaign_id,
    a.organization_id,
    a.title,
    a.due_at,
    a.due_set_at,
    GREATEST(a.due_set_at, s.updated_at) AS owed_since,
    a.deliverable_id
   FROM (public.assignment a
     LEFT JOIN public.submission s ON ((s.assignment_id = a.id)))
  WHERE ((a.state = 'owed'::text) AND (a.due_at IS NOT NULL) AND ((s.state IS NULL) OR (s.state = 'withdrawn'::text)))
UNION ALL
 SELECT k.id AS about_id,
    NULL::uuid AS assignment_id,
    k.id AS acknowledgement_id,
    NULL::uuid AS submission_id,
    k.campaign_id,
    k.organization_id,
    k.title,
    k.due_at,
    k.created_at AS due_set_at,
    k.created_at AS owed_since,
    '00000000-0000-0000-0000-000000000000'::uuid AS deliverable_id
   FROM public.acknowledgement k
  WHERE ((k.state = 'owed'::text) AND (k.due_at IS NOT NULL))
UNION ALL
 SELECT s.id AS about_id,
    s.assignment_id,
    NULL::uuid AS acknowledgement_id,
    s.id AS submission_id,
    s.campaign_id,
    COALESCE(a.organization_id, s.organization_id) AS organization_id,
    COALESCE(a.title, ''::text) AS title,
    s.correct_by AS due_at,
    s.returned_at AS due_set_at,
    s.returned_at AS owed_since,
    s.deliverable_id
   FROM (public.submission s
     LEFT JOIN public.assignment a ON ((a.id = s.assignment_id)))
  WHERE ((s.state = 'returned'::text) AND (s.correct_by IS NOT NULL) AND (a.state IS DISTINCT FROM 'waived'::text));
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
CREATE TABLE public.told (
    about_id uuid NOT NULL,
    occasion text NOT NULL,
    due_at timestamp with time zone,
    about_revision integer NOT NULL,
    recipient text NOT NULL,
    planned_for timestamp with time zone NOT NULL
);
CREATE TABLE public.unplanned (
    "position" bigint NOT NULL,
    about_id uuid NOT NULL
);
ALTER TABLE public.unplanned ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.unplanned_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.urge (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    deliverable_id uuid,
    organization_id uuid NOT NULL,
    urged_by uuid NOT NULL,
    message text,
    told_count integer NOT NULL,
    CONSTRAINT urge_told_count_check CHECK ((told_count > 0)),
    CONSTRAINT urge_version_check CHECK ((version >= 1))
);
CREATE TABLE public.urged (
    assignment_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    urge_id uuid NOT NULL,
    urged_at timestamp with time zone NOT NULL,
    urge_count integer NOT NULL,
    CONSTRAINT urged_urge_count_check CHECK ((urge_count > 0))
);
ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT calendar_day_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.circuit
    ADD CONSTRAINT circuit_pkey PRIMARY KEY (channel, vendor);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deliverable
    ADD CONSTRAINT deliverable_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deliverable_policy
    ADD CONSTRAINT deliverable_policy_deliverable_id_key UNIQUE (deliverable_id);
ALTER TABLE ONLY public.deliverable_policy
    ADD CONSTRAINT deliverable_policy_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.due_moment
    ADD CONSTRAINT due_moment_pkey PRIMARY KEY (campaign_id, deliverable_id, due_at);
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
ALTER TABLE ONLY public.incident
    ADD CONSTRAINT incident_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.issued_notice
    ADD CONSTRAINT issued_notice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.leaving_content
    ADD CONSTRAINT leaving_content_pkey PRIMARY KEY (location);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_about_id_occasion_due_at_about_revision_organi_key UNIQUE NULLS NOT DISTINCT (about_id, occasion, due_at, about_revision, organization_id, channel, channel_number);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.own_text
    ADD CONSTRAINT own_text_organization_id_occasion_locale_key UNIQUE (organization_id, occasion, locale);
ALTER TABLE ONLY public.own_text
    ADD CONSTRAINT own_text_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.policy
    ADD CONSTRAINT policy_campaign_id_key UNIQUE (campaign_id);
ALTER TABLE ONLY public.policy
    ADD CONSTRAINT policy_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.relay_lease
    ADD CONSTRAINT relay_lease_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.robot
    ADD CONSTRAINT robot_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (activity_id);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.secrets_seal
    ADD CONSTRAINT secrets_seal_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.stored_content
    ADD CONSTRAINT stored_content_location_key UNIQUE (location);
ALTER TABLE ONLY public.stored_content
    ADD CONSTRAINT stored_content_pkey PRIMARY KEY (sha256);
ALTER TABLE ONLY public.stream_state
    ADD CONSTRAINT stream_state_pkey PRIMARY KEY (stream);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT submission_assignment_id_key UNIQUE (assignment_id);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT submission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.told
    ADD CONSTRAINT told_about_id_due_at_occasion_about_revision_recipient_key UNIQUE NULLS NOT DISTINCT (about_id, due_at, occasion, about_revision, recipient);
ALTER TABLE ONLY public.unplanned
    ADD CONSTRAINT unplanned_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.urge
    ADD CONSTRAINT urge_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.urged
    ADD CONSTRAINT urged_pkey PRIMARY KEY (assignment_id, organization_id);
CREATE INDEX acknowledgement_moment ON public.acknowledgement USING btree (campaign_id, due_at, id) WHERE (state = 'owed'::text);
CREATE INDEX assignment_moment ON public.assignment USING btree (campaign_id, deliverable_id, due_at, id) WHERE (state = 'owed'::text);
CREATE UNIQUE INDEX contact_organization_id_name ON public.contact USING btree (organization_id, name);
CREATE INDEX deliverable_campaign ON public.deliverable USING btree (campaign_id);
CREATE INDEX deliverable_policy_campaign ON public.deliverable_policy USING btree (campaign_id);
CREATE INDEX delivery_again ON public.delivery USING btree (channel, urgent) WHERE (state <> 'done'::text);
CREATE INDEX delivery_open ON public.delivery USING btree (next_try_at, claimed_at) WHERE (state <> 'done'::text);
CREATE INDEX delivery_target ON public.delivery USING btree (target, id) WHERE ((state = 'waiting'::text) AND (target IS NOT NULL));
CREATE INDEX due_moment_looked ON public.due_moment USING btree (looked_at);
CREATE INDEX due_moment_next ON public.due_moment USING btree (next_at);
CREATE INDEX idempotency_made_at ON public.idempotency USING btree (made_at);
CREATE INDEX incident_next ON public.incident USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX leaving_content_order ON public.leaving_content USING btree (leave_at);
CREATE INDEX notification_campaign ON public.notification USING btree (campaign_id, id);
CREATE INDEX notification_delivered ON public.notification USING btree (delivery_id) WHERE (delivery_id IS NOT NULL);
CREATE INDEX notification_ordinary ON public.notification USING btree (channel, planned_for) WHERE ((state = 'planned'::text) AND (NOT public.is_urgent(occasion)));
CREATE INDEX notification_organization ON public.notification USING btree (organization_id, id);
CREATE INDEX notification_planned ON public.notification USING btree (planned_for) WHERE (state = 'planned'::text);
CREATE INDEX notification_urgent ON public.notification USING btree (channel, planned_for) WHERE ((state = 'planned'::text) AND public.is_urgent(occasion));
CREATE INDEX stored_content_touched ON public.stored_content USING btree (touched_at);
CREATE INDEX submission_moment ON public.submission USING btree (campaign_id, deliverable_id, correct_by, id) WHERE (state = 'returned'::text);
CREATE INDEX urge_campaign ON public.urge USING btree (campaign_id, id);
ALTER TABLE ONLY public.event_chain
    ADD CONSTRAINT event_chain_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.delivery(id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.urged
    ADD CONSTRAINT urged_urge_id_fkey FOREIGN KEY (urge_id) REFERENCES public.urge(id) DEFERRABLE INITIALLY DEFERRED;
