-- Orders and all that follows from their events (工单与事件).
CREATE SEQUENCE respond_number INCREMENT BY 50;

CREATE TABLE respond_order (
    id bigint PRIMARY KEY,
    no text NOT NULL UNIQUE,
    version int NOT NULL,
    state text NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL,
    urgency text NOT NULL,
    category text,
    area text,
    secret boolean NOT NULL,
    complained_of text[] NOT NULL,
    received_at timestamptz NOT NULL,
    promised timestamptz NOT NULL,
    clock text,
    due timestamptz,
    lead text,
    owner_role text,
    owner_unit text,
    card text,
    reworks smallint NOT NULL,
    closed_at timestamptz,
    value jsonb NOT NULL,
    external_digest bytea,
    body_digest bytea
);
CREATE UNIQUE INDEX respond_order_external ON respond_order (channel, external_digest) WHERE external_digest IS NOT NULL;
CREATE INDEX respond_order_pool ON respond_order (state, due, id) WHERE state NOT IN ('closed', 'archived');
CREATE INDEX respond_order_new ON respond_order (id DESC);
CREATE INDEX respond_order_state_new ON respond_order (state, id DESC);
CREATE INDEX respond_order_carded ON respond_order (card, due, id)
    WHERE card IS NOT NULL AND state NOT IN ('closed', 'archived');
CREATE INDEX respond_order_asked ON respond_order ((coalesce(due, 'infinity'::timestamptz)), id)
    WHERE value -> 'asks' <> '[]'::jsonb;

CREATE TABLE respond_assignment (
    order_id bigint NOT NULL REFERENCES respond_order,
    id smallint NOT NULL,
    unit text NOT NULL,
    level smallint NOT NULL,
    part text NOT NULL,
    parent smallint,
    state text NOT NULL,
    round smallint NOT NULL,
    dispatched_at timestamptz NOT NULL,
    due timestamptz NOT NULL,
    accepted boolean NOT NULL,
    live boolean NOT NULL,
    complained boolean NOT NULL,
    PRIMARY KEY (order_id, id)
);
CREATE INDEX respond_assignment_inbox ON respond_assignment (unit, due, order_id) WHERE live;
CREATE INDEX respond_assignment_unit ON respond_assignment (unit, order_id DESC) INCLUDE (state, complained);

CREATE TABLE respond_event (
    order_id bigint NOT NULL REFERENCES respond_order,
    seq int NOT NULL,
    name text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    role text NOT NULL,
    unit text,
    data jsonb NOT NULL,
    digests jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (order_id, seq)
);

CREATE FUNCTION respond_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only: % is refused', TG_OP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON respond_event
    FOR EACH ROW EXECUTE FUNCTION respond_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON respond_event
    FOR EACH STATEMENT EXECUTE FUNCTION respond_append_only();

CREATE TABLE respond_timer (
    order_id bigint NOT NULL REFERENCES respond_order,
    name text NOT NULL,
    due timestamptz NOT NULL,
    fired boolean NOT NULL DEFAULT false,
    PRIMARY KEY (order_id, name)
);
CREATE INDEX respond_timer_due ON respond_timer (due) WHERE NOT fired;

-- What search reads: words with identity taken out by machine. Deleted with the order's key.
CREATE TABLE respond_copy (
    order_id bigint PRIMARY KEY REFERENCES respond_order,
    title text NOT NULL DEFAULT '',
    text text NOT NULL,
    place text NOT NULL DEFAULT '',
    proposals jsonb NOT NULL DEFAULT '{}',
    likeness halfvec(256)
);
CREATE INDEX respond_copy_likeness ON respond_copy USING hnsw (likeness halfvec_cosine_ops);
CREATE INDEX respond_copy_words ON respond_copy USING gin (text gin_trgm_ops);

CREATE TABLE respond_decision (
    order_id bigint NOT NULL REFERENCES respond_order,
    field text NOT NULL,
    proposed text,
    decided text,
    source text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_id, field, at)
);

CREATE TABLE respond_draft (
    account text NOT NULL,
    form text NOT NULL,
    saved_at timestamptz NOT NULL,
    box bytea NOT NULL,
    PRIMARY KEY (account, form)
);

