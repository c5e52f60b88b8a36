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
CREATE FUNCTION public.plain_text(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(regexp_replace(NORMALIZE($1, NFKC), '[\s()\[\]{}<>"''.,;:·、。“”‘’《》「」【】—–_/-]+'::text, ''::text, 'g'::text));
CREATE FUNCTION public.activity_text(name text, hosts_text text, hosts jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((((public.plain_text(name) || ' '::text) || public.plain_text(COALESCE(hosts_text, ''::text))) || ' '::text) || public.plain_text((jsonb_path_query_array(hosts, '$[*]."outside_party"'::jsonpath))::text));
CREATE FUNCTION public.claim_for_activity() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
CREATE FUNCTION public.keep_attachment_uses() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    fields jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    user_id uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END;
    named uuid[] := ARRAY(
        SELECT DISTINCT id::uuid
          FROM (VALUES ('attachment_ids'), ('report_attachment_ids')) AS list (field),
               jsonb_array_elements_text(coalesce(nullif(fields -> field, 'null'), '[]')) AS id
         UNION
        SELECT (fields ->> field)::uuid
          FROM (VALUES ('emergency_plan_id'), ('threat_assessment_id')) AS single (field)
         WHERE fields ->> field IS NOT NULL
    );
BEGIN
    DELETE FROM attachment_use
     WHERE noun = TG_TABLE_NAME AND used_by = user_id AND attachment_id <> ALL (named);
    INSERT INTO attachment_use (attachment_id, noun, used_by)
    SELECT attachment_id, TG_TABLE_NAME, user_id FROM unnest(named) AS n (attachment_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE FUNCTION public.search_for_activity() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.search_text := activity_text(NEW.name, NEW.hosts_text, NEW.hosts);
    RETURN NEW;
END
$$;
CREATE FUNCTION public.sought_pairs(text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN (length($1) < 2) THEN ARRAY[$1]
             ELSE ARRAY( SELECT DISTINCT substr($1, nth.nth, 2) AS substr
                FROM generate_series(1, (length($1) - 1)) nth(nth))
         END AS "array";
END;
CREATE FUNCTION public.text_pairs(text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT COST 1000 PARALLEL SAFE
    AS $_$
DECLARE
    letters text[] := string_to_array($1, NULL);
    pairs   text[] := letters;
BEGIN
    FOR nth IN 1 .. cardinality(letters) - 1 LOOP
        pairs := pairs || (letters[nth] || letters[nth + 1]);
    END LOOP;
    RETURN pairs;
END
$_$;
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
    schedule_note text,
    state_before text,
    former_starts_at timestamp with time zone,
    former_ends_at timestamp with time zone,
    emergency_plan_id uuid,
    threat_assessment_id uuid,
    attachment_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    actual_starts_at timestamp with time zone,
    actual_ends_at timestamp with time zone,
    turnout integer,
    summary text,
    links text[] DEFAULT '{}'::text[] NOT NULL,
    report_attachment_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    nominated_from_id uuid,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
    search_text text,
    CONSTRAINT activity_actual_times CHECK (((actual_ends_at IS NULL) OR (actual_ends_at >= actual_starts_at))),
    CONSTRAINT activity_category_check CHECK ((category <> ''::text)),
    CONSTRAINT activity_check CHECK (((ends_at IS NULL) OR (ends_at >= starts_at))),
    CONSTRAINT activity_confirmed_is_complete CHECK (((state <> ALL (ARRAY['confirmed'::text, 'held'::text, 'reported'::text])) OR ((starts_at IS NOT NULL) AND (mode IS NOT NULL) AND ((mode = 'online'::text) OR ((place IS NOT NULL) AND (emergency_plan_id IS NOT NULL))) AND ((mode = 'offline'::text) OR (threat_assessment_id IS NOT NULL))))),
    CONSTRAINT activity_mode_check CHECK ((mode = ANY (ARRAY['offline'::text, 'online'::text, 'both'::text]))),
    CONSTRAINT activity_name_check CHECK ((name <> ''::text)),
    CONSTRAINT activity_postponed_has_no_time CHECK (((state <> 'postponed'::text) OR (starts_at IS NULL))),
    CONSTRAINT activity_reported_says_what CHECK (((state <> 'reported'::text) OR ((summary IS NOT NULL) AND (turnout IS NOT NULL)))),
    CONSTRAINT activity_selection_check CHECK ((selection = ANY (ARRAY['nominated'::text, 'shortlisted'::text, 'key'::text]))),
    CONSTRAINT activity_state_before_check CHECK ((state_before = ANY (ARRAY['draft'::text, 'registered'::text, 'confirmed'::text]))),
    CONSTRAINT activity_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'registered'::text, 'confirmed'::text, 'held'::text, 'reported'::text, 'postponed'::text, 'cancelled'::text]))),
    CONSTRAINT activity_stopped_was_something CHECK (((state <> ALL (ARRAY['postponed'::text, 'cancelled'::text])) OR (state_before IS NOT NULL))),
    CONSTRAINT activity_turnout_check CHECK ((turnout >= 0)),
    CONSTRAINT activity_version_check CHECK ((version >= 1))
);
CREATE TABLE public.activity_claim (
    activity_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    claim text NOT NULL,
    starts_at timestamp with time zone,
    until timestamp with time zone,
    CONSTRAINT activity_claim_check CHECK ((until >= starts_at)),
    CONSTRAINT activity_claim_check1 CHECK (((starts_at IS NULL) = (until IS NULL))),
    CONSTRAINT activity_claim_claim_check CHECK ((claim ~ '^(host|party|place):.'::text))
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
    state text DEFAULT 'unscanned'::text NOT NULL,
    finding text,
    scan_after timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT attachment_check CHECK (((state = 'refused'::text) = (finding IS NOT NULL))),
    CONSTRAINT attachment_filename_check CHECK ((filename <> ''::text)),
    CONSTRAINT attachment_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT attachment_size_check CHECK ((size >= 1)),
    CONSTRAINT attachment_state_check CHECK ((state = ANY (ARRAY['unscanned'::text, 'scanning'::text, 'clean'::text, 'refused'::text]))),
    CONSTRAINT attachment_version_check CHECK ((version >= 1))
);
CREATE TABLE public.attachment_use (
    attachment_id uuid NOT NULL,
    noun text NOT NULL,
    used_by uuid NOT NULL,
    CONSTRAINT attachment_use_noun_check CHECK ((noun = ANY (ARRAY['notice'::text, 'activity'::text])))
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
    category_order text[] DEFAULT '{}'::text[] NOT NULL,
    warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
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
    id uuid DEFAULT uuidv7() NOT NULL,
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
    taken_from_id uuid,
    CONSTRAINT deliverable_cancelled CHECK (((cancelled_at IS NULL) = (cancel_reason IS NULL))),
    CONSTRAINT deliverable_check CHECK (((due_on IS NULL) = (due_at IS NULL))),
    CONSTRAINT deliverable_check1 CHECK (((due_time IS NULL) OR (due_on IS NOT NULL))),
    CONSTRAINT deliverable_check2 CHECK ((closes_at >= due_at)),
    CONSTRAINT deliverable_owed_by_check CHECK ((cardinality(owed_by) >= 1)),
    CONSTRAINT deliverable_review_stages CHECK ((review_stages = ANY (ARRAY[1, 2]))),
    CONSTRAINT deliverable_title_check CHECK ((title <> ''::text)),
    CONSTRAINT deliverable_version_check CHECK ((version >= 1))
);
CREATE TABLE public.edition (
    id uuid NOT NULL,
    version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    campaign_id uuid NOT NULL,
    number integer NOT NULL,
    title text,
    note text,
    activity_count integer NOT NULL,
    rows_sha256 text NOT NULL,
    CONSTRAINT edition_activity_count_check CHECK ((activity_count >= 1)),
    CONSTRAINT edition_number_check CHECK ((number >= 1)),
    CONSTRAINT edition_rows_sha256_check CHECK ((rows_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT edition_version_check CHECK ((version = 1))
);
CREATE TABLE public.edition_row (
    edition_id uuid NOT NULL,
    nth integer NOT NULL,
    activity_id uuid NOT NULL,
    serial_number integer,
    category text NOT NULL,
    name text NOT NULL,
    hosts_text text NOT NULL,
    CONSTRAINT edition_row_nth_check CHECK ((nth >= 1))
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
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone,
    row_count integer DEFAULT 0 NOT NULL,
    progress real DEFAULT 1 NOT NULL,
    findings text,
    register text,
    problem jsonb,
    tries integer DEFAULT 0 NOT NULL,
    last_error text,
    claimed_at timestamp with time zone,
    claimed_by uuid,
    CONSTRAINT import_check CHECK (((state = 'applied'::text) = (applied_at IS NOT NULL))),
    CONSTRAINT import_check1 CHECK (((state = 'applied'::text) = (outcome IS NOT NULL))),
    CONSTRAINT import_findings_check CHECK (((findings IS NULL) = (register IS NULL))),
    CONSTRAINT import_kind_check CHECK ((kind = ANY (ARRAY['activities'::text, 'organizations'::text]))),
    CONSTRAINT import_problem_check CHECK (((state = 'failed'::text) = (problem IS NOT NULL))),
    CONSTRAINT import_progress_check CHECK (((progress >= (0)::double precision) AND (progress <= (1)::double precision))),
    CONSTRAINT import_state_check CHECK ((state = ANY (ARRAY['reading'::text, 'previewed'::text, 'applied'::text, 'failed'::text]))),
    CONSTRAINT import_version_check CHECK ((version >= 1))
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
CREATE TABLE public.key_use (
    key_id uuid NOT NULL,
    service text NOT NULL,
    version integer NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    CONSTRAINT key_use_version_check CHECK ((version >= 1))
);
CREATE TABLE public.leaving_content (
    location text NOT NULL,
    leave_at timestamp with time zone NOT NULL
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
    former_names jsonb DEFAULT '[]'::jsonb NOT NULL,
    merged_into_id uuid,
    successor_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    closed_because text,
    CONSTRAINT organization_check CHECK ((parent_id <> id)),
    CONSTRAINT organization_check1 CHECK ((closed_on >= opened_on)),
    CONSTRAINT organization_kind_check CHECK ((kind = ANY (ARRAY['office'::text, 'district'::text, 'town'::text, 'department'::text, 'enterprise'::text, 'school'::text, 'hospital'::text, 'media'::text, 'association'::text, 'other'::text]))),
    CONSTRAINT organization_merged_into_another CHECK ((merged_into_id <> id)),
    CONSTRAINT organization_merged_is_closed CHECK (((merged_into_id IS NULL) OR (closed_on IS NOT NULL))),
    CONSTRAINT organization_name_check CHECK ((name <> ''::text)),
    CONSTRAINT organization_sort_order_check CHECK ((sort_order >= 0)),
    CONSTRAINT organization_split_is_closed CHECK (((successor_ids = '{}'::uuid[]) OR (closed_on IS NOT NULL))),
    CONSTRAINT organization_succeeded_once CHECK (((merged_into_id IS NULL) OR (successor_ids = '{}'::uuid[]))),
    CONSTRAINT organization_version_check CHECK ((version >= 1))
);
CREATE TABLE public.organization_form (
    form text NOT NULL,
    organization_id uuid NOT NULL
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
CREATE TABLE public.take_over (
    campaign_id uuid NOT NULL,
    part text NOT NULL,
    above_id uuid NOT NULL,
    here_id uuid NOT NULL,
    taken jsonb NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    taken_by uuid NOT NULL,
    CONSTRAINT take_over_part_check CHECK ((part = ANY (ARRAY['theme'::text, 'based_on'::text, 'theme_day'::text, 'deliverable'::text])))
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
    taken_from_id uuid,
    CONSTRAINT theme_day_name_check CHECK ((name <> ''::text)),
    CONSTRAINT theme_day_organiser_ids_check CHECK ((cardinality(organiser_ids) >= 1)),
    CONSTRAINT theme_day_version_check CHECK ((version >= 1))
);
CREATE TABLE public.undone_name (
    id uuid NOT NULL,
    text text NOT NULL,
    organization_id uuid,
    outside_party text,
    why text,
    decided_at timestamp with time zone NOT NULL,
    decided_by uuid NOT NULL,
    undone_at timestamp with time zone NOT NULL,
    undone_by uuid NOT NULL,
    CONSTRAINT undone_name_check CHECK (((organization_id IS NULL) <> (outside_party IS NULL)))
);
ALTER TABLE ONLY public.access_key
    ADD CONSTRAINT access_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_notice_id_organization_id_key UNIQUE (notice_id, organization_id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_campaign_id_serial_number_key UNIQUE (campaign_id, serial_number);
ALTER TABLE ONLY public.activity_claim
    ADD CONSTRAINT activity_claim_pkey PRIMARY KEY (activity_id, claim);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_deliverable_id_organization_id_key UNIQUE (deliverable_id, organization_id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attachment_use
    ADD CONSTRAINT attachment_use_pkey PRIMARY KEY (attachment_id, noun, used_by);
ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT calendar_day_date_key UNIQUE (date);
ALTER TABLE ONLY public.calendar_day
    ADD CONSTRAINT calendar_day_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.decided_name
    ADD CONSTRAINT decided_name_id_key UNIQUE (id);
ALTER TABLE ONLY public.decided_name
    ADD CONSTRAINT decided_name_pkey PRIMARY KEY (text);
ALTER TABLE ONLY public.deliverable
    ADD CONSTRAINT deliverable_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_campaign_id_number_key UNIQUE (campaign_id, number);
ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.edition_row
    ADD CONSTRAINT edition_row_edition_id_activity_id_key UNIQUE (edition_id, activity_id);
ALTER TABLE ONLY public.edition_row
    ADD CONSTRAINT edition_row_pkey PRIMARY KEY (edition_id, nth);
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
ALTER TABLE ONLY public.key_use
    ADD CONSTRAINT key_use_pkey PRIMARY KEY (key_id, service);
ALTER TABLE ONLY public.leaving_content
    ADD CONSTRAINT leaving_content_pkey PRIMARY KEY (location);
ALTER TABLE ONLY public.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.organization_form
    ADD CONSTRAINT organization_form_pkey PRIMARY KEY (form);
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
ALTER TABLE ONLY public.stored_content
    ADD CONSTRAINT stored_content_location_key UNIQUE (location);
ALTER TABLE ONLY public.stored_content
    ADD CONSTRAINT stored_content_pkey PRIMARY KEY (sha256);
ALTER TABLE ONLY public.stream_state
    ADD CONSTRAINT stream_state_pkey PRIMARY KEY (stream);
ALTER TABLE ONLY public.take_over
    ADD CONSTRAINT take_over_pkey PRIMARY KEY (campaign_id, part, above_id);
ALTER TABLE ONLY public.theme_day
    ADD CONSTRAINT theme_day_campaign_id_date_name_key UNIQUE (campaign_id, date, name);
ALTER TABLE ONLY public.theme_day
    ADD CONSTRAINT theme_day_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.undone_name
    ADD CONSTRAINT undone_name_pkey PRIMARY KEY (id);
CREATE INDEX acknowledgement_campaign ON public.acknowledgement USING btree (campaign_id, id);
CREATE INDEX acknowledgement_counts ON public.acknowledgement USING btree (notice_id, state);
CREATE INDEX acknowledgement_owner ON public.acknowledgement USING btree (organization_id, id);
CREATE INDEX activity_category ON public.activity USING btree (campaign_id, category, COALESCE(serial_number, 1000000), id);
CREATE INDEX activity_claim_start ON public.activity_claim USING btree (campaign_id, claim, starts_at, activity_id) INCLUDE (until);
CREATE INDEX activity_emergency_plan ON public.activity USING btree (emergency_plan_id) WHERE (emergency_plan_id IS NOT NULL);
CREATE UNIQUE INDEX activity_nominated_from ON public.activity USING btree (nominated_from_id) WHERE (nominated_from_id IS NOT NULL);
CREATE INDEX activity_order ON public.activity USING btree (campaign_id, COALESCE(serial_number, 1000000), id);
CREATE INDEX activity_search ON public.activity USING gin (public.text_pairs(search_text));
CREATE INDEX activity_selected ON public.activity USING btree (campaign_id, selection) WHERE (selection IS NOT NULL);
CREATE INDEX activity_selection ON public.activity USING btree (campaign_id, selection, COALESCE(serial_number, 1000000), id);
CREATE INDEX activity_start ON public.activity USING btree (campaign_id, starts_at, id);
CREATE INDEX activity_state ON public.activity USING btree (campaign_id, state, COALESCE(serial_number, 1000000), id);
CREATE INDEX activity_threat_assessment ON public.activity USING btree (threat_assessment_id) WHERE (threat_assessment_id IS NOT NULL);
CREATE INDEX assignment_campaign ON public.assignment USING btree (campaign_id, id);
CREATE INDEX assignment_due ON public.assignment USING btree (campaign_id, due_at);
CREATE INDEX assignment_owner ON public.assignment USING btree (organization_id);
CREATE INDEX attachment_content ON public.attachment USING btree (sha256);
CREATE INDEX attachment_made ON public.attachment USING btree (created_at);
CREATE INDEX attachment_owner ON public.attachment USING btree (organization_id, id);
CREATE INDEX attachment_to_scan ON public.attachment USING btree (scan_after) WHERE (state = ANY (ARRAY['scanning'::text, 'unscanned'::text]));
CREATE INDEX attachment_use_by ON public.attachment_use USING btree (noun, used_by);
CREATE INDEX campaign_issuer ON public.campaign USING btree (issuer_id, id);
CREATE INDEX campaign_parent ON public.campaign USING btree (parent_id, issuer_id);
CREATE INDEX decided_name_organization ON public.decided_name USING btree (organization_id);
CREATE INDEX deliverable_campaign ON public.deliverable USING btree (campaign_id, id);
CREATE INDEX deliverable_rules ON public.deliverable USING btree (id) WHERE ((owed_by_rule IS NOT NULL) AND (cancelled_at IS NULL));
CREATE INDEX idempotency_made_at ON public.idempotency USING btree (made_at);
CREATE INDEX import_file ON public.import USING btree (campaign_id, sha256);
CREATE INDEX import_waiting ON public.import USING btree (id) WHERE (state = 'reading'::text);
CREATE INDEX key_owner ON public.key USING btree (organization_id);
CREATE INDEX leaving_content_order ON public.leaving_content USING btree (leave_at);
CREATE INDEX notice_addressees ON public.notice USING gin (addressee_ids);
CREATE INDEX notice_attachments ON public.notice USING gin (attachment_ids);
CREATE INDEX notice_campaign ON public.notice USING btree (campaign_id, id);
CREATE INDEX notice_rules ON public.notice USING btree (id) WHERE ((addressee_rule IS NOT NULL) AND (state = 'issued'::text) AND (replaced_by_id IS NULL));
CREATE INDEX organization_form_owner ON public.organization_form USING btree (organization_id);
CREATE INDEX organization_kind ON public.organization USING btree (kind);
CREATE INDEX organization_name_owner ON public.organization_name USING btree (organization_id);
CREATE INDEX organization_order ON public.organization USING btree (sort_order, id);
CREATE INDEX organization_parent ON public.organization USING btree (parent_id);
CREATE INDEX stored_content_touched ON public.stored_content USING btree (touched_at);
CREATE INDEX undone_name_organization ON public.undone_name USING btree (organization_id);
CREATE TRIGGER activity_attachments AFTER INSERT OR DELETE OR UPDATE ON public.activity FOR EACH ROW EXECUTE FUNCTION public.keep_attachment_uses();
CREATE TRIGGER activity_claims AFTER INSERT ON public.activity FOR EACH ROW EXECUTE FUNCTION public.claim_for_activity();
CREATE TRIGGER activity_claims_anew AFTER UPDATE ON public.activity FOR EACH ROW WHEN (((((((old.hosts IS DISTINCT FROM new.hosts) OR (old.place IS DISTINCT FROM new.place)) OR (old.starts_at IS DISTINCT FROM new.starts_at)) OR (old.ends_at IS DISTINCT FROM new.ends_at)) OR (old.state IS DISTINCT FROM new.state)) OR (old.campaign_id IS DISTINCT FROM new.campaign_id))) EXECUTE FUNCTION public.claim_for_activity();
CREATE TRIGGER activity_searched BEFORE INSERT OR UPDATE ON public.activity FOR EACH ROW EXECUTE FUNCTION public.search_for_activity();
CREATE TRIGGER notice_attachments AFTER INSERT OR DELETE OR UPDATE ON public.notice FOR EACH ROW EXECUTE FUNCTION public.keep_attachment_uses();
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES public.notice(id);
ALTER TABLE ONLY public.acknowledgement
    ADD CONSTRAINT acknowledgement_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.activity_claim
    ADD CONSTRAINT activity_claim_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_emergency_plan_id_fkey FOREIGN KEY (emergency_plan_id) REFERENCES public.attachment(id);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_nominated_from_id_fkey FOREIGN KEY (nominated_from_id) REFERENCES public.activity(id);
ALTER TABLE ONLY public.activity
    ADD CONSTRAINT activity_threat_assessment_id_fkey FOREIGN KEY (threat_assessment_id) REFERENCES public.attachment(id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_deliverable_id_fkey FOREIGN KEY (deliverable_id) REFERENCES public.deliverable(id);
ALTER TABLE ONLY public.assignment
    ADD CONSTRAINT assignment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT attachment_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.attachment_use
    ADD CONSTRAINT attachment_use_attachment_id_fkey FOREIGN KEY (attachment_id) REFERENCES public.attachment(id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_issuer_id_fkey FOREIGN KEY (issuer_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.decided_name
    ADD CONSTRAINT decided_name_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.deliverable
    ADD CONSTRAINT deliverable_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.deliverable
    ADD CONSTRAINT deliverable_taken_from_id_fkey FOREIGN KEY (taken_from_id) REFERENCES public.deliverable(id);
ALTER TABLE ONLY public.edition
    ADD CONSTRAINT edition_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.edition_row
    ADD CONSTRAINT edition_row_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES public.activity(id);
ALTER TABLE ONLY public.edition_row
    ADD CONSTRAINT edition_row_edition_id_fkey FOREIGN KEY (edition_id) REFERENCES public.edition(id);
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
ALTER TABLE ONLY public.organization_form
    ADD CONSTRAINT organization_form_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_merged_into_id_fkey FOREIGN KEY (merged_into_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.organization_name
    ADD CONSTRAINT organization_name_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.organization
    ADD CONSTRAINT organization_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.organization(id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_fkey FOREIGN KEY ("position") REFERENCES public.events("position");
ALTER TABLE ONLY public.take_over
    ADD CONSTRAINT take_over_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.theme_day
    ADD CONSTRAINT theme_day_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);
ALTER TABLE ONLY public.theme_day
    ADD CONSTRAINT theme_day_taken_from_id_fkey FOREIGN KEY (taken_from_id) REFERENCES public.theme_day(id);
ALTER TABLE ONLY public.undone_name
    ADD CONSTRAINT undone_name_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organization(id);
