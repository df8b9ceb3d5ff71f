-- Sealed answers (密封票): each answer on satisfaction is committed to in the transaction that keeps it. What waits for a
-- number stands apart from the order, so that nothing in the ledger leads from a call-back to its answer.
ALTER TABLE vault.rating ADD COLUMN box bytea, ADD COLUMN commitment bytea, ADD COLUMN digits text;
ALTER TABLE vault.rating DROP CONSTRAINT rating_pkey, ADD PRIMARY KEY (order_id, seq, at);
COMMENT ON COLUMN vault.rating.box IS '开封钥匙 Opens the commitment, for the auditor; under the order''s key';
COMMENT ON COLUMN vault.rating.digits IS '自选数字 Digits that the requester chose for the tracker';

CREATE TABLE respond_sealed (commitment bytea PRIMARY KEY CHECK (length(commitment) = 32), day date NOT NULL);
COMMENT ON TABLE respond_sealed IS '待编号的密封票 Commitments to sealed answers that wait for a number';
ALTER TABLE respond_sealed ENABLE ROW LEVEL SECURITY;
CREATE POLICY taken ON respond_sealed FOR SELECT USING ((SELECT access.sees_all()));
CREATE POLICY gone ON respond_sealed FOR DELETE USING ((SELECT access.sees_all()));
CREATE POLICY made ON respond_sealed FOR INSERT WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON respond_sealed TO minsheng_app;
GRANT SELECT, INSERT ON respond_sealed TO minsheng_loader;
GRANT UPDATE (box) ON vault.rating TO minsheng_vault;
