-- Ballots (选票): the answers that count, from the end of their seven days until they are published, and whose tracker is
-- whose for the requester alone. Only the vault's login reads or writes them.
CREATE TABLE account_ballot (
    order_id bigint NOT NULL,
    month date NOT NULL,
    agency text NOT NULL,
    grade text NOT NULL,
    answer bytea NOT NULL,
    closed_at timestamptz NOT NULL,
    tracker text NOT NULL UNIQUE,
    shown text,
    period text,
    index bigint UNIQUE,
    PRIMARY KEY (order_id, month),
    CHECK (extract(day FROM month) = 1),
    CHECK (num_nulls(shown, period) IN (0, 2))
);
COMMENT ON TABLE account_ballot IS '选票 One an order and month of closing; answer: commitment of the sealed answer that counts';
COMMENT ON COLUMN account_ballot.shown IS '公布单位 Agency under which it is published';
COMMENT ON COLUMN account_ballot.period IS '公布期 Month, quarter or year under which it is published';
CREATE INDEX ON account_ballot (agency, month) WHERE period IS NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON account_ballot TO minsheng_vault;

-- Orders closed in a span of time, and who answered for them.
CREATE FUNCTION account_closings(since timestamptz, until timestamptz)
RETURNS TABLE (order_id bigint, closed_at timestamptz, agency text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
    SELECT id, closed_at,
        CASE WHEN secret OR kind = 'report' OR complained_of <> '{}' THEN 'city' ELSE coalesce(lead, '12345') END
    FROM respond_order WHERE state = 'closed' AND closed_at >= since AND closed_at < until
$$;
REVOKE ALL ON FUNCTION account_closings(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_closings(timestamptz, timestamptz) TO minsheng_vault;

-- Ballots by the tag of their order's receipt, for the auditor.
CREATE FUNCTION account_ballot_tags()
RETURNS TABLE (tag bytea, closed_at timestamptz, answer bytea, tracker text, index bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT r.tag, b.closed_at, b.answer, b.tracker, b.index FROM account_ballot b JOIN respond_receipt r USING (order_id)
$$;
REVOKE ALL ON FUNCTION account_ballot_tags() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_ballot_tags() TO minsheng_vault;

-- Commitments to sealed answers have neither an order nor anything that is ever told.
DO $$
DECLARE
    rule text;
BEGIN
    FOR rule IN SELECT conname FROM pg_constraint
        WHERE conrelid = 'account_leaf'::regclass AND pg_get_constraintdef(oid) LIKE '%told%'
    LOOP EXECUTE format('ALTER TABLE account_leaf DROP CONSTRAINT %I', rule); END LOOP;
END $$;
ALTER TABLE account_leaf ADD CHECK (
    num_nulls(told, key) = CASE WHEN order_id IS NULL AND kind <> 13 THEN 0 ELSE 2 END);
CREATE INDEX ON account_leaf (kind, index) WHERE kind = 6;
