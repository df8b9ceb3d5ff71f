-- What witnesses outside said of each head (见证记录), and the times that an authority set under heads (时间戳). Public, and
-- nothing here is ever changed: each kind of answer of a witness to a head stands once.
CREATE TABLE account_witness_answer (
    size bigint NOT NULL REFERENCES account_head,
    witness text NOT NULL,
    vkey text NOT NULL,
    said text NOT NULL,
    words text NOT NULL DEFAULT '',
    line text,
    at timestamptz NOT NULL,
    PRIMARY KEY (size, vkey, said),
    CHECK ((said = 'cosigned') = (line IS NOT NULL))
);
COMMENT ON TABLE account_witness_answer IS '见证方对每个树头的答复 What witnesses answered when asked to cosign a head';
COMMENT ON COLUMN account_witness_answer.line IS 'The signature line, where the witness cosigned';

CREATE TABLE account_timestamp (
    size bigint PRIMARY KEY REFERENCES account_head,
    at timestamptz NOT NULL,
    token bytea NOT NULL
);
COMMENT ON TABLE account_timestamp IS '时间戳 RFC 3161 answers over the text of a head';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON account_witness_answer
    FOR EACH ROW EXECUTE FUNCTION account_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON account_witness_answer
    FOR EACH STATEMENT EXECUTE FUNCTION account_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON account_timestamp
    FOR EACH ROW EXECUTE FUNCTION account_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON account_timestamp
    FOR EACH STATEMENT EXECUTE FUNCTION account_append_only();
GRANT SELECT, INSERT ON account_witness_answer, account_timestamp TO minsheng_app;
GRANT SELECT ON account_witness_answer, account_timestamp TO minsheng_loader;
