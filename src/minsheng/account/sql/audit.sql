-- Appeals, tolerance, inquiries and the auditor's work (申诉、容错、核查、审计): each step of each is a row that is never
-- changed, chained to the one before by its digest.
CREATE TABLE account_step (
    no text NOT NULL,
    seq int NOT NULL CHECK (seq > 0),
    kind text NOT NULL,
    unit text,
    month text,
    name text NOT NULL,
    at timestamptz NOT NULL,
    by text NOT NULL,
    role text NOT NULL,
    by_unit text,
    data jsonb NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (no, seq)
);
COMMENT ON TABLE account_step IS '考核核查经过 Steps of appeals, tolerance, inquiries, re-calls, mystery requests, carriers'' records and boxes';
COMMENT ON COLUMN account_step.unit IS '涉及单位 The unit that it is about; none of the auditor''s own work';
COMMENT ON COLUMN account_step.hash IS 'SHA-256 of the hash before and of this step';
CREATE INDEX ON account_step (kind, no) WHERE seq = 1;
CREATE INDEX ON account_step (unit, kind) WHERE seq = 1;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON account_step
    FOR EACH ROW EXECUTE FUNCTION account_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON account_step
    FOR EACH STATEMENT EXECUTE FUNCTION account_append_only();

CREATE FUNCTION access.audits() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce((access.claim())[2] = 'audit', false) $$;

-- Who sees what: of appeals and tolerance the unit those of its tree, the centre and the city all; of inquiries no unit
-- anything; of the auditor's own work the auditor and inspection alone.
ALTER TABLE account_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON account_step FOR SELECT USING (
    (SELECT access.audits()) OR (SELECT access.inspects())
    OR kind IN ('appeal', 'tolerance', 'inquiry') AND (SELECT access.sees_city())
    OR kind IN ('appeal', 'tolerance') AND unit = ANY ((SELECT access.units())::text[]));
-- Who writes what: a unit lodges for itself and takes back, the centre decides, the auditor leaves both alone.
CREATE POLICY adds ON account_step FOR INSERT WITH CHECK (
    CASE (SELECT (access.claim())[2])
        WHEN 'audit' THEN kind NOT IN ('appeal', 'tolerance')
        WHEN 'inspect' THEN kind = 'inquiry'
        WHEN 'tree' THEN kind IN ('appeal', 'tolerance') AND name IN ('lodged', 'added', 'taken_back')
            AND unit = (SELECT (access.claim())[3])
        ELSE kind IN ('appeal', 'tolerance', 'inquiry') AND name NOT IN ('lodged', 'added', 'taken_back')
            AND (SELECT access.sees_city())
    END);
GRANT SELECT, INSERT ON account_step TO minsheng_app;
GRANT SELECT ON account_step TO minsheng_loader;

-- Whether an account acted since then on an order of a unit or of one below it: then it judges no case of that unit.
CREATE FUNCTION account_acted(account text, of_unit text, since timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (
        SELECT FROM respond_assignment a
        JOIN ground_unit u ON u.code = a.unit AND (u.code = of_unit OR of_unit = ANY (u.above))
        JOIN respond_event e ON e.order_id = a.order_id
        WHERE e.by = account AND e.at >= since AND e.name <> 'revealed')
$$;
REVOKE ALL ON FUNCTION account_acted(text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_acted(text, text, timestamptz) TO minsheng_app;

-- How many cases have a number that begins so, seen or not: numbers are never given twice.
CREATE FUNCTION account_steps_begun(prefix text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    'SELECT count(*) FROM account_step WHERE seq = 1 AND starts_with(no, prefix)';
REVOKE ALL ON FUNCTION account_steps_begun(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_steps_begun(text) TO minsheng_app;