CREATE TABLE respond_knowledge (
    id bigint GENERATED ALWAYS AS IDENTITY,
    version int NOT NULL,
    title text NOT NULL,
    content text NOT NULL,
    category text,
    unit text,
    keywords text NOT NULL DEFAULT '',
    kind text NOT NULL DEFAULT 'guide',
    valid_until date,
    live boolean NOT NULL DEFAULT true,
    at timestamptz NOT NULL DEFAULT now(),
    by text NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE UNIQUE INDEX ON respond_knowledge (title) WHERE live;
CREATE INDEX ON respond_knowledge USING gin ((title || ' ' || keywords || ' ' || content) gin_trgm_ops) WHERE live;

-- The vault (保密库): everything that a person wrote, said or is. The app may put in, only the vault's login takes out.
CREATE SCHEMA vault;
CREATE TABLE vault.order_key (order_id bigint PRIMARY KEY, wrapped bytea NOT NULL);
CREATE TABLE vault.words (
    order_id bigint NOT NULL, seq int NOT NULL, field text NOT NULL, box bytea NOT NULL,
    PRIMARY KEY (order_id, seq, field)
);
CREATE TABLE vault.person (order_id bigint PRIMARY KEY, box bytea NOT NULL, phone_digest bytea);
CREATE INDEX ON vault.person (phone_digest) WHERE phone_digest IS NOT NULL;
CREATE TABLE vault.rating (
    order_id bigint NOT NULL, seq int NOT NULL, grade text NOT NULL, route text NOT NULL, at timestamptz NOT NULL,
    PRIMARY KEY (order_id, seq)
);
CREATE TABLE vault.file (
    id text PRIMARY KEY, order_id bigint NOT NULL, at timestamptz NOT NULL, by text NOT NULL,
    kind text NOT NULL, size int NOT NULL, name bytea NOT NULL, box bytea NOT NULL
);
CREATE INDEX ON vault.file (order_id);
GRANT USAGE ON SCHEMA vault TO minsheng_app, minsheng_vault, minsheng_loader;
GRANT INSERT ON ALL TABLES IN SCHEMA vault TO minsheng_app, minsheng_loader;
GRANT SELECT (order_id, phone_digest) ON vault.person TO minsheng_app;
GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA vault TO minsheng_vault, minsheng_loader;

-- Sight: what `access` says, held by the database under every query.
CREATE FUNCTION access.sees(number bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (
        SELECT FROM (SELECT (access.claim())[3] AS unit OFFSET 0) c
        JOIN ground_unit own ON own.code = c.unit
        JOIN respond_order o ON o.id = number AND NOT o.complained_of && (own.above || own.code)
        JOIN respond_assignment a ON a.order_id = number AND a.state <> 'left'
        JOIN ground_unit u ON u.code = a.unit AND (u.code = own.code OR own.code = ANY (u.above)))
$$;

ALTER TABLE respond_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON respond_order USING (
    (SELECT access.sees_all()) OR id = (SELECT access.own_order()) OR access.sees(id));
ALTER TABLE respond_assignment ENABLE ROW LEVEL SECURITY;
-- The third part says of most rows what `sees` says, without a call for each; a row written must pass `sees` itself,
-- so that no unit can put itself on an order.
CREATE POLICY sight ON respond_assignment USING (
    (SELECT access.sees_all()) OR order_id = (SELECT access.own_order())
    OR (NOT complained AND state <> 'left' AND unit = ANY ((SELECT access.units())::text[]))
    OR access.sees(order_id))
WITH CHECK (
    (SELECT access.sees_all()) OR order_id = (SELECT access.own_order()) OR access.sees(order_id));
ALTER TABLE respond_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON respond_event USING (
    (SELECT access.sees_all()) OR order_id = (SELECT access.own_order()) OR access.sees(order_id));
ALTER TABLE respond_timer ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON respond_timer USING (
    (SELECT access.sees_all()) OR order_id = (SELECT access.own_order()) OR access.sees(order_id));
ALTER TABLE respond_copy ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON respond_copy USING (
    (SELECT access.sees_all()) OR order_id = (SELECT access.own_order()) OR access.sees(order_id));
ALTER TABLE respond_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON respond_decision USING (
    (SELECT access.sees_all()) OR order_id = (SELECT access.own_order()) OR access.sees(order_id));

GRANT SELECT, INSERT, UPDATE ON respond_order, respond_assignment, respond_timer, respond_copy, respond_draft,
    respond_knowledge TO minsheng_app;
GRANT DELETE ON respond_timer, respond_draft, respond_copy TO minsheng_app;
GRANT SELECT, INSERT ON respond_event, respond_decision TO minsheng_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO minsheng_app, minsheng_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ground_account, ground_token, django_session TO minsheng_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO minsheng_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers,
    procrastinate_workers TO minsheng_app;
GRANT SELECT ON django_migrations, django_content_type TO minsheng_app;

-- Tries at a door that takes a secret (number + code), by window of an hour.
CREATE TABLE respond_try (
    what text NOT NULL,
    hour timestamptz NOT NULL,
    tries int NOT NULL,
    PRIMARY KEY (what, hour)
);
GRANT SELECT, INSERT, UPDATE ON respond_try TO minsheng_app;
