-- The monthly session (月调度): streams of events, and what follows from them.
CREATE TABLE foresee_event (
    stream text NOT NULL,
    seq int NOT NULL,
    name text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    role text NOT NULL,
    unit text,
    data jsonb NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE FUNCTION foresee_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only: % is refused', TG_OP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON foresee_event
    FOR EACH ROW EXECUTE FUNCTION foresee_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON foresee_event
    FOR EACH STATEMENT EXECUTE FUNCTION foresee_append_only();

CREATE TABLE foresee_topic (
    no text PRIMARY KEY,
    version int NOT NULL,
    state text NOT NULL,
    source text NOT NULL,
    month text,
    title text NOT NULL,
    units text[] NOT NULL,
    value jsonb NOT NULL
);
CREATE INDEX ON foresee_topic (state, no DESC);
CREATE INDEX ON foresee_topic (month) WHERE month IS NOT NULL;
CREATE INDEX ON foresee_topic USING gin (units);

CREATE TABLE foresee_item (
    topic text NOT NULL REFERENCES foresee_topic,
    id int NOT NULL,
    list text NOT NULL,
    title text NOT NULL,
    unit text NOT NULL,
    verifier text NOT NULL,
    state text NOT NULL,
    due timestamptz NOT NULL,
    card text,
    PRIMARY KEY (topic, id)
);
CREATE INDEX ON foresee_item (unit, due) WHERE state <> 'ticked';
CREATE INDEX ON foresee_item (verifier, due) WHERE state = 'reported';
CREATE INDEX ON foresee_item (due) WHERE state IN ('given', 'doing');

CREATE TABLE foresee_session (
    month text PRIMARY KEY,
    version int NOT NULL,
    closed boolean NOT NULL,
    value jsonb NOT NULL
);

CREATE TABLE foresee_mechanism (
    no text PRIMARY KEY,
    version int NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    words text NOT NULL,
    categories text[] NOT NULL,
    retired boolean NOT NULL,
    value jsonb NOT NULL
);
CREATE INDEX ON foresee_mechanism USING gin (words gin_trgm_ops);

-- What the nightly look found (预警): one row a finding, kept as it was found.
CREATE TABLE foresee_finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_on date NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    category text,
    area text,
    unit text,
    since date NOT NULL,
    until date NOT NULL,
    seen double precision NOT NULL,
    expected double precision,
    p double precision,
    orders text[] NOT NULL,
    data jsonb NOT NULL,
    topic text REFERENCES foresee_topic,
    UNIQUE (made_on, kind, key)
);
CREATE INDEX ON foresee_finding (kind, made_on DESC, p);

-- What was measured of a topic under its registration (成效测算), with its curves and placebos.
CREATE TABLE foresee_measure (
    topic text NOT NULL REFERENCES foresee_topic,
    at timestamptz NOT NULL,
    weeks int NOT NULL,
    registered int NOT NULL,
    figures jsonb NOT NULL,
    guards jsonb NOT NULL,
    PRIMARY KEY (topic, at)
);

-- Every look of the inspection into what was handed over to it (只读留痕).
CREATE TABLE foresee_looked (
    at timestamptz NOT NULL DEFAULT now(),
    by text NOT NULL,
    what text NOT NULL
);

-- Who sees what: the centre, analysts and leaders all; a unit the topics on which it stands; inspection what is chosen.
CREATE FUNCTION access.sees_city() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce((access.claim())[2] IN ('all', 'city'), false) $$;
CREATE FUNCTION access.inspects() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce((access.claim())[2] = 'inspect', false) $$;
CREATE FUNCTION access.on_topic(stream text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM foresee_topic t WHERE t.no = stream AND t.month IS NOT NULL
        AND (access.inspects() OR t.units && access.units()))
$$;

ALTER TABLE foresee_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON foresee_event USING ((SELECT access.sees_city()) OR access.on_topic(stream));
ALTER TABLE foresee_topic ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON foresee_topic USING ((SELECT access.sees_city())
    OR (month IS NOT NULL AND ((SELECT access.inspects()) OR units && (SELECT access.units())::text[])));
ALTER TABLE foresee_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON foresee_item USING ((SELECT access.sees_city()) OR (SELECT access.inspects())
    OR unit = ANY ((SELECT access.units())::text[]) OR verifier = ANY ((SELECT access.units())::text[]));
ALTER TABLE foresee_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON foresee_session USING ((SELECT access.sees_city()) OR (SELECT access.inspects()));
ALTER TABLE foresee_mechanism ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON foresee_mechanism FOR SELECT USING (access.claim() IS NOT NULL);
CREATE POLICY keep ON foresee_mechanism USING ((SELECT access.sees_city()));
ALTER TABLE foresee_finding ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON foresee_finding USING ((SELECT access.sees_city()));
ALTER TABLE foresee_measure ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON foresee_measure USING ((SELECT access.sees_city()) OR access.on_topic(topic));
ALTER TABLE foresee_looked ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON foresee_looked USING ((SELECT access.sees_city()) OR (SELECT access.inspects()));

-- Inspection reads only: what it could write would be another's evidence.
CREATE POLICY reads_only ON foresee_topic AS RESTRICTIVE FOR UPDATE USING (NOT (SELECT access.inspects()));
CREATE POLICY reads_only ON foresee_item AS RESTRICTIVE FOR UPDATE USING (NOT (SELECT access.inspects()));
CREATE POLICY reads_only ON foresee_session AS RESTRICTIVE FOR UPDATE USING (NOT (SELECT access.inspects()));
CREATE POLICY adds_nothing ON foresee_event AS RESTRICTIVE FOR INSERT WITH CHECK (NOT (SELECT access.inspects()));
CREATE POLICY adds_nothing ON foresee_topic AS RESTRICTIVE FOR INSERT WITH CHECK (NOT (SELECT access.inspects()));
CREATE POLICY adds_nothing ON foresee_item AS RESTRICTIVE FOR INSERT WITH CHECK (NOT (SELECT access.inspects()));
CREATE POLICY adds_nothing ON foresee_session AS RESTRICTIVE FOR INSERT WITH CHECK (NOT (SELECT access.inspects()));

GRANT SELECT, INSERT ON foresee_event, foresee_looked, foresee_measure TO minsheng_app;
GRANT SELECT, INSERT, UPDATE ON foresee_topic, foresee_item, foresee_session, foresee_mechanism TO minsheng_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON foresee_finding TO minsheng_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO minsheng_app;
GRANT SELECT ON foresee_event, foresee_topic, foresee_item, foresee_session, foresee_mechanism, foresee_finding
    TO minsheng_loader;
