-- The ledger (阳光账本): leaves in their order, and the heads that were signed. Nothing here is ever changed.
CREATE TABLE account_leaf (
    index bigint PRIMARY KEY CHECK (index >= 0),
    kind smallint NOT NULL,
    day date NOT NULL,
    commitment bytea NOT NULL CHECK (length(commitment) = 32),
    order_id bigint,
    seq int,
    told jsonb,
    key bytea,
    batch bigint NOT NULL,
    CHECK (num_nulls(order_id, seq) IN (0, 2)),
    CHECK (num_nulls(told, key) = CASE WHEN order_id IS NULL THEN 0 ELSE 2 END),
    UNIQUE (order_id, seq)
);
COMMENT ON TABLE account_leaf IS '账本叶子 Leaves; those of orders open with the order''s key, the others with their own';
COMMENT ON COLUMN account_leaf.batch IS 'Size of the log before the batch in which the leaf was numbered';

CREATE TABLE account_head (
    size bigint PRIMARY KEY CHECK (size >= 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    at timestamptz NOT NULL,
    checkpoint bytea NOT NULL
);
COMMENT ON TABLE account_head IS '已签发的树头 Heads that were signed';

CREATE TABLE account_ledger (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    size bigint NOT NULL DEFAULT 0,
    upto bigint NOT NULL DEFAULT 0,
    server bigint NOT NULL
);
COMMENT ON TABLE account_ledger IS '编号进度 How many leaves are numbered, and up to which transaction of which server';
INSERT INTO account_ledger (server) SELECT system_identifier FROM pg_control_system();

CREATE FUNCTION account_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % is refused', TG_OP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON account_leaf
    FOR EACH ROW EXECUTE FUNCTION account_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON account_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION account_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON account_head
    FOR EACH ROW EXECUTE FUNCTION account_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON account_head
    FOR EACH STATEMENT EXECUTE FUNCTION account_append_only();

CREATE FUNCTION account_server() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS
    'SELECT system_identifier FROM pg_control_system()';
REVOKE ALL ON FUNCTION account_server() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_server() TO minsheng_app;

-- Which leaf is whose is for the city's own system alone.
ALTER TABLE account_leaf ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON account_leaf USING ((SELECT access.sees_all()));
GRANT SELECT, INSERT ON account_leaf, account_head TO minsheng_app;
GRANT SELECT, UPDATE ON account_ledger TO minsheng_app;
GRANT SELECT ON account_leaf, account_head, account_ledger TO minsheng_loader;
