-- Monthly releases of the ledger (公开包), what the next needs of the last, and the openings of erased orders.
CREATE TABLE account_release (
    month text PRIMARY KEY CHECK (month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
    first bigint NOT NULL UNIQUE CHECK (first >= 0),
    past bigint NOT NULL UNIQUE CHECK (past > first),
    leaf bigint NOT NULL UNIQUE REFERENCES account_leaf (index),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    bytes bigint NOT NULL,
    late boolean NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE account_release IS '月度公开包 Releases that were made: the leaves first … past - 1, and the leaf that names the file';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON account_release
    FOR EACH ROW EXECUTE FUNCTION account_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON account_release
    FOR EACH STATEMENT EXECUTE FUNCTION account_append_only();

CREATE TABLE account_release_memory (
    month text PRIMARY KEY REFERENCES account_release,
    content bytea NOT NULL
);
COMMENT ON TABLE account_release_memory IS '下次编制所需 What the next release needs of the last and nobody else may see; older rows are deleted';

CREATE TABLE account_opening (
    order_id bigint,
    seq int,
    salts bytea NOT NULL,
    hashes bytea NOT NULL,
    PRIMARY KEY (order_id, seq)
);
COMMENT ON TABLE account_opening IS
    '已删除工单的匿名开启值 Of erased orders: salts of the groups that tell nothing of a person, hashes of the others; deleted once released';

CREATE INDEX ON account_leaf (index) WHERE kind = 12;

ALTER TABLE account_release_memory ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON account_release_memory USING ((SELECT access.sees_all()));
ALTER TABLE account_opening ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON account_opening USING ((SELECT access.sees_all()));
GRANT SELECT, INSERT ON account_release TO minsheng_app;
GRANT SELECT, INSERT, DELETE ON account_release_memory, account_opening TO minsheng_app;
GRANT SELECT ON account_release TO minsheng_loader;
